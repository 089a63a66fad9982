"""Replaces keys in text, however a server, a library or a log may have written them."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.model.entry import Secret

#: Replaces a key.
PLACEHOLDER: Final = "(key)"
#: Characters that nothing escapes: a key of only these is always written as it is. `-._~` are not among them although a URL
#: may hold them: PHP's urlencode and careful HTML escape them too.
_PLAIN: Final = re.compile(r"[0-9A-Za-z]*")
#: The charset with one character for each byte.
_BYTES: Final = "latin-1"
#: The most characters for one byte of a key that was escaped twice.
_WIDEST: Final = 12


class Redactor:
    """Replaces every known key in a text; there may be ten thousand. Thread safe."""

    def __init__(self, keys: Iterable[Secret] = ()) -> None:
        self._keys = {key.reveal() for key in keys}
        self._finder: _Finder | None = None
        self._lock = threading.Lock()
        #: Whether messages must not quote replies at all, because these may hold sensitive params.
        self.withhold = False

    def learn(self, key: Secret) -> None:
        """Replace this key too from now on."""
        value = key.reveal()
        if value not in self._keys:
            with self._lock:
                self._keys = self._keys | {value}
                self._finder = None

    def __call__(self, text: str) -> str:
        """Return `text` with each key replaced by `(key)`."""
        parts, end = [], 0
        for start, stop in self._current.spans(text):
            parts += [text[end:start], PLACEHOLDER]
            end = stop
        return "".join([*parts, text[end:]])

    def finds(self, text: str) -> bool:
        """Whether `text` holds a key."""
        return bool(self._current.spans(text))

    def stream(self, pieces: Iterable[bytes], *, keep_length: bool = False) -> Iterator[bytes]:
        """Yield the bytes of `pieces` with each key replaced, also a key that two pieces share.

        With `keep_length` a key is replaced by as many asterisks as it is long: audio, which has offsets, stays intact.
        """
        finder = self._current
        kept = ""
        for piece in pieces:
            text = kept + piece.decode(_BYTES)
            done, kept = _replaced(finder, text, len(text) - finder.reach, keep_length=keep_length)
            if done:
                yield done.encode(_BYTES)
        if kept:
            yield _replaced(finder, kept, len(kept), keep_length=keep_length)[0].encode(_BYTES)

    @property
    def _current(self) -> _Finder:
        finder = self._finder
        if finder is None:
            with self._lock:  # else a finder without a key that is learnt at this moment could be kept
                finder = self._finder = self._finder or _Finder(self._keys)
        return finder


def _replaced(finder: _Finder, text: str, until: int, *, keep_length: bool) -> tuple[str, str]:
    """Return a text of bytes with every key replaced that starts before `until`, and the rest to be searched again."""
    parts, end = [], 0
    for start, stop in finder.spans(text, bytewise=True):
        if start >= until:
            break
        parts += [text[end:start], "*" * (stop - start) if keep_length else PLACEHOLDER]
        end = stop
    cut = max(end, until)
    return "".join([*parts, text[end:cut]]), text[cut:]


class _Finder:
    """Finds keys in texts, also if some of their characters are escaped."""

    def __init__(self, keys: set[str]) -> None:
        forms: set[str] = set()
        if keys:
            from pbxsync.redaction.forms import forms as forms_of  # noqa: PLC0415 - --help and the like have no key

            forms = {form for key in keys for form in forms_of(key)}
        self._forms = _Forms(forms)
        self._plain = all(map(_PLAIN.fullmatch, keys))
        #: Characters of text that are enough to find a key that begins in them, and one that overlaps it.
        self.reach = 2 * (self._forms.longest - 1) * (1 if self._plain else _WIDEST)

    def spans(self, text: str, *, bytewise: bool = False) -> list[tuple[int, int]]:
        """Return where keys start and end, in order, with those that overlap as one.

        `bytewise`: each character of the text is a byte.
        """
        joined: list[tuple[int, int]] = []
        for start, stop in sorted(self._forms.spans(text) if self._plain else self._deep(text, bytewise=bytewise)):
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
            else:
                joined.append((start, stop))
        return joined

    def _deep(self, text: str, *, bytewise: bool) -> Iterator[tuple[int, int]]:
        """Yield where keys start and end in the text, and in the text with its escapes undone, layer by layer."""
        from pbxsync.redaction import unescape  # noqa: PLC0415 - few keys have characters that anything escapes

        layers = [] if bytewise or text.isascii() else [unescape.bytewise(text)]
        layer: unescape.Decoded | None
        for _ in range(unescape.DEPTH + 1):
            shown = layers[-1].text if layers else text
            for start, stop in self._forms.spans(shown):
                for layer in reversed(layers):
                    start, stop = layer.before(start, stop)  # noqa: PLW2901 - traced back to the text itself
                yield start, stop
            layer = unescape.unescaped(shown)
            if layer is None:
                return
            layers.append(layer)


class _Forms:
    """Finds any of many strings in one pass whose cost depends only on the text: there may be a key for each tenant.

    Each form is filed under its first characters, and compared only where the text has these.
    """

    def __init__(self, forms: set[str]) -> None:
        self._size = min(map(len, forms), default=0)
        self.longest = max(map(len, forms), default=1)
        self._by_start: dict[str, list[str]] = defaultdict(list)
        ordered = sorted(forms, reverse=True)  # a longer form before its own beginning
        for form in ordered:
            self._by_start[form[: self._size]].append(form)
        # The few forms of one or two keys are found faster by the regular expression engine.
        few = len(forms) <= 64
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if few and forms else None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where forms start and end in the text, in order and without overlap."""
        if self._pattern is not None:
            yield from (match.span() for match in self._pattern.finditer(text))
            return
        size, starts, end = self._size, self._by_start, 0
        if not size:
            return
        for at in [at for at in range(len(text) - size + 1) if text[at : at + size] in starts]:
            form = next((form for form in starts[text[at : at + size]] if text.startswith(form, at)), None)
            if form is not None and at >= end:
                end = at + len(form)
                yield at, end
