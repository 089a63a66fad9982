"""The word that was probably meant."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: No name that anybody means is longer; difflib takes quadratic time.
_LONGEST = 100


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the one of `known` that is most like `word`, or None where none is near: 1 is alike but for case."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    if len(word) > _LONGEST:
        return None
    options = {option.casefold(): option for option in known}
    found = difflib.get_close_matches(word.casefold(), options, n=1, cutoff=cutoff)
    return options[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)`, or nothing where no known word is near."""
    from pbxsync.text.sanitize import sanitize  # noqa: PLC0415 - as above

    near = nearest(word, known)
    return "" if near is None else f" (did you mean {sanitize(near)}?)"


def similar(name: str) -> str:
    """Return what such names have in common: two names are alike where this is equal."""
    if name.isascii():
        return name.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def plural(number: int, noun: str) -> str:
    """Return a number of things: `1 tenant`, `2,000 tenants`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
