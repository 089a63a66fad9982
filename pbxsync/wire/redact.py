"""Takes keys out of text, in every form in which a server, a library or a log may have written them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.entry import Secret

#: What stands where a key stood.
PLACEHOLDER: Final = "(key)"


class Redactor:
    """Replaces every known key in a text; knows as many keys as it was told of so far, be it one or ten thousand."""

    def __init__(self, keys: Iterable[Secret] = ()) -> None:
        self._keys = {key.reveal() for key in keys}
        self._forms: _Forms | None = None
        #: Whether replies must not be quoted at all, because they may hold sensitive params.
        self.withhold = False

    def learn(self, key: Secret) -> None:
        """From now on take this key out too."""
        value = key.reveal()
        if value not in self._keys:
            self._keys = self._keys | {value}
            self._forms = None

    def __call__(self, text: str) -> str:
        """Return `text` with each key replaced by `(key)`."""
        parts, end = [], 0
        for start, stop in self._known.found(text):
            parts += [text[end:start], PLACEHOLDER]
            end = stop
        return text if not end else "".join([*parts, text[end:]])

    def finds(self, text: str) -> bool:
        """Whether `text` holds a key."""
        return next(self._known.found(text), None) is not None

    def stream(self, pieces: Iterable[bytes], *, keep_length: bool = False) -> Iterator[bytes]:
        """Yield the bytes of `pieces` with each key replaced, wherever the cuts between the pieces fall.

        With `keep_length` asterisks stand for a key, as many as it is long: what has offsets in it, as audio does, stays
        whole.
        """
        # Each byte as one character; keys are ASCII or UTF-8.
        forms = _Forms({form.encode().decode("latin-1") for form in self._written()})
        kept = ""
        for piece in pieces:
            text = kept + piece.decode("latin-1")
            done, kept = forms.replaced(text, len(text) - forms.longest + 1, keep_length=keep_length)
            if done:
                yield done.encode("latin-1")
        if kept:
            yield forms.replaced(kept, len(kept), keep_length=keep_length)[0].encode("latin-1")

    @property
    def _known(self) -> _Forms:
        if self._forms is None:
            self._forms = _Forms(self._written() if self._keys else set())
        return self._forms

    def _written(self) -> set[str]:
        from pbxsync.wire import keyforms  # noqa: PLC0415 - all that has no key, --help above all, must not pay for it

        return {form for key in self._keys for form in keyforms.forms(key)}


class _Forms:
    """Finds any of many strings in one pass whose cost hangs on the text alone: there may be a key for each tenant.

    Each form is filed under its first characters; only where the text has these is there anything to compare.
    """

    def __init__(self, forms: set[str]) -> None:
        self._size = min(map(len, forms), default=0)
        self.longest = max(map(len, forms), default=1)
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for form in sorted(forms, key=len, reverse=True):
            self._by_start[form[: self._size]].append(form)
        # The few forms of one or two keys are found faster by the regular expression engine.
        few = len(forms) <= 64
        self._pattern = re.compile("|".join(map(re.escape, self._all()))) if few and forms else None

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

    def replaced(self, text: str, until: int, *, keep_length: bool) -> tuple[str, str]:
        """Return the text with every form replaced that starts before `until`, and what is left to look at again."""
        parts, end = [], 0
        for start, stop in self.found(text):
            if start >= until:
                break
            parts += [text[end:start], "*" * (stop - start) if keep_length else PLACEHOLDER]
            end = stop
        cut = max(end, until)
        return "".join([*parts, text[end:cut]]), text[cut:]

    def _all(self) -> list[str]:
        return sorted((form for forms in self._by_start.values() for form in forms), key=len, reverse=True)
