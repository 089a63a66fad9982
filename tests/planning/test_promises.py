"""What a plan and an apply promise of a PBX: what is unknown is never empty, and is known before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace


def writes(pbx: Emulator) -> list[str]:
    return [request.tenant for request in pbx.log if request.method == "POST"]


def test_nothing_is_written_before_every_tenant_was_planned(workdir: Workspace, pbx: Emulator) -> None:
    for tenant in "ABCDE":
        workdir.tenant(tenant, forward("x"), forward("y"))
    pbx.faults.add("latency=300ms tenant=E action=LIST n=1")
    assert workdir.run("apply", "--auto-approve").status == 0
    first_write = next(request.n for request in pbx.log if request.method == "POST")
    planning = [request.n for request in pbx.log if request.key_kind == "read"]
    assert {request.tenant for request in pbx.log if request.n < first_write} == set("ABCDE")
    assert max(planning) < first_write


def test_where_one_tenant_is_unknown_nothing_at_all_is_written_until_the_run_is_narrowed(
    workdir: Workspace, pbx: Emulator
) -> None:
    for tenant in "ABC":
        workdir.tenant(tenant, forward("x"))
    pbx.faults.add("status-404 tenant=B")
    ran = workdir.run("apply", "--auto-approve")
    assert (ran.status, writes(pbx)) == (1, [])
    assert "the plan is incomplete (B could not be planned), so nothing is written" in ran.err
    assert "This plan is incomplete and cannot be applied: 1 of 3 tenants failed." in ran.out
    assert workdir.run("apply", "--auto-approve", "--tenant", "[AC]").status == 0
    assert sorted(writes(pbx)) == ["A", "C"]


def test_an_incomplete_plan_is_shown_and_not_saved(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("A", forward("x"))
    workdir.tenant("B", forward("x"))
    pbx.faults.add("bracket tenant=B")
    ran = workdir.run("plan", "--out", "change.plan", "--detailed-exitcode")
    assert ran.status == 1
    assert '+ "x"' in ran.out
    assert not (workdir.folder / "change.plan").exists()


@pytest.mark.parametrize("empty", ["array", "object"])
def test_a_tenant_that_says_that_it_is_empty_is_empty(workdir: Workspace, empty: str) -> None:
    with workdir.emulator(f"empty={empty}"):
        workdir.tenant("A", forward("x"))
        ran = workdir.run("apply", "--auto-approve")
        assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize("empty", ["null", "blank"])
def test_a_tenant_that_may_be_empty_is_planned_with_a_warning_and_applied_only_with_allow_empty(
    workdir: Workspace, empty: str
) -> None:
    with workdir.emulator(f"empty={empty}") as pbx:
        workdir.tenant("A", forward("x"))
        planned = workdir.run("plan", "--out", "change.plan")
        assert planned.status == 0
        assert "! the PBX lists no destinations for A, but with a reply that can also mean an error" in planned.out
        for paths in ([], ["change.plan"]):
            refused = workdir.run("apply", "--auto-approve", *paths)
            assert (refused.status, writes(pbx)) == (1, [])
            assert "use --allow-empty" in refused.err
        assert workdir.run("apply", "--allow-empty", "change.plan").status == 0
        assert writes(pbx) == ["A"]


def test_a_tenant_that_may_be_empty_and_has_nothing_to_add_needs_no_flag(workdir: Workspace) -> None:
    with workdir.emulator("empty=blank"):
        workdir.tenant("A")
        assert workdir.run("apply", "--auto-approve").status == 0


def test_one_change_that_fails_does_not_stop_the_others_and_is_named(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("A", *(forward(f"D{number}") for number in range(5)))
    workdir.tenant("B", forward("x"))
    pbx.faults.add("status-500 action=ADD tenant=A n=3")
    ran = workdir.run("apply", "--auto-approve", "--parallel", "1")
    assert ran.status == 1
    assert 'failed: A "D2"  tenants/A.yaml:9' in ran.out
    assert "Apply failed: 5 added, 0 changed, 1 failed." in ran.out
    assert [row["cu_name"] for row in pbx.rows("A")] == ["D0", "D1", "D3", "D4"]


def test_what_the_pbx_does_not_know_is_said_with_its_place_all_at_once(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("A", cu_name="Untold", cu_param1="1")
    pbx.put_type(50, "TWICE")
    pbx.put_type(51, "TWICE")
    workdir.tenant(
        "A",
        forward("a") | {"type": "FORWRD"},
        {"name": "b", "params": ["1"]},
        forward("c") | {"type": "TWICE"},
        forward("d") | {"type": "999"},
        {"name": "Untold", "params": {"number": "2"}},
    )
    ran = workdir.run("plan")
    assert ran.status == 1
    assert ran.out.split("\n\n")[1] == (
        '! A failed: tenants/A.yaml:3:5: the PBX has no type "FORWRD"; did you mean "FORWARD"? If it has'
        ' another name there, give that as on_pbx: of "FORWRD", below types: in the project file\n'
        '    tenants/A.yaml:6:5: "b" is not live in A; to add it, give its type (`pbxsync types` lists them)\n'
        '    tenants/A.yaml:8:5: 2 types are named "TWICE": give the number (50, 51)\n'
        '    tenants/A.yaml:11:5: the PBX has no type "999"; `pbxsync types` lists those it has'
    )
