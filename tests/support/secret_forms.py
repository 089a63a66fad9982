"""Every form in which a secret could be written, without using the code that is tested."""

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

#: JavaScript's encodeURI and many logs do not escape these.
_URI = ";,/?:@&=+$-_.!~*'()#"
#: A shorter piece of base64 occurs in many texts by chance.
_SHORTEST_BASE64 = 8


def forms_of(secrets: Iterable[str]) -> set[str]:
    """Return every form of the secrets that a search must know."""
    return {form for secret in secrets for form in _forms(secret)}


def holders(secrets: Iterable[str], texts: dict[str, bytes], pieces: Iterable[str] = ()) -> list[str]:
    """Return the names of the texts that contain a secret in any form, or one of the pieces."""
    together = b"\0".join(texts.values())  # nearly always there is nothing to find, and one long search is faster
    forms = [form.encode() for form in (*forms_of(secrets), *pieces)]
    present = [form for form in forms if form in together]
    return [name for name, text in texts.items() if any(form in text for form in present)]


def pieces_of(secrets: Iterable[str], size: int = 8) -> set[str]:
    """Return every piece of `size` characters of the secrets, plain and as in a URL: half a key is too much, too."""
    written = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    return {form[at : at + size] for form in written for at in range(len(form) - size + 1)}


@lru_cache(maxsize=64)
def _forms(secret: str) -> frozenset[str]:
    urls = {quote(secret, safe=safe) for safe in ("", "/", "/+=", _URI)} | {quote_plus(secret)}
    urls |= {quote(url, safe="") for url in urls}
    urls |= {quote(secret, safe="", encoding="latin-1")} if max(secret, default="") < "\u0100" else set()
    urls |= {re.sub("%..", lambda match: match.group().lower(), url) for url in urls}
    jsons = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    jsons |= {text.replace("/", "\\/") for text in jsons}
    jsons |= {re.sub(r"\\u....", lambda match: "\\u" + match.group()[2:].upper(), text) for text in jsons}
    pages = {html.escape(secret), html.escape(secret, quote=False)}
    pages |= {page.replace("&#x27;", "&#039;").replace("&quot;", "&#34;") for page in pages}
    pages |= {re.sub("[^ -~]", lambda match: f"&#{ord(match.group())};", page) for page in pages}
    pages |= {re.sub(r"\+", "&#43;", page) for page in pages}
    python = {repr(secret)[1:-1], ascii(secret)[1:-1], repr(secret.encode())[2:-1]}
    return frozenset(
        {secret} | urls | jsons | pages | python | _base64(secret.encode()) | _base64(quote(secret).encode())
    )


def _base64(raw: bytes) -> set[str]:
    """Return what base64 makes of a text that contains `raw`: the characters that depend only on `raw`."""
    pieces = set()
    for before in (b"", b"1", b"12"):
        after = b"3" * (-(len(before) + len(raw)) % 3)
        mixed = 4 if before else 0, 4 if after else 0
        written = base64.b64encode(before + raw + after).decode()
        inner = written[mixed[0] : len(written) - mixed[1]]
        pieces |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {form for form in pieces if len(form) >= _SHORTEST_BASE64}
