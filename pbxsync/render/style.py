"""Colour for a terminal: nine codes at most, put around text that is already harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}

#: Takes a text and a style of `_CODES`.
if TYPE_CHECKING:
    Paint = Callable[[str, str], str]


def painter(*, colour: bool) -> Paint:
    """Return a function that paints a text in a style, or one that leaves it as it is."""
    return _painted if colour else _plain


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def _plain(text: str, _style: str) -> str:
    return text
