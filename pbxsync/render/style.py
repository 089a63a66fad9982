"""Colours for a terminal, around text that is already sanitized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    #: Takes a text and a style of `_CODES`.
    Paint: TypeAlias = Callable[[str, str], str]

_CODES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    # Underlined, so that a blank is seen, and so that nobody has to tell red from green.
    "removed": "4;31",
    "added": "4;32",
}


def painter(*, colour: bool) -> Paint:
    """Return a function that colours text, or one that returns it unchanged."""
    return (lambda text, style: f"\x1b[{_CODES[style]}m{text}\x1b[0m") if colour else (lambda text, _: text)
