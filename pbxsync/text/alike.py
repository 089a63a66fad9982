"""Names that people would take for the same: they differ in case, outer blanks or the encoding of their accents."""

from __future__ import annotations

import unicodedata


def alike(name: str) -> str:
    """Return what such names have in common: two names are alike where this is equal."""
    if name.isascii():
        return name.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())
