"""What must hold after every step of a case, whatever the PBX did."""

from __future__ import annotations

import json
import urllib.parse
from collections import Counter
from typing import TYPE_CHECKING

from pbxsync.journal.read import read_journal
from pbxsync.model.plan import Action
from tests.support.secret_forms import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pbxsync.emulator import LogEntry
    from pbxsync.journal.read import Write
    from tests.chaos.cases import Case, Tenant

Row = dict[str, str]


class Violated(AssertionError):
    """An invariant does not hold; `name` says which."""

    def __init__(self, name: str, fact: str) -> None:
        super().__init__(f"{name}: {fact}")
        self.name = name


def need(holds: object, name: str, fact: str) -> None:
    """Raise Violated unless something holds."""
    if not holds:
        raise Violated(name, fact)


def bare(row: Row) -> Row:
    """Return a row without its ids and its empty params."""
    return {
        name: value for name, value in row.items() if name not in {"cu_id", "cu_te_id"} and (value or name == "cu_name")
    }


def same(rows: list[Row], tenant: Tenant) -> bool:
    """Whether the rows of a tenant are what the files want."""
    known = len(tenant.live)
    there = [bare(row) for row in rows]
    return there[:known] == list(tenant.final[:known]) and _counted(there[known:]) == _counted(tenant.final[known:])


def _counted(rows: Iterable[Row]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


def nothing_twice_and_nothing_besides(rows: list[Row], tenant: Tenant, *, bends: bool) -> None:
    """No twin, no row gone, no row that nobody wanted, no field that is neither as it was nor as it is to be."""
    known = len(tenant.live)
    need(len(rows) >= known, "nothing is lost", f"{tenant.code} has fewer rows than before")
    for row, was, final in zip(rows, tenant.live, tenant.final, strict=False):
        for name in row.keys() - {"cu_id", "cu_te_id"}:
            allowed = {was.get(name, ""), final.get(name, "")}
            bent = bends and name.startswith("cu_param") and len(allowed) == 2
            need(row[name] in allowed or bent, "nothing besides the plan", f"{tenant.code}: {row} was {was}: {name}")
    added = Counter(row["cu_name"] for row in rows[known:])
    need(not added or max(added.values()) == 1, "nothing twice", f"{tenant.code}: {added}")
    need(added.keys() <= set(tenant.adds), "nothing besides the plan", f"{tenant.code}: {added}")


def journals_agree(folder: Path, log: list[LogEntry], case: Case) -> None:
    """Every write that the server carried out was announced; what a journal calls done was carried out, and so on."""
    codes = {tenant.code for tenant in case.tenants}
    commits = Counter(_of_log(each) for each in log if each.committed and each.tenant in codes)
    # What a kill cut off in the middle of a request has no data, and came to nothing.
    posts = [each for each in log if each.method == "POST" and each.tenant in codes and "jsondata" in each.params]
    sent = Counter(map(_of_log, posts))
    writes = [write for path in journals(folder) for write in read_journal(path).writes]
    announced = Counter(map(_of_write, writes))
    good = Counter(_of_write(write) for write in writes if write.after is not None and write.after.status.good)
    idle = Counter(_of_write(write) for write in writes if write.after is not None and write.after.untouched)
    name = "the journal equals the server's log"
    need(
        commits.keys() <= announced.keys(), name, f"carried out but not announced: {commits.keys() - announced.keys()}"
    )
    need(sent.keys() <= announced.keys(), name, f"sent but not announced: {sent.keys() - announced.keys()}")
    need(good.keys() <= commits.keys(), name, f"done, but never carried out: {good.keys() - commits.keys()}")
    for write, count in commits.items():
        most = announced[write] - idle[write]
        if write[1] == "add":
            need(count <= most, name, f"carried out {count} times, announced {most} times: {write}")
        else:
            # Of values that are kept or read otherwise nobody can tell whether they were stored again.
            need(most > 0 or case.alters, name, f"carried out, though it is called untouched: {write}")


def any_open_write(folder: Path) -> bool:
    """Whether a journal has a write of which it does not tell the outcome."""
    return any(write.after is None for path in journals(folder) for write in read_journal(path).writes)


def journals(folder: Path) -> list[Path]:
    """Return the journals that hold a run, the oldest first."""
    found = (folder / ".pbxsync" / "journal").glob("*.jsonl")
    return [path for path in sorted(found, key=lambda path: path.stat().st_mtime_ns) if b"\n" in path.read_bytes()]


Signature = tuple[str, str, str, frozenset[tuple[str, str]]]


def _of_log(record: LogEntry) -> Signature:
    columns = {name: str(value) for name, value in json.loads(record.params["jsondata"]).items() if name != "cu_id"}
    identity = record.objectid or columns["cu_name"]
    return (record.tenant, record.action.lower(), identity, frozenset(columns.items()))


def _of_write(write: Write) -> Signature:
    special = {"name": "cu_name", "type": "cu_ct_id"}
    columns = {special.get(row.field, f"cu_{row.field}"): row.new or "" for row in write.diff}
    identity = write.name if write.action is Action.ADD else write.id or ""
    return (write.tenant, write.action.value, identity, frozenset(columns.items()))


def no_key(keys: Iterable[str], folder: Path, *texts: str) -> None:
    """No key is in any byte that was said or written."""
    files = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    heap = {**files, **{f"output {number}": text.encode() for number, text in enumerate(texts)}}
    forms = [form.encode() for form in forms_of(keys)]
    for name, content in heap.items():
        found = [form for form in forms if form in content]
        need(not found, "no key anywhere", f"{name} holds {urllib.parse.quote(found[0]) if found else ''}")
