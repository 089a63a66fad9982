r"""Makes text from elsewhere safe to print, without hiding what it holds.

Names and params from a PBX (and from files) may hold terminal escapes, bidi overrides or the workflow commands of a CI
system, and characters that look like a blank, or like nothing, or like another spelling of the same letter. All of these
are shown as JSON escapes them (`\u001b`): so no two different values print the same.

A CI runner takes commands from any line that starts, after blanks, with `::` (GitHub) and from `##[` or `##vso[`
anywhere (GitHub, Azure): the second `#` or the first `:` is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from pbxsync.text.unseen import BLANK, INVISIBLE

#: Controls (newline and tab too), surrogates, and what is not a character.
_NOT_TEXT: Final = "\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff" + "".join(
    f"{chr(plane + 0xFFFE)}-{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
DANGEROUS: Final = re.compile(f"[{_NOT_TEXT}{BLANK}{INVISIBLE}]|(?<=#)#(?=\\[|(?i:vso)\\[)")
_COMMAND: Final = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
#: Where letters may be decomposed: each run beyond ASCII, with the letter before it.
_BEYOND_ASCII: Final = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
#: Characters that one letter may be composed of if none of them is a combining mark: a Hangul syllable has three.
_LONGEST_JOIN: Final = 3


def escape(text: str) -> str:
    r"""Return text with everything dangerous or deceptive in it as `\uXXXX` (a pair of them beyond U+FFFF, as in JSON)."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = _BEYOND_ASCII.sub(lambda match: _without_decomposed(match.group()), text)
    return DANGEROUS.sub(lambda match: _escaped(match.group()), text)


def sanitize(text: str) -> str:
    """Return `text` on one line, with everything dangerous escaped; a backslash stays as it is."""
    return _COMMAND.sub(r"\1\\u003a", escape(text))


def quote_full(text: str) -> str:
    r"""Return `text` in double quotes, escaped as in JSON: it can be read back exactly.

    >>> quote_full('say "hi"')
    '"say \\"hi\\""'
    """
    import json  # noqa: PLC0415 - only for what is shown: files without a mistake need no message

    return escape(json.dumps(text, ensure_ascii=False))


def quote(text: str, limit: int = 200) -> str:
    """Return `text` as `quote_full` does, cut to about `limit` characters with the number of those left out."""
    if len(text) <= limit:
        return quote_full(text)
    return f"{quote_full(text[:limit])}… ({len(text) - limit:,} more characters)"


def truncate(text: str, limit: int = 200) -> str:
    """Return `text` sanitized and cut to about `limit` characters, with the number of those left out."""
    if len(text) <= limit:
        return sanitize(text)
    return f"{sanitize(text[:limit])}… ({len(text) - limit:,} more characters)"


def sanitize_lines(text: str) -> str:
    """Return `text` sanitized, with its line breaks kept: for our own messages of several lines."""
    return "\n".join(sanitize(line) for line in text.split("\n"))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """Return `value` as JSON that is safe to print and parses to exactly the same value."""
    import json  # noqa: PLC0415 - as above

    return lines_of_json(json.dumps(value, ensure_ascii=False, indent=indent))


def lines_of_json(document: str) -> str:
    """Escape what is dangerous in a JSON text. Outside its strings that could only be its line breaks, which are kept."""
    return "\n".join(escape(line) for line in document.split("\n"))


def _without_decomposed(text: str) -> str:
    """Return text in which every letter that NFC would write otherwise shows its parts as escapes."""
    clusters: list[str] = []
    for character in text:
        tail = clusters[-1][-_LONGEST_JOIN:] if clusters else ""
        apart = unicodedata.normalize("NFC", tail) + unicodedata.normalize("NFC", character)
        if tail and (unicodedata.combining(character) or unicodedata.normalize("NFC", tail + character) != apart):
            clusters[-1] += character
        else:
            clusters.append(character)
    for index, cluster in enumerate(clusters):
        if not unicodedata.is_normalized("NFC", cluster):
            stays = int(unicodedata.is_normalized("NFC", cluster[0]))
            clusters[index] = cluster[:stays] + _escaped(cluster[stays:])
    return "".join(clusters)


def _escaped(characters: str) -> str:
    units = characters.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
