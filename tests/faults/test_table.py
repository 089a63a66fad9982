"""A test for each cell of the table: what pbxsync does in a fault, and what holds in every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pbxsync.emulator.faults.catalog import FAULTS
from tests.faults import page
from tests.faults.table import OPERATIONS, TABLE
from tests.support.secret_forms import holders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _pytest.mark.structures import ParameterSet

    from pbxsync.emulator import Emulator
    from tests.support.command import Ran
    from tests.support.workspace import Workspace

NEW = "Ny vagt <1> 'æ'"
#: How the kinds with a value are ordered, where the usual one would take long.
VALUES = {
    "timeout": "=10s",
    "huge": "=40",
    "gzip-bomb": "=40",
    "refuse": "=50ms",
    "latency": "=20ms",
    "drip": "=40ms",
    "many-rows": "=1000",
    "other-tenant": " as=FINE",
    "te-id": "=42",
    "list-names-cut": "=2",
    "list-lag": "=1s",
}
#: Kinds that take the time that they are given; the others have enough even on a busy machine.
SLOW = {"timeout", "drip", "status-429"}
ASKS = {
    "types": "object=CUSTOMTYPES action=LIST",
    "list": "object=CUSTOM action=LIST tenant=DEMO",
    "get": "object=CUSTOM action=GET tenant=DEMO",
    "add": "object=CUSTOM action=ADD tenant=DEMO",
    "update": "object=CUSTOM action=UPDATE tenant=DEMO",
    "back": "object=CUSTOM action=GET tenant=DEMO n=2..",
}
TRIES = 2
#: Words with a test of their own.
ELSEWHERE = ("unnoticed", "clash", "alike", "renamed")


class Cell(NamedTuple):
    kind: str
    moment: str
    operation: str
    word: str

    @property
    def title(self) -> str:
        return f"{self.kind}{self.moment}-{self.operation}-{self.word}"

    @property
    def spec(self) -> str:
        return f"{self.kind}{self.moment}{VALUES.get(self.kind, '')} {ASKS[self.operation]}"


def cells() -> Iterator[Cell]:
    for kind, row in TABLE.items():
        for operation in OPERATIONS:
            before = "-before" if row.after and FAULTS[kind].moment == "after-commit" else ""
            yield Cell(kind, before, operation, getattr(row, operation))
            if row.after and operation in {"add", "update"}:
                after = "" if before else "-after-commit"
                yield Cell(kind, after, operation, row.after[operation == "update"])


def each(operations: Iterable[str] = OPERATIONS, words: Iterable[str] = ()) -> list[ParameterSet]:
    """The cells of some operations, as parameters of a test: with some words, or all that have a behaviour of their own."""
    found = (cell for cell in cells() if cell.operation in operations)
    return [
        pytest.param(cell, id=cell.title)
        for cell in found
        if (cell.word in words if words else cell.word not in {"-", *ELSEWHERE})
    ]


@pytest.fixture
def world(workdir: Workspace, pbx: Emulator) -> dict[str, str]:
    """DEMO has one destination to update and one to add, FINE one to update; the ids of what is there, by name."""
    pbx.put_type(99, "SÆRLIG")
    ids = {
        "Gæst": pbx.put("DEMO", cu_name="Gæst", cu_param1="1", cu_param5="it's"),
        "Others": pbx.put("DEMO", cu_name="Others", cu_param1="9"),
        "Fine": pbx.put("FINE", cu_name="Fine", cu_ct_id=99, cu_param1="1"),
    }
    new = {"name": NEW, "type": "FORWARD", "params": {"1": " 0636287454 ", "4": 'it\'s "<4>"'}}
    workdir.tenant("DEMO", {"name": "Gæst", "type": "FORWARD", "params": {"1": ' it\'s "22222222222" <2> '}}, new)
    workdir.tenant("FINE", {"name": "Fine", "type": "SÆRLIG", "params": ["2"]})
    return ids


def apply(workdir: Workspace, cell: Cell | None = None) -> Ran:
    seconds = "1" if cell is not None and cell.kind in SLOW else "20"
    bounds = ["--timeout", seconds, "--retries", str(TRIES), "--parallel", "1"]
    return workdir.run("-vv", "apply", "--auto-approve", *bounds)


def wanted(rows: list[dict[str, str]]) -> bool:
    """Whether DEMO is as its file says."""
    found: dict[str, Any] = {row["cu_name"]: (row["cu_param1"], row["cu_param4"], row["cu_param5"]) for row in rows}
    return found == {
        "Gæst": (' it\'s "22222222222" <2> ', "", "it's"),
        "Others": ("9", "", ""),
        NEW: (" 0636287454 ", 'it\'s "<4>"', ""),
    }


def hold(workdir: Workspace, pbx: Emulator) -> None:
    """What holds after every fault: no twin, no key on the disk, and that a run without it converges."""
    names = [row["cu_name"] for row in pbx.rows("DEMO")]
    assert len(set(names)) == len(names), names
    pbx.faults.clear()
    assert apply(workdir).status == 0
    assert pbx.rows("FINE")[0]["cu_param1"] == "2"
    assert {row["cu_name"]: row["cu_param1"] for row in pbx.rows("DEMO")}[NEW] == " 0636287454 "
    again = workdir.run("plan", "--detailed-exitcode")
    assert (again.status, again.out.splitlines()[2]) == (0, "No changes. The PBX matches the files.")
    files = {str(path): content for path, content in workdir.files().items()}
    assert not holders(workdir.keys, files)


@pytest.mark.parametrize("cell", each(["types", "list", "get"]))
def test_a_fault_of_a_read(workdir: Workspace, pbx: Emulator, world: dict[str, str], cell: Cell) -> None:
    del world
    fault = pbx.faults.add(cell.spec)
    ran = apply(workdir, cell)
    posts = [request for request in pbx.log if request.method == "POST"]
    if cell.word == "fine":
        assert ran.status == 0
        assert wanted(pbx.rows("DEMO"))
    else:
        assert ran.status == 1
        assert not posts
        if cell.word == "empty":
            assert "the PBX lists no destinations for DEMO" in ran.err
        else:
            assert "DEMO failed: " in ran.out or "FINE failed: " in ran.out or "2 tenants failed: " in ran.out
        if cell.operation != "types" and cell.kind != "refuse":
            assert "Fine" in ran.out
        if cell.word in {"fails", "refused"}:
            assert fault.fired == (2 if cell.operation == "types" else 1)
    hold(workdir, pbx)


@pytest.mark.parametrize("cell", each(["add", "update"]))
def test_a_fault_of_a_write(workdir: Workspace, pbx: Emulator, world: dict[str, str], cell: Cell) -> None:
    fault = pbx.faults.add(cell.spec)
    ran = apply(workdir, cell)
    sent = sum(request.action == cell.operation.upper() and request.tenant == "DEMO" for request in pbx.log)
    assert fault.fired
    if cell.word in {"fine", "found", "later"}:
        assert ran.status == 0
        assert wanted(pbx.rows("DEMO"))
    else:
        assert ran.status == 1
        assert "Apply failed: " in ran.out
    if cell.word == "wrong":
        assert "sent" in ran.out
        assert "stored" in ran.out
    if cell.word == "stopped" and cell.operation == "update":
        assert "not sent: " in ran.out
    if cell.kind != "refuse":
        assert sent == (TRIES if cell.word in {"again", "later"} else 1)
        assert pbx.rows("FINE")[0]["cu_param1"] == "2"
    if cell.kind in {"cut-values", "escape-quotes", "escape-html"} and cell.operation == "add":
        pbx.remove(next(row["cu_id"] for row in pbx.rows("DEMO") if row["cu_id"] not in world.values()))
    hold(workdir, pbx)


@pytest.mark.parametrize("cell", each(["back"]))
def test_a_fault_of_reading_back(workdir: Workspace, pbx: Emulator, world: dict[str, str], cell: Cell) -> None:
    fault = pbx.faults.add(f"{cell.spec} objectid={world['Gæst']}")
    ran = apply(workdir, cell)
    assert fault.fired
    updates = [request for request in pbx.log if request.action == "UPDATE" and request.tenant == "DEMO"]
    assert len(updates) == 1
    if cell.word == "fine":
        assert ran.status == 0
    else:
        assert ran.status == 1
        assert 'unknown: DEMO "Gæst"' in ran.out
    if cell.word == "unknown":
        assert fault.fired == 1
    hold(workdir, pbx)


@pytest.mark.parametrize("cell", each(words=["again", "empty"]))
def test_what_passes_after_one_time_is_nothing_to_speak_of(
    workdir: Workspace, pbx: Emulator, world: dict[str, str], cell: Cell
) -> None:
    one = f" objectid={world['Gæst']}" if cell.operation == "back" else ""
    fault = pbx.faults.add(f"{cell.spec}{one} times=1")
    ran = apply(workdir, cell)
    assert (ran.status, fault.fired) == (0, 1)
    assert wanted(pbx.rows("DEMO"))


def test_a_row_that_a_list_lacks_is_found_out_after_the_add(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("DEMO", cu_name="First", cu_param1="1")
    twin = pbx.put("DEMO", cu_name="Gæst", cu_param1="1")
    workdir.tenant("DEMO", {"name": "Gæst", "type": "FORWARD", "params": ["1"]})
    pbx.faults.add("missing-row")
    ran = apply(workdir)
    assert ran.status == 1
    assert f"does not show it, and {twin} has the name" in ran.out


def test_a_row_that_a_list_lacks_once_is_noticed_before_it_is_added(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("DEMO", cu_name="Gæst", cu_param1="1")
    workdir.tenant("DEMO", {"name": "Gæst", "type": "FORWARD", "params": ["1"]})
    pbx.faults.add("missing-row times=1")
    ran = apply(workdir)
    assert ran.status == 1
    assert "DEMO changed between two reads (1)" in ran.out
    assert not [request for request in pbx.log if request.method == "POST"]


@pytest.mark.parametrize("cell", each(words=["clash"]))
def test_a_destination_of_two_tenants_fails_both(
    workdir: Workspace, pbx: Emulator, world: dict[str, str], cell: Cell
) -> None:
    pbx.faults.add(cell.spec)
    ran = apply(workdir, cell)
    assert ran.status == 1
    assert not [request for request in pbx.log if request.method == "POST"]
    assert f"DEMO failed: the PBX lists destination {world['Fine']} for DEMO and also for FINE" in ran.out
    assert f"FINE failed: the PBX lists destination {world['Fine']} for FINE and also for DEMO" in ran.out
    alone = workdir.run("plan", "tenants/DEMO.yaml")
    assert (alone.status, '+ "Gæst"' in alone.out) == (0, True)
    hold(workdir, pbx)


@pytest.mark.parametrize("cell", each(words=["alike", "renamed"]))
def test_a_name_that_is_listed_otherwise_makes_at_most_one_more(workdir: Workspace, pbx: Emulator, cell: Cell) -> None:
    name = "Gæst & vagt"
    old = pbx.put("DEMO", cu_name=name, cu_param1="1")
    workdir.tenant("DEMO", {"name": name, "type": "FORWARD", "params": ["2"]})
    pbx.faults.add(cell.spec)
    planned = workdir.run("plan")
    if cell.word == "alike":
        assert planned.status == 1
        assert f'"{name}" is not live, but looks the same as' in planned.out
        assert apply(workdir, cell).status == 1
        assert len(pbx.rows("DEMO")) == 1
        pbx.remove(old)
    else:
        assert planned.status == 0
        assert f'+ "{name}"' in planned.out
    ran = apply(workdir, cell)
    added = pbx.rows("DEMO")[-1]["cu_id"]
    assert ran.status == 1
    assert f"added as {added}, but the tenant's list shows it as " in ran.out
    assert f"pin it with `id: {added}`" in ran.out
    workdir.tenant("DEMO", {"id": added, "params": ["3"]})
    assert apply(workdir, cell).status == 1
    assert f"destination {added} of DEMO is named " in apply(workdir, cell).out
    pbx.faults.clear()
    assert apply(workdir, cell).status == 0
    assert [row["cu_param1"] for row in pbx.rows("DEMO")] == (["3"] if cell.word == "alike" else ["1", "3"])


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert list(TABLE) == list(FAULTS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_faults_that_do_not_concern_an_operation_change_nothing(
    workdir: Workspace, pbx: Emulator, world: dict[str, str], operation: str
) -> None:
    del world
    idle = [kind for kind, row in TABLE.items() if getattr(row, operation) == "-"]
    for kind in idle:
        if not {"object", "action"} & FAULTS[kind].only.keys():
            pbx.faults.add(f"{kind} {ASKS[operation]}")
    assert apply(workdir).status == 0
    assert wanted(pbx.rows("DEMO"))


def test_the_page_shows_the_table_else_run_make_docs() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text()


@pytest.mark.parametrize("kind", ["missing-row", "list-names-cut", "other-tenant"])
def test_a_list_that_hides_a_destination_makes_one_more_and_the_run_fails(
    workdir: Workspace, pbx: Emulator, kind: str
) -> None:
    old = pbx.put("DEMO", cu_name=NEW, cu_param1="1")
    pbx.put("FINE", cu_name="Fine", cu_param1="1")
    workdir.tenant("DEMO", {"name": NEW, "type": "FORWARD", "params": ["1"]})
    pbx.faults.add(f"{kind}{VALUES.get(kind, '')} {ASKS['list']}")
    planned = workdir.run("plan")
    assert (planned.status, f'+ "{NEW}"' in planned.out) == (0, True)
    ran = apply(workdir)
    added = [row["cu_id"] for row in pbx.rows("DEMO") if row["cu_id"] != old]
    assert (ran.status, len(added)) == (1, 1)
    assert f"added as {added[0]}, but the tenant's list " in ran.out
    pbx.faults.clear()
    after = workdir.run("plan")
    assert (after.status, f"(ids {old}, {added[0]}): pin one of them with id" in after.out) == (1, True)
