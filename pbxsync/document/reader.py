"""Text-preserving YAML: every scalar is the text that was written, with its place. The one import of yaml.

It builds on the parser's events and never on its composer: libyaml composes by recursion in C, which ends the process
on a hundred thousand open brackets. Nothing is typed, and nothing is constructed.

What comes out are plain tuples, because a fleet has millions of them:

    Node   (value, line, column)                        line and column count from 0
    Item   (value, line, column, key line, key column)  the same, as the value of a key

where a value is text, None (left empty), a list of nodes or a dict of items by key.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
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
)
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

Value: TypeAlias = "str | list[Node] | dict[str, Item] | None"
Node: TypeAlias = "tuple[Value, int, int]"
Item: TypeAlias = "tuple[Value, int, int, int, int]"

MAX_DEPTH: Final = 20
#: Also reported when the parser stops first: libyaml 0.2.6 refuses 1,000 levels before it delivers the first event.
TOO_DEEP: Final = f"nested more than {MAX_DEPTH} deep: check the brackets and the indentation"
_PARSER_LIMIT: Final = "maximum nesting depth"
#: Values in one file, and how many of them may come out of aliases: bounds what a file of the largest size costs.
MAX_NODES: Final = 1_000_000
MAX_ALIASED: Final = 100_000
#: Faults in one file before the rest of it is not read.
MAX_FAULTS: Final = 1_000

#: The parser in C, and the one in Python where PyYAML was built without libyaml.
PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: The styles of a scalar in which nothing is a text too.
_QUOTES: Final = frozenset({"'", '"'})
NO_SIGNS: Final[Mapping[tuple[int, int], str]] = MappingProxyType({})
_COMMENT: Final = re.compile(r"[ \t]+#")
_END: Final = re.compile(r"\.\.\.(?:[ \t]+#.*|\s*)")
_LINE: Final = re.compile(r"\S.*")
_EMPTY: Final = "the file is empty: write something into it, or remove it"
_SECOND: Final = "a second document in one file: make it a file of its own"
_STRAY: Final = "this does not belong to what stands before it: check the indentation"


class Document(NamedTuple):
    """What a file holds: `root` is None where it cannot be parsed; the faults are in no order.

    `signs` are the places of values that are empty because a sign means something else to YAML: `#`, a comment; `|` and
    `>`, a text of several lines, of which there are none.
    """

    root: Node | None
    faults: list[Fault]
    signs: Mapping[tuple[int, int], str] = NO_SIGNS


def read(data: bytes, parser: Any = PARSER) -> Document:
    """Parse the bytes of one file."""
    try:
        characters = decode(data)
    except Undecodable as error:
        return Document(None, [error.fault])
    builder = _Builder(characters, parser(characters.text).get_event)
    try:
        return Document(builder.document(), builder.faults, builder.signs)
    except _Fatal as error:
        return Document(None, [*builder.faults, error.fault])
    except yaml.MarkedYAMLError as error:
        return Document(None, [*builder.faults, _syntax_fault(characters.text, error)])


class _Fatal(Exception):
    """A fault after which the rest of the file is not read."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (line, column, message)


class _Builder:
    """Builds the tree of one file from the parser's events, by a recursion that `MAX_DEPTH` bounds."""

    def __init__(self, characters: Characters, event: Any) -> None:
        self.text, self.faults, self.back = characters
        self.event = event
        #: Whether a scalar with a text is that text, and needs no second look: in nearly every file.
        self.plain = "\\" not in self.text and self.back is None
        self.nodes = 0
        self.aliased = 0
        self.signs: dict[tuple[int, int], str] = {}
        #: None while the anchored value is still being read.
        self.anchors: dict[str, Node | None] = {}
        self.weights: dict[str, tuple[int, int]] = {}

    def document(self) -> Node:
        """Return the root of the one document that the file must be."""
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
            raise _Fatal(line, column, f"more than {MAX_NODES:,} values in one file: split it")
        if kind is ScalarEvent and self.plain and event.value and event.anchor is event.tag is None:
            return event.value, line, column
        if event.tag is not None:
            self.fault(line, column, "a tag (!): every value is text here; take it out, or put the value in quotes")
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
        """Return the text of a scalar as it was written, or None where nothing was."""
        text: str = event.value
        if not text and event.style not in _QUOTES:
            mark = event.start_mark if event.style else event.end_mark
            if event.style or _COMMENT.match(self.text, mark.index):
                self.signs[mark.line, mark.column] = event.style or "#"
            return None
        if not self.plain and event.style == '"' and (found := FORBIDDEN.search(text)):
            place = escape_place(self.text, event.start_mark.index, event.end_mark.index)
            self.fault(*place, control_message(found.group()))
        return text if self.back is None else text.translate(self.back)

    def sequence(self, depth: int) -> list[Node]:
        """Return the items of a list whose start was read."""
        items = []
        following, node = self.event, self.node
        while type(event := following()) is not SequenceEndEvent:
            items.append(node(event, depth))
        return items

    def mapping(self, depth: int) -> dict[str, Item]:
        """Return the items of a mapping whose start was read."""
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
                self.fault(line, column, f"{quote(key)} is given twice, first in line {items[key][3] + 1}")
                continue
            items[key] = (*value, line, column)
        return items

    def alias(self, anchor: str, line: int, column: int, depth: int) -> Node:
        """Return the value that an alias stands for, if that neither ends nowhere nor multiplies."""
        if anchor not in self.anchors:
            raise _Fatal(line, column, "a value that begins with * is an alias in YAML: put it in quotes")
        node = self.anchors[anchor]
        if node is None:
            raise _Fatal(line, column, "an alias of a value within that value itself")
        if anchor not in self.weights:
            self.weights[anchor] = _weigh(node)
        count, height = self.weights[anchor]
        self.aliased += count
        if self.aliased > MAX_ALIASED:
            raise _Fatal(line, column, f"an alias bomb: the aliases multiply to more than {MAX_ALIASED:,} values")
        _check_depth(line, column, depth + height - 1)
        return node[0], line, column

    def fault(self, line: int, column: int, message: str) -> None:
        """Note a fault and read on, unless there are too many for anybody to read."""
        if len(self.faults) >= MAX_FAULTS:
            raise _Fatal(line, column, message)
        self.faults.append((line, column, message))


def _check_depth(line: int, column: int, depth: int) -> None:
    """Refuse what is nested too deep, before it is built."""
    if depth > MAX_DEPTH:
        raise _Fatal(line, column, TOO_DEEP)


def _weigh(node: Node) -> tuple[int, int]:
    """Return how many values a node holds, itself included, and how deep they are nested (text: 0)."""
    value = node[0]
    if not isinstance(value, (list, dict)):
        return 1, 0
    weights = [_weigh(child[:3]) for child in (value.values() if isinstance(value, dict) else value)]
    return 1 + sum(count for count, _ in weights), 1 + max((height for _, height in weights), default=0)


def _refuse_tag_directives(text: str) -> None:
    """Refuse `%TAG` lines before libyaml sees them: it compares each one with all before."""
    for number, line in enumerate(text.split("\n")):
        if line.startswith("%TAG"):
            raise _Fatal(number, 0, "a %TAG directive: every value is text here, so take it out")
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


def _syntax_fault(text: str, error: yaml.MarkedYAMLError) -> Fault:
    from pbxsync.document.hints import explain  # noqa: PLC0415 - only a mistake pays for it

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
