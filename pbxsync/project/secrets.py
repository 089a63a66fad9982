"""`${VAR}` and `${file:PATH}`: how files name a secret without holding it, and the secret that is meant."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.entry import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REFERENCE: Final = re.compile(r"\$\{(?:file:(?P<file>[^{}\n]+)|(?P<variable>[A-Za-z_][A-Za-z0-9_]*))\}")
_LARGEST: Final = 64 * 1024
#: What to say of a sensitive param that stands in a file as it is.
LITERAL: Final = "this param is sensitive: write ${VARIABLE} or ${file:PATH}, never the value itself"


class NoSecret(Exception):
    """A reference that leads to nothing; the text says which variable to set or which file is missing."""


class BadSecret(Exception):
    """A reference that leads to something that cannot be the secret; the text does not show it."""


class Reference(NamedTuple):
    """One `${VAR}` (then `file` is None) or `${file:PATH}` (then `variable` is None), as it was written."""

    variable: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"${{{self.variable}}}" if self.file is None else f"${{file:{self.file}}}"


def parse(text: str) -> Reference | None:
    """Return the reference that `text` is, or None for a literal. It must be the whole text."""
    match = _REFERENCE.fullmatch(text)
    return Reference(match["variable"], match["file"]) if match else None


class SecretResolver:
    """Where references lead: an environment, and the folder from which paths of secret files are relative."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self.environ = environ
        self.root = root

    def resolve(self, reference: Reference) -> Secret:
        """Return what `reference` leads to; an empty variable or file is none. Raises NoSecret or BadSecret."""
        variable, file = reference.variable or "", reference.file
        value = self.environ.get(variable, "") if file is None else self._content(file)
        if not value:
            raise NoSecret(_missing(reference))
        return Secret(value)

    def _content(self, file: str) -> str:
        from pbxsync.document.bytes import Unreadable, display, read_bytes  # noqa: PLC0415 - few projects have such files

        path = str(self.root / file)
        if not os.path.lexists(path):
            return ""
        try:
            content = read_bytes(path, _LARGEST).decode("utf-8-sig")  # some editors put a byte order mark before it
        except Unreadable as error:
            raise BadSecret(f"the secret file {display(path)} {error}") from None
        except UnicodeDecodeError:
            raise BadSecret(f"the secret file {display(path)} is not UTF-8") from None
        return content.removesuffix("\n").removesuffix("\r")


def _missing(reference: Reference) -> str:
    from pbxsync.text.sanitize import sanitize  # noqa: PLC0415 - as above

    if reference.file is None:
        return f"set the environment variable {reference.variable}"
    return f"the secret file {sanitize(reference.file)} is missing or empty"
