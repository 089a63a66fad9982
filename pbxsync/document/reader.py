"""Reads YAML without typing it: every scalar is the text that was written, with its place. The only import of yaml.

It uses the parser's events and never its composer: libyaml composes by recursion in C, which ends the process on a
hundred thousand open brackets.

Nodes are plain tuples, because a fleet has millions of them:

    Node   (value, line, column)                        line and column count from 0
    Item   (value, line, column, key line, key column)  the same, as the value of a key

A value is text, None (left empty), a list of nodes or a dict of items by key.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from pbxsync.document.characters import (
    FORBIDDEN,
    Characters,
    Fault,
    Undecodable,
    control_message,
    decode,
    escape_place,
    position,
    restore_pairs,
)
from pbxsync.document.misread import Spans
from pbxsync.document.misread import find as find_misread
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value: TypeAlias = "str | list[Node] | dict[str, Item] | None"
Node: TypeAlias = "tuple[Value, int, int]"
Item: TypeAlias = "tuple[Value, int, int, int, int]"

MAX_DEPTH: Final = 20
#: Also used if the parser stops first: libyaml 0.2.6 refuses 1,000 levels before it delivers the first event.
TOO_DEEP: Final = f"nested more than {MAX_DEPTH} deep: check the brackets and the indentation"
_PARSER_LIMIT: Final = "maximum nesting depth"
#: Values in one file, and how many of them may come from aliases: they bound what a file of the largest size costs.
MAX_NODES: Final = 1_000_000
MAX_ALIASED: Final = 100_000
#: Faults in one file after which the rest of it is not read.
MAX_FAULTS: Final = 1_000

#: libyaml, or PyYAML's own parser if it was built without libyaml.
PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: The styles in which an empty scalar is a text.
_QUOTES: Final = frozenset({"'", '"'})
NO_SIGNS: Final[Mapping[tuple[int, int], str]] = MappingProxyType({})
_COMMENT: Final = re.compile(r"[ \t]+#")
_END: Final = re.compile(r"\.\.\.(?:[ \t]+#.*|\s*)")
_LINE: Final = re.compile(r"\S.*")
#: The styles of blocks of lines.
_BLOCKS: Final = frozenset({"|", ">"})
#: An anchor, and what may be between it and its value.
_ANCHOR: Final = re.compile(r"&\S*(?:\s+(?:#.*)?)*")
#: What git leaves around a conflict. A line of = alone is one only if the file cannot be parsed.
CONFLICT_MARK: Final = re.compile(r"^(?:<{7}|\|{7}|>{7}) ", re.MULTILINE)
_CONFLICT_MIDDLE: Final = re.compile(r"^={7}\r?$", re.MULTILINE)
CONFLICT: Final = "this is a marker of a merge conflict: resolve the conflict, and remove the markers"
_EMPTY: Final = "the file is empty: add to it, or remove it"
_SECOND: Final = "a second document begins here: move it to a file of its own"
_TAG: Final = "a value that begins with ! is a tag in YAML: put it in quotes, or remove the tag"
_STRAY: Final = "this does not belong to what is above it: check the indentation"


class Document(NamedTuple):
    """A file after parsing: `root` is None if it could not be parsed; `faults` and `warnings` are in no order.

    `signs` are the places of values that are empty because they begin with a sign of YAML's: `#`, a comment; `|` or `>`,
    a block without lines.
    """

    root: Node | None
    faults: list[Fault]
    signs: Mapping[tuple[int, int], str] = NO_SIGNS
    warnings: Sequence[Fault] = ()


def read(data: bytes, parser: Any = PARSER) -> Document:
    """Parse the bytes of one file."""
    try:
        characters = decode(data)
    except Undecodable as error:
        return Document(None, [error.fault])
    text = characters.text
    if conflict := CONFLICT_MARK.search(text):
        return Document(None, [*characters.faults, (*position(text, conflict.start()), CONFLICT)])
    builder = _Builder(characters, parser(text).get_event)
    try:
        root = builder.document()
        misread = find_misread(text, lambda text: _spans(text, parser(text).get_event))
        return Document(root, builder.faults + misread.faults, builder.signs, misread.warnings)
    except _Fatal as error:
        return Document(None, [*builder.faults, error.fault])
    except yaml.MarkedYAMLError as error:
        return Document(None, [*builder.faults, _syntax_fault(text, error)])


class _Fatal(Exception):
    """A fault that ends the reading of the file."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (line, column, message)


class _Builder:
    """Builds the tree of one file from the parser's events, by a recursion that `MAX_DEPTH` bounds."""

    def __init__(self, characters: Characters, event: Any) -> None:
        self.text, self.faults, self.restore, self.pair_mark = characters
        self.event = event
        #: Whether no scalar needs a check or a replacement, as in nearly every file.
        self.plain = "\\" not in self.text and self.restore is None and self.pair_mark is None
        self.nodes = 0
        self.aliased = 0
        self.signs: dict[tuple[int, int], str] = {}
        #: None while the anchored value is still being read.
        self.anchors: dict[str, Node | None] = {}
        self.weights: dict[str, tuple[int, int]] = {}

    def document(self) -> Node:
        """Return the root of the only document that the file may have."""
        if "%TAG" in self.text:
            _refuse_tag_directives(self.text)
        self.event()  # the start of the stream
        if type(self.event()) is StreamEndEvent:
            raise _Fatal(0, 0, _EMPTY)
        root = self.node(self.event(), 1)
        end = self.event()
        if end.end_mark.index < len(self.text):
            _refuse_more(self.text, end.start_mark.index)
        if root[0] is None:
            raise _Fatal(0, 0, _EMPTY)
        return root

    def node(self, event: Any, depth: int) -> Node:
        """Return the value that begins with `event`."""
        mark = event.start_mark
        line, column = mark.line, mark.column
        kind = type(event)
        if kind is AliasEvent:
            return self.alias(event.anchor, line, column, depth)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Fatal(line, column, f"the file has more than {MAX_NODES:,} values: split it")
        if kind is ScalarEvent and self.plain and event.value and event.anchor is event.tag is None:
            return event.value, line, column
        if event.tag is not None:
            self.fault(line, column, _TAG)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if kind is ScalarEvent:
            node: Node = (self.scalar(event), line, column)
        else:
            _check_depth(line, column, depth)
            children: Any = self.mapping if kind is MappingStartEvent else self.sequence
            node = (children(depth + 1), line, column)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
            self.weights.pop(event.anchor, None)
        return node

    def scalar(self, event: Any) -> str | None:
        """Return the text of a scalar as it was written, or None if it was left empty."""
        text: str = event.value
        if not text and event.style not in _QUOTES:
            mark = event.start_mark if event.style else event.end_mark
            if event.style or _COMMENT.match(self.text, mark.index):
                self.signs[mark.line, mark.column] = event.style or "#"
            return None
        if not self.plain and event.style == '"' and (forbidden := FORBIDDEN.search(text)):
            place = escape_place(self.text, event.start_mark.index, event.end_mark.index)
            self.fault(*place, control_message(forbidden.group()))
        if self.pair_mark is not None and self.pair_mark in text:
            text = restore_pairs(text, self.pair_mark, event.style)
        return text if self.restore is None else text.translate(self.restore)

    def sequence(self, depth: int) -> list[Node]:
        """Return the items of a list after its start event."""
        items = []
        following, node = self.event, self.node
        while type(event := following()) is not SequenceEndEvent:
            items.append(node(event, depth))
        return items

    def mapping(self, depth: int) -> dict[str, Item]:
        """Return the items of a mapping after its start event."""
        items: dict[str, Item] = {}
        following, node = self.event, self.node
        while type(event := following()) is not MappingEndEvent:
            key, line, column = node(event, depth)
            value = node(following(), depth)
            if type(event) is not ScalarEvent or isinstance(key, (list, dict)):
                self.fault(line, column, "a key must be plain text")
                continue
            key = key or ""
            if key in items:
                first = f"first in line {items[key][3] + 1}"
                self.fault(line, column, f"{quote(key)} is given twice, {first}: remove one of them")
                continue
            items[key] = (*value, line, column)
        return items

    def alias(self, anchor: str, line: int, column: int, depth: int) -> Node:
        """Return the value of an alias. Refuses aliases that contain themselves or multiply."""
        if anchor not in self.anchors:
            raise _Fatal(line, column, "a value that begins with * is an alias in YAML: put it in quotes")
        node = self.anchors[anchor]
        if node is None:
            raise _Fatal(line, column, "the alias refers to a value that contains the alias: write the value out")
        if anchor not in self.weights:
            self.weights[anchor] = _weigh(node)
        count, height = self.weights[anchor]
        self.aliased += count
        if self.aliased > MAX_ALIASED:
            raise _Fatal(line, column, f"the aliases expand to more than {MAX_ALIASED:,} values: write the values out")
        _check_depth(line, column, depth + height - 1)
        return node[0], line, column

    def fault(self, line: int, column: int, message: str) -> None:
        """Add a fault, and stop reading if there are too many for anybody to read."""
        if len(self.faults) >= MAX_FAULTS:
            raise _Fatal(line, column, message)
        self.faults.append((line, column, message))


def _check_depth(line: int, column: int, depth: int) -> None:
    """Refuse deep nesting before it is built."""
    if depth > MAX_DEPTH:
        raise _Fatal(line, column, TOO_DEEP)


def _weigh(node: Node) -> tuple[int, int]:
    """Return how many values a node has, including itself, and how deep they are nested (0 for text)."""
    value = node[0]
    if not isinstance(value, (list, dict)):
        return 1, 0
    weights = [_weigh(child[:3]) for child in (value.values() if isinstance(value, dict) else value)]
    return 1 + sum(count for count, _ in weights), 1 + max((height for _, height in weights), default=0)


def _refuse_tag_directives(text: str) -> None:
    """Refuse `%TAG` lines before libyaml sees them, because it compares each one with all before."""
    for number, line in enumerate(text.split("\n")):
        if line.startswith("%TAG"):
            raise _Fatal(number, 0, "a %TAG directive is not allowed, because every value is text: remove it")
        if line.strip() and not line.lstrip().startswith(("#", "%")):
            return


def _refuse_more(text: str, index: int) -> None:
    """Refuse anything but comments after the end of the document, without parsing it."""
    ended = False
    for match in _LINE.finditer(text, index):
        line = match.group()
        if _END.fullmatch(line):
            ended = True
        elif not line.lstrip().startswith("#"):
            another = ended or line.startswith(("---", "...", "%"))
            raise _Fatal(*position(text, match.start()), _SECOND if another else _STRAY)


def _spans(text: str, get_event: Any) -> Spans:
    """Return where a valid document has scalars and brackets."""
    scalars: list[tuple[int, int]] = []
    brackets: list[tuple[int, int]] = []
    opened: list[int | None] = []  # where each open list or mapping starts; None for one without brackets
    while type(event := get_event()) is not DocumentEndEvent:
        kind, start, end = type(event), event.start_mark.index, event.end_mark.index
        if kind is ScalarEvent:
            if event.anchor is not None and (anchor := _ANCHOR.match(text, start)):
                start = anchor.end()
            if event.style in _BLOCKS:  # its first line may end with a comment
                line_end = text.find("\n", start, end)
                start = line_end if line_end >= 0 else end
            scalars.append((start, end))
        elif kind in (SequenceStartEvent, MappingStartEvent):
            opened.append(start if event.flow_style else None)
        elif kind in (SequenceEndEvent, MappingEndEvent):
            bracket = opened.pop()
            if bracket is not None and (not opened or opened[-1] is None):
                brackets.append((bracket, end))
    return Spans(scalars, brackets)


def _syntax_fault(text: str, error: yaml.MarkedYAMLError) -> Fault:
    from pbxsync.document.hints import explain  # noqa: PLC0415 - only a mistake pays for it

    if middle := _CONFLICT_MIDDLE.search(text):
        return (*position(text, middle.start()), CONFLICT)
    began, found = error.context_mark, error.problem_mark
    if found and _PARSER_LIMIT in (error.problem or ""):
        return found.line, found.column, TOO_DEEP
    return explain(
        text,
        error.context or "",
        (began.line, began.column) if began else None,
        error.problem or "",
        (found.line, found.column) if found else (0, 0),
    )
