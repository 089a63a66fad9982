"""The faults that are at work: which request each of them hits, counted and drawn in the order of arrival."""

from __future__ import annotations

import random
import threading
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from pbxsync.emulator.faults.kind import Setting
from pbxsync.emulator.faults.spec import FaultSpec, read_specs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.kind import Case, Go
    from pbxsync.emulator.request import Request


class Fault:
    """One fault at work. `matched` counts the requests it is for, `fired` those that it hit."""

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self.matched = 0
        self.fired = 0
        self._lock = threading.Lock()
        self._random = random.Random(spec.seed)  # noqa: S311 -- to be had again, not to be secret
        self._setting = Setting(spec.value, spec.moment, spec.options)

    def hits(self, call: Request) -> bool:
        """Whether this request is hit; counts it."""
        if not self._is_for(call):
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

    def run(self, case: Case, go: Go) -> Answer:
        """Let it happen to a request that is hit."""
        return self.spec.kind.effect(self._setting, case, go)

    def _is_for(self, call: Request) -> bool:
        if not self.spec.match:
            return True
        reqtype, obj, action = call.operation
        sent = {
            "reqtype": reqtype,
            "object": obj,
            "action": action,
            "tenant": call.tenant,
            "objectid": call.text("objectid"),
            "method": call.method,
        }
        return all(_alike(name, sent[name], pattern) for name, pattern in self.spec.match.items())


class Faults:
    """The faults of one emulator; they may be changed while it runs. Where several hit, the first is the outermost."""

    def __init__(self, specs: Iterable[str | FaultSpec] = ()) -> None:
        self._active: tuple[Fault, ...] = ()
        for spec in specs:
            self.add(spec)

    def add(self, spec: str | FaultSpec) -> Fault:
        """Put one more fault to work. Raises FaultError where the text is not understood."""
        fault = Fault(FaultSpec.parse(spec) if isinstance(spec, str) else spec)
        self._active = (*self._active, fault)
        return fault

    def load(self, path: Path) -> None:
        """Put all faults of a file to work, one a line. Raises FaultError with the file and line, OSError."""
        with path.open(encoding="utf-8") as lines:
            specs = list(read_specs(lines, str(path)))
        for spec in specs:
            self.add(spec)

    def remove(self, fault: Fault) -> None:
        """Put one fault out of work."""
        self._active = tuple(each for each in self._active if each is not fault)

    def clear(self) -> None:
        """Put all faults out of work."""
        self._active = ()

    def run(self, case: Case, go: Go) -> tuple[Answer, str | None]:
        """Answer a request through all faults that hit it; with the answer come their names."""
        hit = [fault for fault in self._active if fault.hits(case.call)]
        for fault in reversed(hit):
            go = partial(fault.run, go=go)
        return go(case), ",".join(fault.spec.name for fault in hit) or None


def _alike(name: str, sent: str, pattern: str) -> bool:
    return fnmatchcase(sent, pattern if name in {"tenant", "objectid"} else pattern.upper())
