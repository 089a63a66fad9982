r"""The characters of a file: UTF-8 alone, no controls, and every other character arrives as it was written.

libyaml takes U+2028 and U+2029 for line breaks and refuses U+FEFF, U+FFFE and U+FFFF; YAML 1.2 does neither. So a
file that has them is parsed with private-use characters in their place, which are turned back in every scalar.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: A problem on its way: line and column count from 0 here (as libyaml counts); `Findings` makes them count from 1.
Fault = tuple[int, int, str]

# Patterns that nearly no file needs are texts, compiled when they are first used.

#: What nearly every file consists of, and needs no second look.
_ORDINARY: Final = bytes(range(0x20, 0x7F)) + b"\t\n"
_ODD: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
#: Control characters that no value may hold, however they are written; lone surrogates come from escapes alone.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONE_CR: Final = "\r(?!\n)"
_ESCAPED: Final = r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})"
_ESCAPE: Final = r"(?s)\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
_NAMED: Final = {"0": "\0", "a": "\a", "b": "\b", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", "N": "\x85"}
_STAND_INS: Final = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))
#: Enough to see what is wrong; a file of nothing but such characters is no text.
_MOST_FAULTS: Final = 100
_BOM: Final = "\ufeff"


class Undecodable(Exception):
    """Bytes that are no text; `fault` says where and why."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (line, column, message)


class Characters(NamedTuple):
    """A file's text for the parser, the problems in it, and what to turn back in each scalar (None: nothing)."""

    text: str
    faults: list[Fault]
    back: dict[int, int] | None


def decode(data: bytes) -> Characters:
    """Return the text of `data`; raise Undecodable where it is no UTF-8."""
    if not data.translate(None, _ORDINARY):
        return Characters(data.decode("ascii"), [], None)
    text = _utf8(data).removeprefix(_BOM)
    if lone := re.search(_LONE_CR, text):
        raise Undecodable(*position(text, lone.start()), "CR alone ends no line: end lines with LF or CRLF")
    odd = re.compile(_ODD)
    found = {character for character in set(text) if odd.match(character)}
    if not found:
        return Characters(text, [], None)
    table = _stand_ins(text, found)
    faults = [(*position(text, match.start()), control_message(match.group())) for match in _first_controls(text)]
    return Characters(text.translate(table), faults, {stand_in: odd for odd, stand_in in table.items()})


def position(text: str, index: int) -> tuple[int, int]:
    """Return line and column, from 0, of the character at `index`."""
    return text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1)


def control_message(character: str) -> str:
    """Return what to say of a character that no file may hold."""
    kind = "surrogate" if "\ud800" <= character <= "\udfff" else "control character"
    return f"{kind} U+{ord(character):04X} can be in no name or param: take it out"


def escape_place(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place of the first escape of a forbidden character in the double-quoted value at start to end."""
    for match in re.compile(_ESCAPE).finditer(text, start, end):
        written = match.group()
        character = chr(int(digits, 16)) if (digits := written[2:]) else _NAMED.get(written[1], "")
        if FORBIDDEN.match(character):
            return position(text, match.start())
    return position(text, start)


def _utf8(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")) or data[1:2] == b"\x00":
        raise Undecodable(0, 0, "this is UTF-16 or UTF-32, not UTF-8: save the file as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_BOM)
        line, column = position(before, len(before))
        message = f"byte 0x{data[error.start]:02X} is not UTF-8: save the file as UTF-8"
        raise Undecodable(line, column, message) from None


def _first_controls(text: str) -> list[re.Match[str]]:
    controls = []
    for match in re.finditer(_ODD, text):
        if match.group() < "\xa0":
            controls.append(match)
            if len(controls) == _MOST_FAULTS:
                break
    return controls


def _stand_ins(text: str, characters: set[str]) -> dict[int, int]:
    """Return the code of a private-use character for each of `characters` that the text has nowhere, escapes included."""
    used = {ord(character) for character in set(text)}
    used.update(int(short or long, 16) for short, long in re.findall(_ESCAPED, text))
    free = (code for codes in _STAND_INS for code in codes if code not in used)
    table = dict(zip(sorted(map(ord, characters)), free, strict=False))
    if len(table) < len(characters):
        raise Undecodable(0, 0, "the file uses every private-use character that there is: it is no tenant file")
    return table
