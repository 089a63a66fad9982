"""The forms in which a server, a library or a log may have written a key."""

from __future__ import annotations

import re
from binascii import b2a_base64
from typing import Final

#: Anything shorter is no key but a word, and taking it out would garble every sentence.
_SHORTEST: Final = 4
#: What is written as it is in URLs, JSON, HTML and Python.
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_ESCAPES: Final = re.compile(r"%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}")


def forms(key: str) -> set[str]:
    """Return the ways in which a key may be written: as it is, for URLs, JSON, HTML, Python, and in base64."""
    if len(key) < _SHORTEST:
        return set()
    written = {key} if _PLAIN.issuperset(key) else _escaped(key)
    return {form for form in written | _base64_forms(key.encode()) if len(form) >= _SHORTEST}


def _escaped(key: str) -> set[str]:
    """Return the ways to write a key that has characters in it that one of them escapes."""
    import html  # noqa: PLC0415 - most keys have nothing to escape
    import json  # noqa: PLC0415 - as above
    from urllib.parse import quote, quote_plus  # noqa: PLC0415 - as above

    written = {key, quote(key, safe=""), quote(key), quote_plus(key), json.dumps(key)[1:-1], html.escape(key)}
    written.add(json.dumps(key, ensure_ascii=False)[1:-1])
    written.add(json.dumps(key)[1:-1].replace("/", "\\/"))
    written.add(repr(key)[1:-1])
    # The hexadecimal digits of escapes may come in either case.
    written |= {_ESCAPES.sub(lambda found: found.group().lower(), form) for form in written}
    return written | {_ESCAPES.sub(_upper, form) for form in written}


def _upper(found: re.Match[str]) -> str:
    escape = found.group()
    return escape.upper() if escape.startswith("%") else escape[:2] + escape[2:].upper()


def _base64_forms(raw: bytes) -> set[str]:
    """Return what every base64 text holds that was made of something with `raw` in it, at any alignment."""
    forms = set()
    for lead in range(3):
        encoded = b2a_base64(b"\0" * lead + raw, newline=False).decode()
        # The first characters mix with what stands before, the last with what follows: only the middle is certain.
        start = {0: 0, 1: 2, 2: 3}[lead]
        whole = encoded[start : (lead + len(raw)) * 8 // 6]
        forms |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= _SHORTEST + 2}
