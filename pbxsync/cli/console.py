"""The way out: the only place that writes to the terminal. Results to standard output, all else to standard error.

Whatever leaves passes the redactor. Text of others was made inert where it was put into a sentence; errors are made so once
more here, since they may quote anything.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from pbxsync.cli.context import columns
from pbxsync.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_STYLES: Final = {"red": "31", "yellow": "33", "green": "32", "dim": "2", "bold": "1"}
#: Seconds before a progress line appears, and between two of its states.
_PATIENCE: Final = 1.0
_REDRAW: Final = 0.2


class Console:
    """Writes for people and for pipes. `verbosity` is -1 for -q, 1 for -v, 2 for -vv."""

    def __init__(
        self,
        redact: Callable[[str], str],
        verbosity: int = 0,
        colour: str = "auto",
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.redact = redact
        self.verbosity = verbosity
        self.colour = colour
        self.environ = environ

    def result(self, text: str) -> None:
        """Write the result of a command. Raises OutputError where that cannot be done."""
        with _result():
            _put(sys.stdout, self.redact(text) + "\n")

    def stream(self, pieces: Iterable[bytes]) -> None:
        """Write a result that comes in pieces, to the byte, for a pipe or a file. Keys are out of it already.

        Raises OutputError, and what `pieces` raise.
        """
        with _result():
            sys.stdout.flush()
        for piece in pieces:
            with _result():
                sys.stdout.buffer.write(piece)
        with _result():
            sys.stdout.buffer.flush()

    def note(self, text: str) -> None:
        """Write a remark, unless -q."""
        if self.verbosity >= 0:
            _say(self._safe(text) + "\n")

    def warning(self, text: str) -> None:
        """Write a warning, unless -q."""
        if self.verbosity >= 0:
            self._marked("warning", "yellow", text)

    def error(self, text: str) -> None:
        """Write an error; `-q` does not hide it."""
        self._marked("error", "red", text)

    def commands(self, text: str) -> None:
        """Write workflow commands to a CI: the one text that may begin a line with them."""
        if text:
            _say(self.redact(text) + "\n")

    def ask(self, question: str) -> str:
        """Ask on standard error and return the line that is answered; empty at the end of the input."""
        _say(self._safe(question))
        return sys.stdin.readline().strip()

    def coloured(self, stream: TextIO) -> bool:
        """Whether to colour what goes to a stream: on a terminal, if `NO_COLOR` does not say otherwise."""
        if self.colour != "auto":
            return self.colour == "always"
        return stream.isatty() and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """The columns of the terminal; 0 where there is none, so that a log keeps a field on one line to search for."""
        return columns() if sys.stdout.isatty() else 0

    def _safe(self, text: str) -> str:
        """Return what may be shown of a text of ours, which may quote anything."""
        from pbxsync.text.sanitize import sanitize_lines  # noqa: PLC0415 - --help must not pay for it

        return self.redact(sanitize_lines(text))

    def _marked(self, word: str, style: str, text: str) -> None:
        mark = f"\x1b[{_STYLES[style]}m{word}:\x1b[0m" if self.coloured(sys.stderr) else f"{word}:"
        _say(f"{mark} {self._safe(text)}\n")


class ProgressBar:
    """One line on a terminal that says how far a stage is; nothing elsewhere, and nothing for what is quick."""

    def __init__(self, console: Console, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._console = console
        self._begun = self._drawn = time.monotonic()
        self._shown = False
        self._active = sys.stderr.isatty() and console.verbosity >= 0

    def done(self, count: int = 1) -> None:
        """So many more are done. Called from any thread."""
        self._done += count

    def tick(self) -> None:
        """Draw, if it is time."""
        now = time.monotonic()
        if self._active and now - self._begun > _PATIENCE and now - self._drawn > _REDRAW:
            self._drawn, self._shown = now, True
            _say(f"\r\x1b[2K{self._what} {self._state()}")

    def _state(self) -> str:
        return f"{_bar(self._done, self._total)} {self._done:,} of {self._total:,}"

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            _say("\r\x1b[2K")


def fill_gaps() -> None:
    """Put something in the place of standard streams that are closed, so that no file or socket takes their number.

    Output that nobody gets is an error: what stands in for standard output cannot be written.
    """
    for name, flags, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))


@contextmanager
def _result() -> Iterator[None]:
    """Raise OutputError where standard output cannot be written."""
    try:
        yield
    except OSError as error:
        raise unwritten(error) from None


def unwritten(error: OSError) -> OutputError:
    """Return the error for a result that could not be written, and let nothing more of it be written."""
    # What is left in the buffer must not be tried again when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gone = isinstance(error, BrokenPipeError)
    return OutputError("" if gone else f"the result cannot be written: {error.strerror}")


def _say(text: str) -> None:
    """Write to standard error. That nobody listens there stops nothing: least of all an apply in the middle."""
    with suppress(OSError):
        _put(sys.stderr, text)


class DownloadBar(ProgressBar):
    """The same for the bytes of one download, whose size may be unknown (0)."""

    def _state(self) -> str:
        done = f"{self._done / 1e6:,.1f} MB"
        return f"{_bar(self._done, self._total)} {done} of {self._total / 1e6:,.1f} MB" if self._total else done


def _bar(done: int, total: int) -> str:
    return ("█" * round(min(1.0, done / max(1, total)) * 24)).ljust(24, "·")


def _put(stream: TextIO, text: str) -> None:
    """Write at once, in UTF-8 whatever the locale says, what cannot be encoded as an escape."""
    data = text.encode("utf-8", "backslashreplace")
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(data.decode())
    else:
        stream.flush()
        binary.write(data)
    stream.flush()
