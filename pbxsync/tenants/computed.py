"""What a profile computes: `{input: NAME}`, a whole value, and `{template: TEXT}`, in which `{NAME}` inserts an input.

Everything else is text exactly as it is written. In a template, `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pbxsync.document.problems import COMPUTED_KEYS, kind_of, show_key
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node

#: The input that every profile has: the code of the tenant.
TENANT: Final = "tenant"
#: How an input may be called.
INPUT_NAME: Final = re.compile(r"[^\W\d][\w-]{0,63}")
_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_EXPECTED: Final = "text, {input: NAME} or {template: TEXT}"


class Input(NamedTuple):
    """The value of an input, as the tenant file gives it."""

    name: str


class Template(NamedTuple):
    """`parts` are texts and, between them at the odd places, names of inputs."""

    parts: tuple[str, ...]


Computed: TypeAlias = "Input | Template"
Text: TypeAlias = "str | Input | Template"


def names_of(text: Text) -> tuple[str, ...]:
    """Return the names of the inputs that a text inserts, in order."""
    if isinstance(text, Input):
        return (text.name,)
    return text.parts[1::2] if isinstance(text, Template) else ()


def length_of(text: Text) -> int:
    """Return the length of a text without what it inserts."""
    if isinstance(text, Template):
        return sum(map(len, text.parts[::2]))
    return len(text) if isinstance(text, str) else 0


def fill(text: Text, values: Mapping[str, str]) -> str:
    """Return a text with the values of its inputs."""
    if isinstance(text, Input):
        return values[text.name]
    if isinstance(text, Template):
        return "".join([values[part] if place % 2 else part for place, part in enumerate(text.parts)])
    return text


def read_computed(
    node: Node | Item, owner: str, problems: Problems, inputs: Collection[str] | None, *, hidden: bool = False
) -> Input | Template | None:
    """Return the computed value of `owner`; None after adding a problem.

    `inputs` are the names that the profile declares, besides `tenant`; None if these are not known for certain. If the
    value may be sensitive, it is `hidden`: no message shows any of it.
    """
    items, line, column = node[:3]
    if not isinstance(items, dict):
        problems.add(line, column, f"{owner} must be {_EXPECTED}, not {kind_of(items)}")
        return None
    key = next(iter(items), "")
    if len(items) != 1 or key not in COMPUTED_KEYS:
        near = did_you_mean(key, COMPUTED_KEYS) if len(items) == 1 else ""
        problems.add(line, column, f"{owner} must be {_EXPECTED}, each with that one key{near}")
        return None
    text = problems.text(items, key, "write the name of an input" if key == "input" else "write its text")
    if text is None:
        return None
    line, column = items[key][1:3]
    if key == "input":
        names: tuple[str, ...] = (text,)
        computed: Computed = Input(text)
    else:
        parts = _parts(text, line, column, problems)
        if parts is None:
            return None
        names = parts[1::2]
        computed = Template(parts)
    unknown = [name for name in dict.fromkeys(names) if inputs is not None and name not in inputs and name != TENANT]
    if unknown and hidden:
        problems.add(line, column, f"{owner} inserts an input that the profile does not have: add it to inputs:")
        return None
    for name in unknown:
        near = did_you_mean(name, (*(inputs or ()), TENANT))
        braces = "" if key == "input" or INPUT_NAME.fullmatch(name) else "; braces that are text are written {{ and }}"
        advice = "" if braces else ": add it to inputs:" if not near else ""
        problems.add(line, column, f"the profile has no input {show_key(name)}{near}{advice}{braces}")
    return None if unknown else computed


def _parts(text: str, line: int, column: int, problems: Problems) -> tuple[str, ...] | None:
    """Return the parts of a template; None after adding a problem about a brace."""
    parts, end = [""], 0
    for match in _PIECE.finditer(text):
        parts[-1] += text[end : match.start()]
        end = match.end()
        piece = match.group()
        if piece in {"{", "}"}:
            other = "closes" if piece == "{" else "opens"
            brace = f"the {piece} at character {match.start() + 1:,} of the template"
            problems.add(line, column, f"no brace {other} {brace}: a brace that is text is written twice")
            return None
        if piece in {"{{", "}}"}:
            parts[-1] += piece[0]
        else:
            parts += [match[1], ""]
    parts[-1] += text[end:]
    return tuple(parts)
