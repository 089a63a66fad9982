"""`${VAR}` and `${file:PATH}`: how a file names a secret without holding it, and the secret that it names."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.entry import Secret
from pbxsync.project.allowed import Allowed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REFERENCE: Final = re.compile(r"\$\{(?:file:(?P<file>[^{}\n]+)|(?P<variable>[A-Za-z_][A-Za-z0-9_]*))\}")
#: Bytes of a secret file.
_LIMIT: Final = 64 * 1024
#: The problem with a sensitive param that a file gives as it is.
LITERAL: Final = "this param is sensitive: write ${VARIABLE} or ${file:PATH}, never the value itself"


class NoSecret(Exception):
    """A reference without a value; the text says which variable to set or which file is missing."""


class BadSecret(Exception):
    """A reference whose value cannot be read; the text does not show it."""


class Reference(NamedTuple):
    """One `${VAR}` (then `file` is None) or `${file:PATH}` (then `variable` is None), as it is written."""

    variable: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"${{{self.variable}}}" if self.file is None else f"${{file:{self.file}}}"


def parse(text: str) -> Reference | None:
    """Return the reference that `text` is, or None for a literal. The reference must be the whole text."""
    match = _REFERENCE.fullmatch(text)
    return Reference(match["variable"], match["file"]) if match else None


class SecretResolver:
    """Resolves references: in an environment, and from a folder that paths of secret files are relative to."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self.environ = environ
        self.root = root
        self.allowed = Allowed.by(environ)

    def refusal(self, reference: Reference) -> str | None:
        """Return why a file may not name this variable or secret file; None if it may."""
        if reference.file is None:
            return self.allowed.variable_refusal(reference.variable or "")
        return self.allowed.file_refusal(reference.file, self.root)

    def resolve(self, reference: Reference) -> Secret:
        """Return the secret that `reference` names. Raises NoSecret, also for an empty variable or file, and BadSecret."""
        if reference.file is not None:
            return Secret(self._content(reference.file))
        value = self.environ.get(reference.variable or "", "")
        if not value:
            raise NoSecret(f"set the environment variable {reference.variable}")
        return Secret(value)

    def _content(self, file: str) -> str:
        from pbxsync.disk.read import Unreadable, display, read_bytes  # noqa: PLC0415 - few projects have such files
        from pbxsync.text.sanitize import sanitize  # noqa: PLC0415 - as above

        if (refusal := self.allowed.file_refusal(file, self.root)) is not None:
            raise BadSecret(refusal)
        path = str(self.root / file)
        content = b""
        if os.path.lexists(path):
            try:
                content = read_bytes(path, _LIMIT)
            except Unreadable as error:
                raise BadSecret(f"the secret file {display(path)} {error}") from None
        try:
            # Some editors write a byte order mark first.
            value = content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise BadSecret(f"the secret file {display(path)} is not UTF-8: save it as UTF-8") from None
        if not value:
            state = "is empty" if os.path.lexists(path) else "does not exist"
            raise NoSecret(f"the secret file {sanitize(file)} {state}")
        return value
