"""Decodes a file: UTF-8 only, no control characters, and every other character arrives as it was written.

libyaml takes U+2028 and U+2029 for line breaks and refuses U+FEFF, U+FFFE and U+FFFF; YAML 1.2 does neither. So these
are replaced by private-use characters before parsing, and restored in every scalar.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: Line and column, which count from 0 here as in libyaml (`Problems` counts from 1), and the message.
Fault = tuple[int, int, str]

# Most patterns are plain text, because hardly any file needs them compiled.

#: A file of these bytes alone needs no further checks, as nearly all do.
_ORDINARY: Final = bytes(range(0x20, 0x7F)) + b"\t\n"
_SPECIAL: Final = {*map(chr, (*range(0x20), *range(0x7F, 0xA0))), *"\u2028\u2029\ufeff\ufffe\uffff"} - {*"\t\n\r"}
#: What no value may contain, however it is written: control characters, and lone surrogates (from escapes).
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONE_CR: Final = "\r(?!\n)"
_ESCAPED: Final = r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})"
_ESCAPE: Final = r"(?s)\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
#: A character beyond U+FFFF as JSON escapes it, after an even number of backslashes, which escape each other.
_PAIR: Final = r"(?<!\\)((?:\\\\)*)\\(u[dD][89abAB][0-9a-fA-F]{2})\\(u[dD][c-fC-F][0-9a-fA-F]{2})"
_NAMED: Final = {"0": "\0", "a": "\a", "b": "\b", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", "N": "\x85"}
_PRIVATE_USE: Final = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))
#: Enough to see what is wrong. A file with more such characters is not text.
_MAX_FAULTS: Final = 100
_BOM: Final = "\ufeff"


class Undecodable(Exception):
    """Bytes that are not text; `fault` has the place and the reason."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (line, column, message)


class Characters(NamedTuple):
    """A file's text for the parser, its faults, and what to restore in each scalar (None: nothing).

    `pair_mark` replaces the backslashes of surrogate pairs, which libyaml refuses (None: there are no pairs).
    """

    text: str
    faults: list[Fault]
    restore: dict[int, int] | None = None
    pair_mark: str | None = None


def decode(data: bytes) -> Characters:
    """Return the text of `data`. Raises Undecodable if it is not UTF-8, or has no line ends but CR."""
    if not data.translate(None, _ORDINARY):
        return _mark_pairs(Characters(data.decode("ascii"), []))
    text = _utf8(data).removeprefix(_BOM)
    if lone := re.search(_LONE_CR, text):
        raise Undecodable(*position(text, lone.start()), "a line ends with CR alone: end lines with LF or CRLF")
    special = _SPECIAL.intersection(set(text))
    if not special:
        return _mark_pairs(Characters(text, []))
    table = _replacements(text, special)
    faults = [(*position(text, match.start()), control_message(match.group())) for match in _first_controls(text)]
    restore = {replacement: character for character, replacement in table.items()}
    return _mark_pairs(Characters(text.translate(table), faults, restore))


def decode_lines(data: bytes) -> tuple[str, list[Fault]]:
    """Return the text of `data` with LF line ends, and a fault for each of its first control characters.

    For files that are not YAML: nothing is replaced otherwise. Raises Undecodable as `decode` does.
    """
    text = _utf8(data).removeprefix(_BOM)
    if lone := re.search(_LONE_CR, text):
        raise Undecodable(*position(text, lone.start()), "a line ends with CR alone: end lines with LF or CRLF")
    text = text.replace("\r\n", "\n")
    return text, [(*position(text, match.start()), control_message(match.group())) for match in _first_controls(text)]


def restore_pairs(text: str, mark: str, style: str) -> str:
    """Return a scalar with its surrogate pairs as characters, or (unless it has double quotes) as they were written."""
    if style == '"':
        return re.sub(f"{mark}u(....){mark}u(....)", _join, text)
    return text.replace(mark, "\\")


def position(text: str, index: int) -> tuple[int, int]:
    """Return line and column, from 0, of the character at `index`."""
    return text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1)


def control_message(character: str) -> str:
    """Return the problem with a character that no value may contain."""
    kind = "surrogate" if "\ud800" <= character <= "\udfff" else "control character"
    return f"{kind} U+{ord(character):04X} is not allowed in any value: remove it"


def escape_place(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place of the first escape of a forbidden character in the double-quoted value at start to end."""
    for match in re.compile(_ESCAPE).finditer(text, start, end):
        written = match.group()
        character = chr(int(digits, 16)) if (digits := written[2:]) else _NAMED.get(written[1], "")
        if FORBIDDEN.match(character):
            return position(text, match.start())
    return position(text, start)


def _mark_pairs(characters: Characters) -> Characters:
    """Replace the backslashes of surrogate pairs by a character that the text does not contain."""
    text = characters.text
    if "\\u" not in text or not re.search(_PAIR, text):
        return characters
    mark = chr(_replacements(text, {"\\"})[ord("\\")])
    return characters._replace(text=re.sub(_PAIR, rf"\1{mark}\2{mark}\3", text), pair_mark=mark)


def _join(pair: re.Match[str]) -> str:
    return chr(0x10000 + ((int(pair[1], 16) - 0xD800) << 10) + int(pair[2], 16) - 0xDC00)


def _utf8(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")) or data[1:2] == b"\x00":
        raise Undecodable(0, 0, "the file is UTF-16 or UTF-32: save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_BOM)
        line, column = position(before, len(before))
        message = f"byte 0x{data[error.start]:02X} is not UTF-8: save the file as UTF-8"
        raise Undecodable(line, column, message) from None


def _first_controls(text: str) -> list[re.Match[str]]:
    controls = []
    for match in re.finditer(f"[{''.join(_SPECIAL)}]", text):
        if match.group() < "\xa0":
            controls.append(match)
            if len(controls) == _MAX_FAULTS:
                break
    return controls


def _replacements(text: str, characters: set[str]) -> dict[int, int]:
    """Return for each of `characters` a private-use character that the text does not contain, not even as an escape."""
    used = {ord(character) for character in set(text)}
    used.update(int(short or long, 16) for short, long in re.findall(_ESCAPED, text))
    free = (code for codes in _PRIVATE_USE for code in codes if code not in used)
    table = dict(zip(sorted(map(ord, characters)), free, strict=False))
    if len(table) < len(characters):
        raise Undecodable(0, 0, "the file contains every private-use character of Unicode: remove some")
    return table
