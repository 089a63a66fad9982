"""A pool of threads for nested work: the tenants of a run, and within each tenant its requests.

A fixed number of threads takes items from the newest batch that has any left. An item may itself start a batch, on which
its thread then works too. So nothing waits for a free thread, and few tenants are in memory at a time.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

#: Seconds between two calls of `tick`.
_TICK: Final = 0.1


class Progress(Protocol):
    """Shows how far a stage has got."""

    def done(self) -> None:
        """Count one more item. Called from any thread."""

    def tick(self) -> None:
        """Redraw if anything has changed. Called often, by the thread that waits for the whole."""


class _Batch(Generic[_Item, _Result]):
    """Items, and what to do with each of them."""

    def __init__(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> None:
        self._work = work
        self._items = items
        self._next = 0
        self._left = len(items)
        self._lock = threading.Lock()
        self._results: list[Any] = [None] * len(items)
        self._error: BaseException | None = None
        self.finished = threading.Event()

    def take(self) -> int | None:
        """Return the index of an item that nobody has begun, or None."""
        with self._lock:
            if self._next >= len(self._items):
                return None
            self._next += 1
            return self._next - 1

    def do(self, index: int) -> None:
        """Work on one item, unless another one has failed."""
        try:
            if self._error is None:
                self._results[index] = self._work(self._items[index])
        except BaseException as error:  # noqa: BLE001 - `results` raises it again, in the thread that waits
            self._error = self._error or error
        with self._lock:
            self._left -= 1
            if not self._left:
                self.finished.set()

    def results(self) -> list[_Result]:
        """Return the results of a finished batch, in the order of the items. Raises the first error of any."""
        if self._error is not None:
            raise self._error
        return self._results


class WorkerPool:
    """`size` threads, to be used in a `with`. They never keep a process from ending."""

    def __init__(self, size: int) -> None:
        self._batches: list[_Batch[Any, Any]] = []
        self._changed = threading.Condition()
        self._stopped = False
        for _ in range(size):
            threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def map_nested(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        """Return `work(item)` for each item, in their order. Called by a thread of the pool, which works too."""
        if len(items) < 2:
            return [work(item) for item in items]
        batch = self._start(work, items)
        while (index := batch.take()) is not None:
            batch.do(index)
        batch.finished.wait()
        return batch.results()

    def map(
        self, work: Callable[[_Item], _Result], items: Sequence[_Item], tick: Callable[[], None] | None = None
    ) -> list[_Result]:
        """The same for the thread that owns the pool: it only waits, calls `tick` often, and can take signals."""
        if not items:
            return []
        batch = self._start(work, items)
        while not batch.finished.wait(_TICK):
            if tick is not None:
                tick()
        return batch.results()

    def _start(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> _Batch[_Item, _Result]:
        batch = _Batch(work, items)
        with self._changed:
            self._batches.append(batch)
            self._changed.notify(len(items))
        return batch

    def _serve(self) -> None:
        """Work on the newest batch that has items left, until the pool is stopped."""
        while True:
            with self._changed:
                index = None
                while index is None:
                    if self._stopped:
                        return
                    if self._batches:
                        batch = self._batches[-1]
                        index = batch.take()
                        if index is None:
                            self._batches.pop()
                    else:
                        self._changed.wait()
            batch.do(index)
