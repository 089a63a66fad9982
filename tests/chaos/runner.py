"""Plays a case against an emulated PBX in this process: apply, kill, rerun, and check after each step."""

from __future__ import annotations

import json
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
from tests.crash.client import start_client
from tests.support.unread import left_connections
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


@dataclass
class CaseRunner:
    """A PBX of one dialect, and a folder in which each case gets a folder."""

    folder: Path
    pbx: Emulator

    def play(self, case: Case) -> None:
        """Play a case. Raises Violated."""
        project = self.folder / f"case-{case.seed}"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        self.pbx.faults.clear()
        self.pbx.clear_log()
        workspace = Workspace(project, self.pbx)
        workspace.set(TMPDIR=str(project))
        for tenant in case.tenants:
            _set_up(workspace, tenant)
        shared = self.pbx.shared_rows
        try:
            _Play(case, workspace).all()
            need(self.pbx.shared_rows == shared, "shared rows stay as they are", f"{self.pbx.shared_rows}")
        finally:
            for tenant in case.tenants:
                for row in self.pbx.rows(tenant.code):
                    self.pbx.remove(row["cu_id"])
        shutil.rmtree(project, ignore_errors=True)


@contextmanager
def case_runner(folder: Path, dialect: str) -> Iterator[CaseRunner]:
    """Run a PBX of a dialect for cases."""
    with Emulator(demo=False, dialect=dialect, read_key=READ_KEY, write_key=WRITE_KEY) as pbx:
        pbx.put_shared(cu_name="Emergency line", cu_param1="112")  # only a dialect with `shared=` shows it
        yield CaseRunner(folder, pbx)


def _set_up(workspace: Workspace, tenant: Tenant) -> None:
    ids = [workspace.pbx.put(tenant.code, cu_name=row["cu_name"], **_rest(row)) for row in tenant.live]
    entries = [{**entry, "id": ids[entry["id"]]} if "id" in entry else entry for entry in tenant.wanted]
    settings = {"unlisted_params": "clear"} if tenant.clear else {}
    workspace.tenant(tenant.code, *entries, **settings)


def _rest(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != "cu_name"}


@dataclass
class _Play:
    case: Case
    workspace: Workspace

    def all(self) -> None:
        """Play the steps, then one apply without faults, and sometimes a revert of everything."""
        for step in self.case.steps:
            for fault in step.faults:
                self.workspace.pbx.faults.add(fault)
            self._step(step)
            self.workspace.pbx.faults.clear()
        self._last()
        if self.case.revert:
            self._revert()

    def _run(self, *words: str | Path) -> Ran:
        return self.workspace.run(*words, checked=False)  # a violation has its own words here

    def _step(self, step: Step) -> None:
        words = ("--parallel", str(step.parallel), *_QUICK)
        if step.how == "killed":
            self._killed(words, step.moment)
        elif step.how == "saved":
            ran = self._run("plan", "--out", "change.plan", *words)
            self._look(ran)
            if ran.status == 0:
                self._look(self._run("apply", "change.plan", *words), applied=True)
        else:
            self._look(self._run("apply", "--auto-approve", *words), applied=True)

    def _killed(self, words: tuple[str, ...], moment: float) -> None:
        """Kill an apply when its journal has grown enough."""
        folder = self.workspace.folder
        before = _size(folder)
        enough = moment * 1500 * sum(len(tenant.wanted) for tenant in self.case.tenants)
        process = start_client(self.workspace, "apply", "--auto-approve", *words)
        while process.is_alive() and _size(folder) - before < enough:
            time.sleep(0.001)
        process.kill()
        process.join()
        settle(self.workspace.pbx)
        self._hold()

    def _look(self, ran: Ran, *, applied: bool = False) -> None:
        """Check a finished run and what it left."""
        settle(self.workspace.pbx)
        need("should not have happened" not in ran.text, "no crash", ran.text)
        need(ran.status in {0, 1}, "exit status", f"{ran.status}: {ran.text}")
        invariants.no_key((READ_KEY, WRITE_KEY), self.workspace.folder, ran.out, ran.err)
        self._hold()
        reached = self._reached()
        if applied and ran.status == 0:
            need(reached, "exit 0 only if live equals desired", ran.text)
        if applied and ran.status == 1 and reached:
            disturbed = any(request.fault for request in self.workspace.pbx.log) or " within " in ran.text
            need(disturbed or self._refused(ran), "exit 0 if live equals desired", ran.text)

    def _hold(self) -> None:
        for tenant in self.case.tenants:
            rows = self.workspace.pbx.rows(tenant.code)
            invariants.nothing_twice_and_nothing_besides(rows, tenant, bends=self.case.bends)
        invariants.journals_agree(self.workspace.folder, self.workspace.pbx.log, self.case)

    def _reached(self) -> bool:
        return all(invariants.same(self.workspace.pbx.rows(tenant.code), tenant) for tenant in self.case.tenants)

    def _last(self) -> None:
        """Without faults it converges, whatever came before."""
        ran = self._run("apply", "--auto-approve", *_FEW)
        if self._refused(ran):
            return
        need(ran.status == 0, "the rerun converges", ran.text)
        self._look(ran, applied=True)
        again = self._run("plan", "--detailed-exitcode", *_FEW)
        need(again.status == 0, "the rerun converges", again.text)

    def _refused(self, ran: Ran) -> bool:
        """Whether a run rightly failed because it could not tell which rows are shared."""
        return self.case.undecidable and ran.status == 1 and "so some are shared" in ran.text

    def _revert(self) -> None:
        """Revert all journals, the newest first, and check that every row is as it was at the start.

        A journal has the old values as they were read: if a read got others, they cannot be put back. Nor can a value that
        the PBX altered in a write whose client was killed: nothing tells it from one that somebody set since.
        """
        lied = any(request.fault in ALTERING and request.method == "GET" for request in self.workspace.pbx.log)
        lied = lied or (self.case.bends and invariants.any_open_write(self.workspace.folder))
        for path in reversed(invariants.journals(self.workspace.folder)):
            ran = self._run("revert", "--auto-approve", *_FEW, path)
            need(ran.status == 0 or (lied and ran.status == 1), "revert restores", ran.text)
        for tenant in self.case.tenants:
            rows = [invariants.bare(row) for row in self.workspace.pbx.rows(tenant.code)]
            need(lied or rows[: len(tenant.live)] == list(tenant.live), "revert restores", f"{rows} was {tenant.live}")


def settle(pbx: Emulator) -> None:
    """Wait until the PBX has carried out everything it was asked for: a killed client does not wait for that.

    A request may still be in the accept queue, and be carried out in the middle of the next step.
    """
    end, calm = time.monotonic() + 30, 0
    while calm < 3:
        need(time.monotonic() < end, "the PBX comes to rest", "it does not")
        calm = 0 if pbx.at_work else calm + 1
        time.sleep(0.001)
        if calm == 3 and left_connections(pbx.url):
            calm = 0


def _size(folder: Path) -> int:
    """Return how much there is in the journals of a folder."""
    try:
        with os.scandir(folder / ".pbxsync" / "journal") as found:
            return sum(each.stat().st_size for each in found)
    except FileNotFoundError:
        return 0


def violation(runner: CaseRunner, case: Case) -> Violated | None:
    """Play a case and return what does not hold."""
    try:
        runner.play(case)
    except Violated as violated:
        return violated
    return None


def described(case: Case) -> str:
    """Return a case in words that a person can follow."""
    return json.dumps(asdict(case), indent=1, ensure_ascii=False)
