"""Words as people expect them: the one that was meant, plurals, shortened lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Longer words get no suggestion, because difflib takes quadratic time.
_LONGEST = 100


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the one of `known` that is most like `word`, or None. With a `cutoff` of 1 only case may differ."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    if len(word) > _LONGEST:
        return None
    options = {option.casefold(): option for option in known}
    found = difflib.get_close_matches(word.casefold(), options, n=1, cutoff=cutoff)
    return options[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)`, or nothing if no known word is near."""
    from pbxsync.text.sanitize import sanitize  # noqa: PLC0415 - as above

    near = nearest(word, known)
    return "" if near is None else f" (did you mean {sanitize(near)}?)"


def plural(number: int, noun: str) -> str:
    """Return a number of things: `1 tenant`, `2,000 tenants`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first_names(names: Sequence[str], limit: int, noun: str = "") -> str:
    """Return `ACME, BETA and 2,000 more`, or `and 1 more tenant` with a noun."""
    return ", ".join(names[:limit]) + (f" and {_more(len(names) - limit, noun)}" if len(names) > limit else "")


def first_lines(lines: Sequence[str], limit: int, noun: str = "") -> list[str]:
    """Return the first lines and, if there are more than `limit`, a last one: `and 2,000 more`."""
    return [*lines[:limit], *([f"and {_more(len(lines) - limit, noun)}"] if len(lines) > limit else [])]


def _more(left: int, noun: str) -> str:
    return plural(left, f"more {noun}") if noun else f"{left:,} more"
