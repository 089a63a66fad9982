r"""One notion of "looks the same", for plans, warnings, twins and adds.

By properties of Unicode, not by a list of cases: what normalisation joins, what is a blank, and what is not seen at all
(`pbxsync.text.unseen`). Letters of other scripts that resemble each other count as different.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pbxsync.text.unseen import BLANK, INVISIBLE

#: Controls are not seen either.
_NOT_SEEN: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{INVISIBLE}]+")
_BLANKS: Final = re.compile(f"[ {BLANK}]+")
#: As JSON, PHP and SQL escape: `\u00f8`, `\xf8`, `\'`, `\n`.
_BACKSLASH: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "0": "\0"}
#: A server that escapes twice is a bug; one that escapes more often is not worth the time.
_MOST_LAYERS: Final = 4
#: In this encoding the two halves of a JSON pair become one character.
_UTF_16: Final = "utf-16-le"


def look_alike_key(name: str) -> str:
    """Return a key that is equal for names that nobody can tell apart, or that a server may turn into each other.

    Equal are names that differ only in case, normalisation (NFKC), blanks (a run counts as one, those around it as none),
    invisible characters, HTML entities or backslash escapes.
    """
    if name.isascii() and name.isprintable() and "&" not in name and "\\" not in name:
        return " ".join(name.split()).lower()
    for _ in range(_MOST_LAYERS):
        plain = _unescaped(name)
        if plain == name:
            break
        name = plain
    name = unicodedata.normalize("NFKC", _seen(name))
    # Folding may leave letters decomposed, and NFKC may bring characters that are not seen.
    name = _seen(unicodedata.normalize("NFKC", name.casefold()))
    return _BLANKS.sub(" ", name).strip()


def _seen(text: str) -> str:
    """Return what is seen of a text."""
    return _NOT_SEEN.sub("", text)


def _unescaped(text: str) -> str:
    if "&" in text:
        import html  # noqa: PLC0415 - few names have an entity

        text = html.unescape(text)
    if "\\" in text:
        # JSON writes a character beyond U+FFFF as two.
        text = _BACKSLASH.sub(_meant, text).encode(_UTF_16, "surrogatepass").decode(_UTF_16, "replace")
    return text


def _meant(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CONTROLS.get(match[3], match[3])
