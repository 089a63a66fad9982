"""The active faults. Each decides which requests it hits by counting and drawing in the order of arrival."""

from __future__ import annotations

import random
import threading
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from pbxsync.emulator.faults.base import Setting
from pbxsync.emulator.faults.spec import FaultSpec, read_specs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Exchange, Handler
    from pbxsync.emulator.request import Request


class Fault:
    """One active fault. `matched` counts the requests that match, `fired` those that were hit."""

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self.matched = 0
        self.fired = 0
        self._lock = threading.Lock()
        self._random = random.Random(spec.seed)  # noqa: S311 -- must be reproducible, not secret
        self._setting = Setting(spec.value, spec.moment, spec.options)

    def hits(self, request: Request) -> bool:
        """Count a request, and return whether it is hit."""
        if not self._matches(request):
            return False
        spec = self.spec
        with self._lock:
            self.matched += 1
            place = self.matched - spec.first
            in_turn = place >= 0 and not 0 < spec.last < self.matched and (place + 1) % spec.every == 0
            drawn = self._random.random() < spec.p
            hit = in_turn and drawn and not 0 < spec.times <= self.fired
            self.fired += hit
        return hit

    def run(self, exchange: Exchange, call_next: Handler) -> Answer:
        """Answer a request that is hit."""
        return self.spec.kind.effect(self._setting, exchange, call_next)

    def _matches(self, request: Request) -> bool:
        if not self.spec.match:
            return True
        reqtype, obj, action = request.operation
        sent = {
            "reqtype": reqtype,
            "object": obj,
            "action": action,
            "tenant": request.tenant,
            "objectid": request.text("objectid"),
            "method": request.method,
        }
        return all(_fits(name, sent[name], pattern) for name, pattern in self.spec.match.items())


class Faults:
    """The faults of one emulator, which may change while it runs. If several hit a request, the first is the outermost."""

    def __init__(self, specs: Iterable[str | FaultSpec] = ()) -> None:
        self._active: tuple[Fault, ...] = ()
        for spec in specs:
            self.add(spec)

    def add(self, spec: str | FaultSpec) -> Fault:
        """Activate one more fault. Raises FaultError if the text is invalid."""
        fault = Fault(FaultSpec.parse(spec) if isinstance(spec, str) else spec)
        self._active = (*self._active, fault)
        return fault

    def load(self, path: Path) -> None:
        """Activate the faults of a file, one per line. Raises OSError, and FaultError with the file and line."""
        with path.open(encoding="utf-8") as lines:
            specs = list(read_specs(lines, str(path)))
        for spec in specs:
            self.add(spec)

    def remove(self, fault: Fault) -> None:
        """Deactivate one fault."""
        self._active = tuple(active for active in self._active if active is not fault)

    def clear(self) -> None:
        """Deactivate all faults."""
        self._active = ()

    def run(self, exchange: Exchange, call_next: Handler) -> tuple[Answer, str | None]:
        """Answer a request through all faults that hit it. Returns their names too."""
        hit = [fault for fault in self._active if fault.hits(exchange.request)]
        for fault in reversed(hit):
            call_next = partial(fault.run, call_next=call_next)
        return call_next(exchange), ",".join(fault.spec.name for fault in hit) or None


def _fits(name: str, sent: str, pattern: str) -> bool:
    return fnmatchcase(sent, pattern if name in {"tenant", "objectid"} else pattern.upper())
