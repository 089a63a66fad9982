"""One round: a world, applies that are killed, one that is not, and what must hold afterwards."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from pbxsync.journal.read import read_journal
from pbxsync.model.plan import Action
from tests.crash.client import output, run_client, start_client
from tests.crash.worlds import World, draw
from tests.support.records import columns

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from pbxsync.journal.read import Write
    from tests.crash.pbx_process import PbxProcess
    from tests.support.workspace import Workspace

#: What a write is, in the words of the server's log: action, id or name, the columns and their text.
Signature = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass
class Tally:
    """How many kills hit, and what they left: writes whose outcome no journal has, and how many of these were done."""

    kills: int = 0
    open: int = 0
    open_committed: int = 0
    writes: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


@dataclass(frozen=True)
class Tenant:
    """One tenant of a round: its code, its world, and the ids of its live rows."""

    code: str
    world: World
    ids: list[str]


def play(pbx: PbxProcess, seed: int) -> Tally:
    """Play one round."""
    dice = Random(seed)  # noqa: S311 - a seed replays its round
    workspace = pbx.workspace(f"round-{seed}")
    tenants = [_set_up(pbx, workspace, f"K{seed}{letter}", draw(dice)) for letter in "ab"[: dice.randint(1, 2)]]
    tally = Tally()
    apply = ("apply", "--auto-approve", "--parallel", "2")
    for _ in range(dice.randint(1, 2)):
        process = start_client(workspace, *apply)
        _wait(process, workspace, dice, 1300 * sum(len(tenant.world.wanted) for tenant in tenants))
        tally.kills += process.is_alive()
        process.kill()
        process.join()
        pbx.settle()
    assert run_client(workspace, *apply) == 0, output(workspace)
    assert run_client(workspace, "plan", "--detailed-exitcode") == 0, output(workspace)
    for tenant in tenants:
        tally += _check(pbx, workspace, tenant)
    if dice.random() < 0.5:
        _revert(pbx, workspace, tenants)
    pbx.forget()
    return tally


def _set_up(pbx: PbxProcess, workspace: Workspace, code: str, world: World) -> Tenant:
    ids = [_put(pbx, code, **row) for row in world.live]
    workspace.tenant(code, *world.entries(ids))
    return Tenant(code, world, ids)


def _put(pbx: PbxProcess, code: str, **row: Any) -> str:
    return pbx.store.put(code, **row)


def _wait(process: BaseProcess, workspace: Workspace, dice: Random, most: int) -> None:
    """Wait for the moment of the kill: some bytes of journal, then up to the time that a request takes."""
    enough = dice.choice([0, 1, *(dice.randint(1, most) for _ in range(10))])
    folder = workspace.folder / ".pbxsync/journal"
    before = _size(folder)
    while process.is_alive() and _size(folder) - before < enough:
        time.sleep(0.0003)
    time.sleep(dice.uniform(0, 0.008) if enough else dice.uniform(0, 0.1))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def _check(pbx: PbxProcess, workspace: Workspace, tenant: Tenant) -> Tally:
    """Compare what is live, what the server logged and what the journals say."""
    rows = pbx.store.rows(tenant.code)
    live = [columns(row) for row in rows]
    assert live[: len(tenant.ids)] == tenant.world.final[: len(tenant.ids)], output(workspace)
    assert _counted(live) == _counted(tenant.world.final), output(workspace)
    logs = [read_journal(path) for path in _journals(workspace)]
    writes = [write for log in logs for write in log.writes if write.tenant == tenant.code]
    committed = Counter(map(_of_log, pbx.commits(tenant.code)))
    good = [write for write in writes if write.after is not None and write.after.status.good]
    left_open = Counter(_of_journal(write) for write in writes if write.after is None)
    certain = Counter(map(_of_journal, good))
    assert certain <= committed, "a line says done, and the server knows nothing of it"
    assert committed - certain <= left_open, "the server carried out a write that no line announced"
    assert len(writes) == certain.total() + left_open.total(), "without faults nothing fails"
    names = {row["cu_id"]: row["cu_name"] for row in rows}
    assert all(write.action is Action.UPDATE or names[write.id or ""] == write.name for write in good)
    return Tally(0, left_open.total(), (committed - certain).total(), committed.total())


def _journals(workspace: Workspace) -> list[Path]:
    """Return the journals that contain a run, the oldest first."""
    return [path for path in workspace.journals if b"\n" in path.read_bytes()]


def _counted(rows: list[dict[str, str]]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


def _of_log(record: dict[str, Any]) -> Signature:
    sent = {name: str(value) for name, value in json.loads(record["params"]["jsondata"]).items() if name != "cu_id"}
    return (record["action"].lower(), record["objectid"] or sent["cu_name"], frozenset(sent.items()))


def _of_journal(write: Write) -> Signature:
    special = {"name": "cu_name", "type": "cu_ct_id"}
    planned = {special.get(row.field, f"cu_{row.field}"): row.new or "" for row in write.diff}
    identity = write.name if write.action is Action.ADD else write.id or ""
    return (write.action.value, identity, frozenset(planned.items()))


def _revert(pbx: PbxProcess, workspace: Workspace, tenants: list[Tenant]) -> None:
    """Revert journal by journal, the newest first, and find the live rows as they were."""
    for path in reversed(_journals(workspace)):
        assert run_client(workspace, "revert", "--auto-approve", str(path)) == 0, output(workspace)
    for tenant in tenants:
        rows = [columns(row) for row in pbx.store.rows(tenant.code)]
        assert rows[: len(tenant.ids)] == tenant.world.live, output(workspace)
