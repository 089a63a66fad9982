"""Numbers of things in sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number of things: `1 tenant`, `2,000 tenants`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
