"""How programs on the way write text: each escapes different characters in its own manner."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from pbxsync.text.sanitize import quote_full, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable


def _some(characters: str) -> Callable[[str], str]:
    """What a program does that escapes these characters alone, as numbers of HTML."""
    return lambda text: re.sub(f"[{re.escape(characters)}]", lambda found: f"&#{ord(found.group())};", text)


WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "url": lambda text: quote(text, safe=""),
    "url in small letters": lambda text: re.sub("%..", lambda found: found.group().lower(), quote(text, safe="")),
    "url of php": lambda text: quote_plus(text).replace("~", "%7E"),
    "url of all but letters and digits": lambda text: re.sub(
        "[-._~]", lambda found: f"%{ord(found[0]):02x}", quote(text)
    ),
    "path": quote,
    "form": quote_plus,
    "encodeURI": lambda text: quote(text, safe=";,/?:@&=+$-_.!~*'()#"),
    "json": lambda text: json.dumps(text)[1:-1],
    "json of php": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "json with letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "html": html.escape,
    "html of php": lambda text: html.escape(text).replace("&#x27;", "&#039;"),
    "html with entities": lambda text: html.escape(text).replace("æ", "&aelig;").replace("ø", "&oslash;"),
    "html in numbers": _some("&<>\"'+æøåé"),
    "html of all but letters and digits": lambda text: re.sub(
        "[^0-9A-Za-z]", lambda found: f"&#x{ord(found[0]):x};", text
    ),
    "addslashes": lambda text: re.sub(r"[\\'\"]", r"\\\g<0>", text),
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "octal": lambda text: re.sub(
        r"[^ -~]|\\", lambda found: "".join(f"\\{byte:o}" for byte in found[0].encode()), text
    ),
    "inert": sanitize,
    "quoted": lambda text: quote_full(text)[1:-1],
}
