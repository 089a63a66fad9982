"""The ways in which a secret could show itself, worked out without any help of the program's own."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What JavaScript's encodeURI and many a log leave as it is.
_URI = ";,/?:@&=+$-_.!~*'()#"
#: A piece of base64 that is shorter than this stands in many a text by chance.
_SHORTEST_BASE64 = 8


def forms_of(secrets: Iterable[str]) -> set[str]:
    """Every way to write the secrets that a search for them must know."""
    return {form for secret in secrets for form in _forms(secret)}


def holders(secrets: Iterable[str], texts: dict[str, bytes], pieces: Iterable[str] = ()) -> list[str]:
    """Return the names of the texts that hold a secret in any form, or one of some pieces of it."""
    forms = [form.encode() for form in (*forms_of(secrets), *pieces)]
    return [name for name, text in texts.items() if any(form in text for form in forms)]


def pieces_of(secrets: Iterable[str], size: int = 8) -> set[str]:
    """Every piece of so many characters of the secrets as they are and in a URL: half a key is too much too."""
    written = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    return {form[at : at + size] for form in written for at in range(len(form) - size + 1)}


@lru_cache(maxsize=64)
def _forms(secret: str) -> frozenset[str]:
    urls = {quote(secret, safe=safe) for safe in ("", "/", "/+=", _URI)} | {quote_plus(secret)}
    urls |= {quote(url, safe="") for url in urls}
    urls |= {quote(secret, safe="", encoding="latin-1")} if max(secret, default="") < "\u0100" else set()
    urls |= {re.sub("%..", lambda found: found.group().lower(), url) for url in urls}
    jsons = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    jsons |= {text.replace("/", "\\/") for text in jsons}
    jsons |= {re.sub(r"\\u....", lambda found: "\\u" + found.group()[2:].upper(), text) for text in jsons}
    pages = {html.escape(secret), html.escape(secret, quote=False)}
    pages |= {page.replace("&#x27;", "&#039;").replace("&quot;", "&#34;") for page in pages}
    pages |= {re.sub("[^ -~]", lambda found: f"&#{ord(found.group())};", page) for page in pages}
    pages |= {re.sub(r"\+", "&#43;", page) for page in pages}
    python = {repr(secret)[1:-1], ascii(secret)[1:-1], repr(secret.encode())[2:-1]}
    return frozenset(
        {secret} | urls | jsons | pages | python | _base64(secret.encode()) | _base64(quote(secret).encode())
    )


def _base64(raw: bytes) -> set[str]:
    """What base64 makes of a text with `raw` somewhere in it: the characters that hang on `raw` alone."""
    found = set()
    for before in (b"", b"1", b"12"):
        after = b"3" * (-(len(before) + len(raw)) % 3)
        mixed = 4 if before else 0, 4 if after else 0
        written = base64.b64encode(before + raw + after).decode()
        inner = written[mixed[0] : len(written) - mixed[1]]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {form for form in found if len(form) >= _SHORTEST_BASE64}
