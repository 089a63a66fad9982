"""Adds destinations to the end of the list in a tenant file that somebody maintains, and changes no other byte of it.

Each candidate for the new file is parsed: it is used only if it has exactly the old destinations, then the new ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pbxsync.document.reader import read
from pbxsync.errors import UsageError
from pbxsync.export.writer import Missing, additions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pbxsync.document.reader import Node
    from pbxsync.model.entry import Type
    from pbxsync.model.plan import Destination
    from pbxsync.project import Project

#: The indentation of a list by `pbxsync.export.writer`.
_INDENT: Final = "  "
_BOM: Final = "\ufeff"
#: After how many comment lines of the list's end the new destinations may be put.
_MAX_TRIES: Final = 50
_EMPTY_LIST: Final = re.compile(r"\[\s*\]")
_BLANK_OR_COMMENT: Final = re.compile(r"[ \t]*(?:#.*)?\r?")


class Merged(NamedTuple):
    """A tenant file with the destinations that it lacked, and a sentence about each thing that it still lacks."""

    content: bytes
    warnings: tuple[str, ...]


def merge(
    content: bytes,
    shown: str,
    live: Sequence[Destination],
    types: Iterable[Type],
    project: Project,
    gap: Missing,
    holds_key: Callable[[str], bool] = lambda _: False,
) -> Merged:
    """Return the tenant file `content` with the unmanaged ones of `live` at the end of its list.

    `shown` is its path for messages. Raises UsageError if its list is not written as lines that begin with a dash.
    """
    root = _plain_root(content) or {}
    unlisted = root.get("unlisted_params")
    clears = project.clear_unlisted if unlisted is None else unlisted == "clear"
    added = additions(
        root.get("tenant", ""),
        live,
        types,
        project,
        gap,
        clears=clears,
        holds_key=holds_key,
    )
    return Merged(insert(content, added.text, shown), added.warnings)


def insert(content: bytes, lines: str, shown: str) -> bytes:
    """Return `content`, a valid tenant file, with `lines` (destinations) at the end of its list.

    Raises UsageError if the list is not written as lines that begin with a dash.
    """
    if not lines:
        return content
    root = _plain_root(content)
    before = None if root is None else root.get("destinations", [])
    added = _destinations(f"destinations:\n{lines}\n".encode())
    if before is not None and added is not None:
        bom = _BOM.encode() if content.startswith(_BOM.encode()) else b""
        for candidate in (bom + candidate for candidate in _candidates(content, lines)):
            if _destinations(candidate) == [*before, *added] and _rest(candidate) == _rest(content):
                return candidate
    raise UsageError(
        f"{shown}: its destinations are not written as lines that begin with a dash: rewrite the list, or export to"
        " another folder with --out"
    )


def _candidates(content: bytes, lines: str) -> Iterator[bytes]:
    """Yield candidates for the new file: with the lines after the last item of the list, or after a comment below it."""
    text = content.decode().removeprefix(_BOM)
    end = "\r\n" if "\r\n" in text else "\n"
    root: Any = read(content).root
    items: dict[str, Any] = root[0]
    if "destinations" not in items:  # a file that only uses profiles
        head = text if text.endswith("\n") else f"{text}{end}"
        yield f"{head}destinations:{end}{lines.replace(chr(10), end)}{end}".encode()
        return
    nodes, line, column, *_ = items["destinations"]
    rows = text.split("\n")
    if not nodes:
        start = _offset(rows, line, column)
        if match := _EMPTY_LIST.match(text, start):
            tail, _, rest = text[match.end() :].partition("\n")
            head = text[:start].rstrip(" ") + tail.rstrip("\r")
            yield f"{head}{end}{lines.replace(chr(10), end)}{end}{rest}".encode()
        return
    dash = _dash(rows, nodes[-1])
    written = [dash + row.removeprefix(_INDENT) if row else row for row in lines.split("\n")]
    last = _last_line(items, rows, line)
    content_end = last
    while content_end > nodes[-1][1] and _BLANK_OR_COMMENT.fullmatch(rows[content_end]):
        content_end -= 1
    # What looks like a comment may be the end of a block of lines: then a later place is the right one.
    for after in [*range(content_end, min(last, content_end + _MAX_TRIES)), last]:
        head, tail = "\n".join(rows[: after + 1]).removesuffix("\r"), "\n".join(rows[after + 1 :])
        yield f"{head}{end}{end.join(written)}{end}{tail}".encode()


def _dash(rows: list[str], node: Node) -> str:
    """Return the spaces before the dash of an item. The dash may be on a line of its own above it."""
    upwards = (rows[number] for number in range(node[1], -1, -1))
    row = next((row for row in upwards if row.lstrip(" ").startswith("-")), "")
    return row[: len(row) - len(row.lstrip(" "))]


def _last_line(items: dict[str, Any], rows: list[str], line: int) -> int:
    """Return the last line that may belong to the list: before the next key, the end mark or the end of the file."""
    following: list[int] = [item[3] for item in items.values() if item[3] > line]
    ends = [number for number, row in enumerate(rows) if number > line and row.startswith("...")]
    return min([*following, *ends, len(rows) - (not rows[-1])]) - 1


def _offset(rows: list[str], line: int, column: int) -> int:
    return sum(len(row) + 1 for row in rows[:line]) + column


def _destinations(content: bytes) -> list[Any] | None:
    """Return the destinations of a file without their places; None if it cannot be parsed."""
    found = _plain_root(content)
    return None if found is None else found.get("destinations")


def _rest(content: bytes) -> dict[str, Any]:
    return {key: value for key, value in (_plain_root(content) or {}).items() if key != "destinations"}


def _plain_root(content: bytes) -> dict[str, Any] | None:
    document = read(content)
    if document.root is None or document.faults or not isinstance(document.root[0], dict):
        return None
    return {key: _plain(item[0]) for key, item in document.root[0].items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(node[0]) for node in value]
    return {key: _plain(item[0]) for key, item in value.items()} if isinstance(value, dict) else value
