"""Takes keys out of text, in every form in which a server, a library or a log may have written them."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.model.entry import Secret

#: What stands where a key stood.
PLACEHOLDER: Final = "(key)"
#: Characters that nobody escapes: a key of these alone is always written as it is. Those that a URL may hold as they are
#: (`-._~`) are none of them: PHP's urlencode and what is careful with HTML escape them too.
_PLAIN: Final = re.compile(r"[0-9A-Za-z]*")
#: The charset in which each byte is one character.
_BYTES: Final = "latin-1"
#: The most characters that stand for one byte of a key that was escaped twice.
_WIDEST: Final = 12


class Redactor:
    """Replaces every known key in a text; knows as many keys as it was told of so far, be it one or ten thousand.

    Thread safe.
    """

    def __init__(self, keys: Iterable[Secret] = ()) -> None:
        self._keys = {key.reveal() for key in keys}
        self._finder: _Finder | None = None
        self._lock = threading.Lock()
        #: Whether replies must not be quoted at all, because they may hold sensitive params.
        self.withhold = False

    def learn(self, key: Secret) -> None:
        """From now on take this key out too."""
        value = key.reveal()
        if value not in self._keys:
            with self._lock:
                self._keys = self._keys | {value}
                self._finder = None

    def __call__(self, text: str) -> str:
        """Return `text` with each key replaced by `(key)`."""
        parts, end = [], 0
        for start, stop in self._known.found(text):
            parts += [text[end:start], PLACEHOLDER]
            end = stop
        return "".join([*parts, text[end:]])

    def finds(self, text: str) -> bool:
        """Whether `text` holds a key."""
        return bool(self._known.found(text))

    def stream(self, pieces: Iterable[bytes], *, keep_length: bool = False) -> Iterator[bytes]:
        """Yield the bytes of `pieces` with each key replaced, wherever the cuts between the pieces fall.

        With `keep_length` asterisks stand for a key, as many as it is long: what has offsets in it, as audio does, stays
        whole.
        """
        finder = self._known
        kept = ""
        for piece in pieces:
            text = kept + piece.decode(_BYTES)
            done, kept = _replaced(finder, text, len(text) - finder.reach, keep_length=keep_length)
            if done:
                yield done.encode(_BYTES)
        if kept:
            yield _replaced(finder, kept, len(kept), keep_length=keep_length)[0].encode(_BYTES)

    @property
    def _known(self) -> _Finder:
        finder = self._finder
        if finder is None:
            with self._lock:  # else one that was made without a key that is learnt just now could be kept
                finder = self._finder = self._finder or _Finder(self._keys)
        return finder


def _replaced(finder: _Finder, text: str, until: int, *, keep_length: bool) -> tuple[str, str]:
    """Return a text of bytes with every key replaced that starts before `until`, and what is left to look at again."""
    parts, end = [], 0
    for start, stop in finder.found(text, bytewise=True):
        if start >= until:
            break
        parts += [text[end:start], "*" * (stop - start) if keep_length else PLACEHOLDER]
        end = stop
    cut = max(end, until)
    return "".join([*parts, text[end:cut]]), text[cut:]


class _Finder:
    """Finds keys in texts, also where some of their characters are escaped."""

    def __init__(self, keys: set[str]) -> None:
        self._forms = _Forms(_written(keys) if keys else set())
        self._plain = all(map(_PLAIN.fullmatch, keys))
        #: How many characters of a text must be there for a key that begins in it, and one that overlaps, to be found.
        self.reach = 2 * (self._forms.longest - 1) * (1 if self._plain else _WIDEST)

    def found(self, text: str, *, bytewise: bool = False) -> list[tuple[int, int]]:
        """Return where keys start and end, in order and apart. `bytewise`: each character of the text is a byte."""
        return _apart(self._forms.found(text) if self._plain else self._deep(text, bytewise=bytewise))

    def _deep(self, text: str, *, bytewise: bool) -> Iterator[tuple[int, int]]:
        """Yield where keys start and end in the text as it is, and in what it comes to when escapes are undone."""
        from pbxsync.redaction import unescape  # noqa: PLC0415 - few keys have characters that are ever escaped

        layers = [] if bytewise or text.isascii() else [unescape.bytewise(text)]
        layer: unescape.Decoded | None
        for _ in range(unescape.DEPTH + 1):
            shown = layers[-1].text if layers else text
            for found in self._forms.found(shown):
                start, stop = found
                for layer in reversed(layers):
                    start, stop = layer.before(start, stop)
                yield start, stop
            layer = unescape.unescaped(shown)
            if layer is None:
                return
            layers.append(layer)


class _Forms:
    """Finds any of many strings in one pass whose cost hangs on the text alone: there may be a key for each tenant.

    Each form is filed under its first characters; only where the text has these is there anything to compare.
    """

    def __init__(self, forms: set[str]) -> None:
        self._size = min(map(len, forms), default=0)
        self.longest = max(map(len, forms), default=1)
        self._by_start: dict[str, list[str]] = defaultdict(list)
        ordered = sorted(forms, reverse=True)  # of two that begin alike the longer one first
        for form in ordered:
            self._by_start[form[: self._size]].append(form)
        # The few forms of one or two keys are found faster by the regular expression engine.
        few = len(forms) <= 64
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if few and forms else None

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where forms start and end in the text, in order and without overlap."""
        if self._pattern is not None:
            yield from (match.span() for match in self._pattern.finditer(text))
            return
        size, starts, end = self._size, self._by_start, 0
        if not size:
            return
        for at in [at for at in range(len(text) - size + 1) if text[at : at + size] in starts]:
            form = next((each for each in starts[text[at : at + size]] if text.startswith(each, at)), None)
            if form is not None and at >= end:
                end = at + len(form)
                yield at, end


def _written(keys: set[str]) -> set[str]:
    from pbxsync.redaction import forms  # noqa: PLC0415 - all that has no key, --help above all, must not pay for it

    return {form for key in keys for form in forms.forms(key)}


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, with those that overlap as one."""
    apart: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(stop, apart[-1][1]))
        else:
            apart.append((start, stop))
    return apart
