"""Writes text as a YAML scalar with the least quoting that is safe.

Safe for our loader, which reads everything as text; for readers of YAML 1.1 and 1.2, which would turn `0636` or `on`
into something else (`30` is a number to them, too, but they write it back unchanged); and for terminals and CI runners
that print the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.text.sanitize import DANGEROUS

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Blanks other than the space, and characters of private use, which have no standard shape.
_UNSEEN: Final = re.compile(r"[^\S ]|[\ue000-\uf8ff\U000f0000-\U0010ffff]")
#: What some YAML reader takes for a number, time or date: 0636, +45, 1_000, 1,000, 1e5, 0x1F, 12:30, .5, ._, 2020-01-31.
_NUMBER: Final = re.compile(
    r"[-+]?(?:0[xob][0-9a-f_]+|[0-9][0-9_,.:]*(?:e[-+]?[0-9]*)?|\.[0-9][0-9_]*(?:e[-+]?[0-9]*)?|\.(?:inf|nan))"
    r"|[-+.][0-9_.]*_[0-9_.]*(?:e[-+]?[0-9]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*",
    re.IGNORECASE,
)
#: A number that every reader writes back unchanged: no plus, no leading zero, no more digits than a float keeps.
_KEPT: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
_WORDS: Final = frozenset({"", "~", "null", "y", "n", "yes", "no", "true", "false", "on", "off", "=", "<<"})
#: What has a meaning in YAML at the beginning of a value, or anywhere in it.
_INDICATOR: Final = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@` ]|.*(?:: | #|[: ]\Z)", re.DOTALL)
_IN_BRACKETS: Final = re.compile(r"[,\[\]{}:?]")
_COMMAND: Final = re.compile(r"^\s*::", re.MULTILINE)
_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", '"': '\\"'}

#: Lists that are longer than this get one line for each value.
_MAX_WIDTH: Final = 100


def scalar(text: str, *, in_brackets: bool = False) -> str:
    """Return `text` as a scalar of one line, for a block or (`in_brackets`) for a list in [ ]."""
    if DANGEROUS.search(text) or _UNSEEN.search(text):
        return _escaped(text)
    if not _needs_quotes(text, in_brackets=in_brackets):
        return text
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def block(text: str, indent: str) -> str | None:
    """Return a text of several lines as a block, each line after `indent`; None if that is not safe."""
    lines = text.removesuffix("\n").split("\n")
    unsafe = any(DANGEROUS.search(line) or _UNSEEN.search(line) or line.endswith(" ") for line in lines)
    if len(lines) < 2 or unsafe or not lines[-1] or not lines[0] or lines[0].startswith(" ") or _COMMAND.search(text):
        return None
    head = "|" if text.endswith("\n") else "|-"
    return "\n".join([head, *(f"{indent}{line}" if line else "" for line in lines)])


def scalar_or_block(text: str, indent: str) -> str:
    """Return `text` as a block if that is safe and it has several lines, else as a scalar of one line."""
    return block(text, indent) or scalar(text)


def one_line_list(key: str, values: Iterable[str]) -> str | None:
    """Return `key: [values]`; None if that is longer than a line should be."""
    line = f"{key}: [{', '.join(scalar(value, in_brackets=True) for value in values)}]"
    return line if len(line) <= _MAX_WIDTH else None


def _needs_quotes(text: str, *, in_brackets: bool) -> bool:
    if _KEPT.fullmatch(text):
        return False
    if text.lower() in _WORDS or _NUMBER.fullmatch(text) or _INDICATOR.match(text):
        return True
    return in_brackets and _IN_BRACKETS.search(text) is not None


def _escaped(text: str) -> str:
    escaped = "".join(_SHORT.get(character) or character for character in text)
    for pattern in (DANGEROUS, _UNSEEN):
        escaped = pattern.sub(lambda match: "".join(map(_escape, match.group())), escaped)
    return f'"{escaped}"'


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
