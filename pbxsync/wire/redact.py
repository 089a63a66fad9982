"""Takes keys out of text, in every form in which a server, a library or a log may have written them."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model import Secret

#: What stands where a key stood.
PLACEHOLDER: Final = "(key)"
#: Anything shorter is no key but a word, and taking it out would garble every sentence.
_SHORTEST: Final = 4


class Redactor:
    """Replaces every known key in a text; knows as many keys as it was told of so far."""

    def __init__(self, keys: Iterable[Secret] = ()) -> None:
        self._keys: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        #: Whether replies must not be quoted at all, because they may hold sensitive params.
        self.withhold = False
        for key in keys:
            self.learn(key)

    def learn(self, key: Secret) -> None:
        """From now on take this key out too."""
        value = key.reveal()
        if value not in self._keys and len(value) >= _SHORTEST:
            keys = self._keys | {value}
            forms = sorted({form for each in keys for form in _forms(each)}, key=len, reverse=True)
            # Percent-encoding may come in either case; a key that differs in case alone is no loss to hide.
            self._pattern = re.compile("|".join(re.escape(form) for form in forms), re.IGNORECASE)
            self._keys = keys

    def __call__(self, text: str) -> str:
        """Return `text` with each key replaced by `(key)`."""
        return text if self._pattern is None else self._pattern.sub(PLACEHOLDER, text)

    def finds(self, text: str) -> bool:
        """Whether `text` holds a key."""
        return self._pattern is not None and self._pattern.search(text) is not None


def _forms(key: str) -> set[str]:
    """Return the ways in which a key may be written: as it is, for URLs, JSON, HTML, Python, and in base64."""
    written = {key, quote(key, safe=""), quote(key), quote_plus(key), json.dumps(key)[1:-1], html.escape(key)}
    written.add(json.dumps(key, ensure_ascii=False)[1:-1])
    written.add(json.dumps(key)[1:-1].replace("/", "\\/"))
    written.add(repr(key)[1:-1])
    return {form for form in written | _base64_forms(key.encode()) if len(form) >= _SHORTEST}


def _base64_forms(raw: bytes) -> set[str]:
    """Return what every base64 text holds that was made of something with `raw` in it, at any alignment."""
    forms = set()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        # The first characters mix with what stands before, the last with what follows: only the middle is certain.
        start = {0: 0, 1: 2, 2: 3}[lead]
        whole = encoded[start : (lead + len(raw)) * 8 // 6]
        forms |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= _SHORTEST + 2}
