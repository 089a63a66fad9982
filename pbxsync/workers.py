"""Threads that share all the work there is, however it nests: tenants, and the requests of each tenant.

A fixed number of threads takes pieces from the newest batch that has any left. A piece may itself start a batch and works
along on it, so nothing waits for a free thread and few tenants are open at a time (memory).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Seconds between two looks of the thread that waits for the whole.
_TICK: Final = 0.1


class _Batch(Generic[_T, _R]):
    """Some items and what to do with each; `results` are in the order of the items."""

    def __init__(self, work: Callable[[_T], _R], items: Sequence[_T]) -> None:
        self._work = work
        self._items = items
        self._next = 0
        self._left = len(items)
        self._lock = threading.Lock()
        self.results: list[Any] = [None] * len(items)
        self.finished = threading.Event()
        self.error: BaseException | None = None

    def take(self) -> int | None:
        """Return the number of an item that nobody has begun, or None."""
        with self._lock:
            if self._next >= len(self._items):
                return None
            self._next += 1
            return self._next - 1

    def do(self, number: int) -> None:
        """Work on one item."""
        try:
            if self.error is None:
                self.results[number] = self._work(self._items[number])
        except BaseException as error:  # noqa: BLE001 - raised again where the batch was started
            self.error = self.error or error
        with self._lock:
            self._left -= 1
            if not self._left:
                self.finished.set()


class Progress(Protocol):
    """Shows how far a stage has got."""

    def done(self) -> None:
        """Count one more item. Called from any thread."""

    def tick(self) -> None:
        """Redraw if anything has changed. Called often, by the thread that waits for the whole."""


class WorkerPool:
    """`size` threads, to be used in a `with`. They never keep a process from ending."""

    def __init__(self, size: int) -> None:
        self._open: list[_Batch[Any, Any]] = []
        self._news = threading.Condition()
        self._stopped = False
        self._members = [threading.Thread(target=self._serve, daemon=True) for _ in range(size)]
        for member in self._members:
            member.start()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def map_nested(self, work: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
        """Return `work(item)` for each item, in their order; called by a member, which works along."""
        if len(items) < 2:
            return [work(item) for item in items]
        batch = self._start(work, items)
        while (number := batch.take()) is not None:
            batch.do(number)
        batch.finished.wait()
        return self._results(batch)

    def map(self, work: Callable[[_T], _R], items: Sequence[_T], tick: Callable[[], None] | None = None) -> list[_R]:
        """The same for the thread that owns the crew: it only waits, calls `tick` often, and can take signals."""
        if not items:
            return []
        batch = self._start(work, items)
        while not batch.finished.wait(_TICK):
            if tick is not None:
                tick()
        return self._results(batch)

    def _start(self, work: Callable[[_T], _R], items: Sequence[_T]) -> _Batch[_T, _R]:
        batch = _Batch(work, items)
        with self._news:
            self._open.append(batch)
            self._news.notify(len(items))
        return batch

    def _results(self, batch: _Batch[Any, _R]) -> list[_R]:
        if batch.error is not None:
            raise batch.error
        return batch.results

    def _serve(self) -> None:
        while (found := self._wait()) is not None:
            batch, number = found
            batch.do(number)

    def _wait(self) -> tuple[_Batch[Any, Any], int] | None:
        with self._news:
            while not self._stopped:
                while self._open:
                    number = self._open[-1].take()
                    if number is not None:
                        return self._open[-1], number
                    self._open.pop()
                self._news.wait()
        return None
