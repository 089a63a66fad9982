"""The hidden first line of a comment, by which a bot finds it again."""

from __future__ import annotations

import re


def marker_line(kind: str, name: str = "") -> str:
    """Return a hidden line; `name` distinguishes the comments of several projects and is reduced to plain characters."""
    safe = re.sub("[^A-Za-z0-9._]+", "-", name)[:80].strip("-")
    return f"<!-- {kind}{' ' if safe else ''}{safe} -->"
