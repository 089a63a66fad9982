"""The only place that writes to the terminal: results to standard output, everything else to standard error.

All output passes the redactor. Text of others was sanitized when it was put into a sentence. Messages are sanitized once
more here, because they may quote anything.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, TextIO

from pbxsync.cli.terminal import columns
from pbxsync.model.entry import Secret
from pbxsync.redaction.redactor import Redactor
from pbxsync.text.sanitize import sanitize_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STYLES: Final = {"red": "31", "yellow": "33", "green": "32", "dim": "2", "bold": "1"}
#: Every project takes keys from these. They are known before the project is, so an early mistake shows none of them.
_KEY_VARIABLES: Final = ("PBXSYNC_READ_KEY", "PBXSYNC_WRITE_KEY")


def open_console() -> Console:
    """Return the console of this process, which hides the keys of the environment from the start."""
    return Console(Redactor(Secret(os.environ[name]) for name in _KEY_VARIABLES if os.environ.get(name)))


class Console:
    """Writes to people and pipes. `verbosity` is -1 with -q, 1 with -v, 2 with -vv."""

    def __init__(
        self,
        redactor: Redactor,
        verbosity: int = 0,
        colour: str = "auto",
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.redactor = redactor
        self.verbosity = verbosity
        self.colour = colour
        self.environ = environ

    def result(self, text: str) -> None:
        """Write the result of a command. Raises OutputError if it cannot be written."""
        _put(sys.stdout, self.redactor(text) + "\n")

    def stream(self, pieces: Iterable[bytes]) -> None:
        """Write a result in pieces of bytes, unchanged: the caller has removed keys.

        Raises OutputError, and whatever iterating over `pieces` raises.
        """
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()

    def note(self, text: str) -> None:
        """Write a note, except with -q."""
        if self.verbosity >= 0:
            _put(sys.stderr, self._safe(text) + "\n")

    def warning(self, text: str) -> None:
        """Write a warning, except with -q."""
        if self.verbosity >= 0:
            self._marked("warning", "yellow", text)

    def error(self, text: str) -> None:
        """Write an error, even with -q."""
        self._marked("error", "red", text)

    def aside(self, text: str) -> None:
        """Write rendered text that is not the result to standard error, even with -q."""
        _put(sys.stderr, self.redactor(text) + "\n")

    def commands(self, text: str) -> None:
        """Write workflow commands for a CI. No other output may begin a line with one."""
        if text:
            _put(sys.stderr, self.redactor(text) + "\n")

    def progress(self, line: str) -> None:
        """Replace the progress line of a terminal; an empty one clears it."""
        _put(sys.stderr, f"\r\x1b[2K{line}")

    def ask(self, question: str) -> str:
        """Ask on standard error and return the answer; empty at the end of the input."""
        return self.answer(question) or ""

    def answer(self, question: str) -> str | None:
        """Ask on standard error and return the answer, None at the end of the input."""
        _put(sys.stderr, self._safe(question))
        line = sys.stdin.readline()
        return line.strip() if line else None

    def coloured(self, stream: TextIO) -> bool:
        """Whether to colour what goes to a stream. `--color auto` does on a terminal, unless `NO_COLOR` is set."""
        if self.colour != "auto":
            return self.colour == "always"
        return stream.isatty() and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Columns of the terminal, or 0 without one: a log keeps each field on one line, which can be searched."""
        return self.width_of(sys.stdout)

    def width_of(self, stream: TextIO) -> int:
        """Columns of the terminal that a stream leads to, or 0."""
        return columns() if stream.isatty() else 0

    def _safe(self, text: str) -> str:
        """Return a message without keys, and with every quotation sanitized."""
        return self.redactor(sanitize_lines(text))

    def _marked(self, word: str, style: str, text: str) -> None:
        mark = f"\x1b[{_STYLES[style]}m{word}:\x1b[0m" if self.coloured(sys.stderr) else f"{word}:"
        _put(sys.stderr, f"{mark} {self._safe(text)}\n")


def _put(stream: TextIO, text: str) -> None:
    """Write and flush, in UTF-8 whatever the locale is; lone surrogates become escapes."""
    data = text.encode("utf-8", "backslashreplace")
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(data.decode())
    else:
        stream.flush()
        binary.write(data)
    stream.flush()
