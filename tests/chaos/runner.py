"""Plays a case against an emulated PBX in this process: apply, kill, rerun, and look after each step."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pbxsync.emulator import Emulator
from tests.chaos import invariants
from tests.chaos.faults import ALTERING
from tests.chaos.invariants import Violated, need
from tests.crash import client
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.cases import Case, Step, Tenant
    from tests.support.command import Ran

#: Keys with every character that somebody might encode, or forget to.
READ_KEY, WRITE_KEY = "r3ad/+=&%#æ-key", "wr1te+/=&%#ø~key"
_QUICK = ("--timeout", "0.25", "--retries", "2")
_FEW = ("--parallel", "2")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.crash.client"])


@dataclass
class Table:
    """A PBX of one dialect, and a folder in which a folder is made for each case."""

    folder: Path
    pbx: Emulator

    def play(self, case: Case) -> None:
        """Play a case. Raises Violated."""
        project = self.folder / f"case-{case.seed}"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        self.pbx.faults.clear()
        self.pbx.clear_log()
        stage = Workspace(project, self.pbx)
        stage.environ["TMPDIR"] = str(project)
        ids = {tenant.code: _enter(stage, tenant) for tenant in case.tenants}
        try:
            _Play(case, stage, ids).all()
        finally:
            for tenant in case.tenants:
                for row in self.pbx.rows(tenant.code):
                    self.pbx.remove(row["cu_id"])
        shutil.rmtree(project, ignore_errors=True)


@contextmanager
def table(folder: Path, dialect: str) -> Iterator[Table]:
    """Give a PBX of a dialect."""
    with Emulator(demo=False, dialect=dialect, read_key=READ_KEY, write_key=WRITE_KEY) as pbx:
        yield Table(folder, pbx)


def _enter(stage: Workspace, tenant: Tenant) -> list[str]:
    ids = [stage.pbx.put(tenant.code, cu_name=row["cu_name"], **_rest(row)) for row in tenant.live]
    entries = [{**each, "id": ids[each["id"]]} if "id" in each else each for each in tenant.wanted]
    further = {"unlisted_params": "clear"} if tenant.clear else {}
    stage.tenant(tenant.code, *entries, **further)
    return ids


def _rest(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != "cu_name"}


@dataclass
class _Play:
    case: Case
    stage: Workspace
    ids: dict[str, list[str]]

    def all(self) -> None:
        """Play the steps, then one apply without faults, and sometimes a revert of everything."""
        for step in self.case.steps:
            for fault in step.faults:
                self.stage.pbx.faults.add(fault)
            self._step(step)
            self.stage.pbx.faults.clear()
        self._last()
        if self.case.revert:
            self._revert()

    def _step(self, step: Step) -> None:
        words = ("--parallel", str(step.parallel), *_QUICK)
        if step.how == "killed":
            self._killed(words, step.moment)
        elif step.how == "saved":
            ran = self.stage.run("plan", "--out", "change.plan", *words)
            self._look(ran)
            if ran.status == 0:
                self._look(self.stage.run("apply", "change.plan", *words), applied=True)
        else:
            self._look(self.stage.run("apply", "--auto-approve", *words), applied=True)

    def _killed(self, words: tuple[str, ...], moment: float) -> None:
        """Kill an apply once its journal has so much in it."""
        folder = self.stage.folder
        before = _size(folder)
        enough = moment * 1500 * sum(len(tenant.wanted) for tenant in self.case.tenants)
        process = _CONTEXT.Process(
            target=client.main, args=(folder, self.stage.environ, ("apply", "--auto-approve", *words))
        )
        process.start()
        while process.is_alive() and _size(folder) - before < enough:
            time.sleep(0.001)
        process.kill()
        process.join()
        self._settle()
        self._hold()

    def _settle(self) -> None:
        """Wait until the PBX has carried out all that was asked of it: a killed client does not wait for that."""
        end, calm = time.monotonic() + 30, 0
        while calm < 3:
            need(time.monotonic() < end, "the PBX comes to rest", "it does not")
            calm = 0 if self.stage.pbx.at_work else calm + 1
            time.sleep(0.001)

    def _look(self, ran: Ran, *, applied: bool = False) -> None:
        """Hold a finished run, and what it left, to what must hold."""
        self._settle()
        need("should not have happened" not in ran.text, "no crash", ran.text)
        need(ran.status in {0, 1}, "exit status", f"{ran.status}: {ran.text}")
        invariants.no_key((READ_KEY, WRITE_KEY), self.stage.folder, ran.out, ran.err)
        self._hold()
        reached = self._reached()
        if applied and ran.status == 0:
            need(reached, "exit 0 only where live equals desired", ran.text)
        if applied and ran.status == 1 and reached:
            disturbed = any(each.fault for each in self.stage.pbx.log) or " within " in ran.text
            need(disturbed, "exit 0 where live equals desired", ran.text)

    def _hold(self) -> None:
        for tenant in self.case.tenants:
            rows = self.stage.pbx.rows(tenant.code)
            invariants.nothing_twice_and_nothing_besides(rows, tenant, bends=self.case.bends)
        invariants.journals_agree(self.stage.folder, self.stage.pbx.log, self.case)

    def _reached(self) -> bool:
        return all(invariants.same(self.stage.pbx.rows(tenant.code), tenant) for tenant in self.case.tenants)

    def _last(self) -> None:
        """Without faults it converges, whatever came before."""
        ran = self.stage.run("apply", "--auto-approve", *_FEW)
        need(ran.status == 0, "the rerun converges", ran.text)
        self._look(ran, applied=True)
        again = self.stage.run("plan", "--detailed-exitcode", *_FEW)
        need(again.status == 0, "the rerun converges", again.text)

    def _revert(self) -> None:
        """All journals, the newest first, put back every row that was there before.

        A journal holds the old values as they were read: where a read was given others, they cannot come back.
        """
        lied = any(each.fault in ALTERING and each.method == "GET" for each in self.stage.pbx.log)
        for path in reversed(invariants.journals(self.stage.folder)):
            ran = self.stage.run("revert", "--auto-approve", *_FEW, path)
            need(ran.status == 0 or (lied and ran.status == 1), "revert restores", ran.text)
        for tenant in self.case.tenants:
            rows = [invariants.bare(row) for row in self.stage.pbx.rows(tenant.code)]
            need(lied or rows[: len(tenant.live)] == list(tenant.live), "revert restores", f"{rows} was {tenant.live}")


def _size(folder: Path) -> int:
    """Return how much there is in the journals of a folder."""
    try:
        with os.scandir(folder / ".pbxsync" / "journal") as found:
            return sum(each.stat().st_size for each in found)
    except FileNotFoundError:
        return 0


def violation(table: Table, case: Case) -> Violated | None:
    """Play a case and return what does not hold."""
    try:
        table.play(case)
    except Violated as found:
        return found
    return None


def told(case: Case) -> str:
    """Return a case in words that a person can follow."""
    return json.dumps(asdict(case), indent=1, ensure_ascii=False)
