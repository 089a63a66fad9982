"""One round: a world, applies of it that are killed, one that is not, and what must hold then."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from pbxsync.model.plan import Action
from tests.crash.arena import journals
from tests.crash.worlds import World, draw

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from pbxsync.journal.read import Write
    from tests.crash.arena import Arena

#: What a write is, in the words of the server's log: action, id or name, the columns and their text.
Signature = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass
class Tally:
    """How many kills hit, and what they left: writes without a line after them, and those of them that went through."""

    kills: int = 0
    open: int = 0
    open_committed: int = 0
    writes: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


@dataclass(frozen=True)
class Player:
    """One tenant of a round: its world, the ids of its live rows, and its code."""

    code: str
    world: World
    ids: list[str]


def play(arena: Arena, seed: int) -> Tally:
    """Play one round."""
    dice = Random(seed)  # noqa: S311 - to be had again
    project = arena.folder / f"round-{seed}"
    (project / "tenants").mkdir(parents=True)
    players = [_enter(arena, project, f"K{seed}{letter}", draw(dice)) for letter in "ab"[: dice.randint(1, 2)]]
    tally = Tally()
    apply = ("apply", "--auto-approve", "--parallel", "2")
    for _ in range(dice.randint(1, 2)):
        process = arena.start(project, *apply)
        _wait(process, project, dice, 1300 * sum(len(player.world.wanted) for player in players))
        tally.kills += process.is_alive()
        process.kill()
        process.join()
        arena.settle()
    assert arena.run(project, *apply) == 0, said(project)
    assert arena.run(project, "plan", "--detailed-exitcode") == 0, said(project)
    for player in players:
        tally += _check(arena, project, player)
    if dice.random() < 0.5:
        _go_back(arena, project, players)
    arena.forget()
    return tally


def said(project: Path) -> str:
    """Return all that the clients have said."""
    return (project / "said.txt").read_text(encoding="utf-8")


def _enter(arena: Arena, project: Path, code: str, world: World) -> Player:
    ids = [_put(arena, code, **row) for row in world.live]
    content = {"tenant": code, "destinations": world.entries(ids)}
    (project / "tenants" / f"{code}.yaml").write_text(json.dumps(content), encoding="utf-8")
    return Player(code, world, ids)


def _put(arena: Arena, code: str, **row: Any) -> str:
    return arena.hands.put(code, **row)


def _wait(process: BaseProcess, project: Path, dice: Random, most: int) -> None:
    """Wait for the moment of the kill: some bytes of journal, then up to the time that a request takes."""
    enough = dice.choice([0, 1, *(dice.randint(1, most) for _ in range(10))])
    folder = project / ".pbxsync" / "journal"
    before = _size(folder)
    while process.is_alive() and _size(folder) - before < enough:
        time.sleep(0.0003)
    time.sleep(dice.uniform(0, 0.008) if enough else dice.uniform(0, 0.1))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def _check(arena: Arena, project: Path, player: Player) -> Tally:
    """Hold what is there, what the server logged and what the journals say against each other."""
    rows = arena.hands.rows(player.code)
    there = [_bare(row) for row in rows]
    assert there[: len(player.ids)] == player.world.final[: len(player.ids)], said(project)
    assert _counted(there) == _counted(player.world.final), said(project)
    writes = [write for logged in journals(project) for write in logged.writes if write.tenant == player.code]
    committed = Counter(map(_of_log, arena.commits(player.code)))
    good = [write for write in writes if write.after is not None and write.after.status.good]
    left_open = Counter(_of_journal(write) for write in writes if write.after is None)
    certain = Counter(map(_of_journal, good))
    assert certain <= committed, "a line says done, and the server knows nothing of it"
    assert committed - certain <= left_open, "the server carried out a write that no line announced"
    assert len(writes) == certain.total() + left_open.total(), "without faults nothing fails"
    names = {row["cu_id"]: row["cu_name"] for row in rows}
    assert all(write.action is Action.UPDATE or names[write.id or ""] == write.name for write in good)
    return Tally(0, left_open.total(), (committed - certain).total(), committed.total())


def _bare(row: dict[str, str]) -> dict[str, str]:
    """Return a row without its ids and what is empty."""
    return {name: value for name, value in row.items() if value and name not in {"cu_id", "cu_te_id"}}


def _counted(rows: list[dict[str, str]]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


def _of_log(record: dict[str, Any]) -> Signature:
    columns = {name: str(value) for name, value in json.loads(record["params"]["jsondata"]).items() if name != "cu_id"}
    return (record["action"].lower(), record["objectid"] or columns["cu_name"], frozenset(columns.items()))


def _of_journal(write: Write) -> Signature:
    special = {"name": "cu_name", "type": "cu_ct_id"}
    columns = {special.get(row.field, f"cu_{row.field}"): row.new or "" for row in write.diff}
    identity = write.name if write.action is Action.ADD else write.id or ""
    return (write.action.value, identity, frozenset(columns.items()))


def _go_back(arena: Arena, project: Path, players: list[Player]) -> None:
    """Revert journal by journal, the newest first, and find the live rows as they were."""
    paths = sorted((project / ".pbxsync" / "journal").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    for path in reversed(paths):
        if b"\n" in path.read_bytes():
            assert arena.run(project, "revert", "--auto-approve", str(path)) == 0, said(project)
    for player in players:
        rows = [_bare(row) for row in arena.hands.rows(player.code)]
        assert rows[: len(player.ids)] == player.world.live, said(project)
