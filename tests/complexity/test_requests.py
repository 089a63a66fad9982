"""The PBX is the bottleneck: the requests of a run are counted, one by one, in its log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.tenantfile import forward

if TYPE_CHECKING:
    import pytest

    from pbxsync.emulator import Emulator
    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Exchange, Handler
    from tests.support.workspace import Workspace


def sent(pbx: Emulator) -> Counter[str]:
    """The requests so far, as `OBJECT ACTION`."""
    return Counter(f"{request.object} {request.action}" for request in pbx.log)


def ten_tenants(workdir: Workspace, pbx: Emulator) -> None:
    """Ten tenants of 300 destinations, all of them managed, and 20 of each that no file knows."""
    for tenant in (f"T{number}" for number in range(10)):
        for place in range(300):
            pbx.put(tenant, cu_name=f"D{place}", cu_param1="100", cu_param2="INCOMINGDID", cu_param3="30")
        for place in range(20):
            pbx.put(tenant, cu_name=f"Other {place}")
        workdir.tenant(tenant, *(forward(f"D{place}") for place in range(300)))


def test_ten_tenants_of_300_cost_one_request_for_types_one_list_each_and_one_get_each(workdir: Workspace) -> None:
    with workdir.emulator() as pbx:
        ten_tenants(workdir, pbx)
        ran = workdir.run("plan", "--detailed-exitcode")
        assert (ran.status, ran.last) == (0, "3,000 unchanged, 200 unmanaged (live, in no file: left alone).")
        assert sent(pbx) == {"CUSTOMTYPES LIST": 1, "CUSTOM LIST": 10, "CUSTOM GET": 3000}
        assert Counter(request.tenant for request in pbx.log if request.action == "GET") == {
            f"T{number}": 300 for number in range(10)
        }
        assert {request.cache for request in pbx.log} == {"no"}
        assert {request.key_kind for request in pbx.log} == {"read"}
        assert max(request.in_flight for request in pbx.log) <= 8


def test_a_list_that_has_the_params_costs_no_get(workdir: Workspace) -> None:
    with workdir.emulator("full") as pbx:
        ten_tenants(workdir, pbx)
        ran = workdir.run("plan", "--detailed-exitcode")
        assert (ran.status, ran.last) == (0, "3,000 unchanged, 200 unmanaged (live, in no file: left alone).")
        assert sent(pbx) == {"CUSTOMTYPES LIST": 1, "CUSTOM LIST": 10}


def test_types_are_asked_again_only_for_a_tenant_that_names_one_that_is_missing(
    workdir: Workspace, pbx: Emulator
) -> None:
    workdir.tenant("A", forward("x"))
    workdir.tenant("B", forward("x"))
    workdir.tenant("C", forward("x") | {"type": "NO SUCH TYPE"})
    ran = workdir.run("plan", "--parallel", "1")
    assert ran.status == 1
    assert [request.tenant for request in pbx.log if request.object == "CUSTOMTYPES"] == ["A", "C"]


def test_a_type_that_the_pbx_got_meanwhile_is_found(
    workdir: Workspace, pbx: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    workdir.tenant("A", forward("x"))
    workdir.tenant("B", forward("x") | {"type": "NEW"})
    answer = pbx.faults.run

    def answer_and_add_a_type(exchange: Exchange, call_next: Handler) -> tuple[Answer, str | None]:
        found = answer(exchange, call_next)
        pbx.put_type(99, "NEW")
        return found

    monkeypatch.setattr(pbx.faults, "run", answer_and_add_a_type)
    assert workdir.run("plan", "--parallel", "1").status == 0


def test_an_apply_costs_a_write_and_a_get_for_each_change_and_for_a_tenant_with_adds_a_list_before_and_one_after(
    workdir: Workspace, pbx: Emulator
) -> None:
    kept = pbx.put("A", cu_name="Kept", cu_param1="1")
    pbx.put("B", cu_name="Kept", cu_param1="1")
    workdir.tenant("A", {"id": kept, "params": ["2"]}, forward("New 1"), forward("New 2"))
    workdir.tenant("B", {"name": "Kept", "params": ["2"]})
    workdir.tenant("C", forward("New 1"), forward("New 2"), forward("New 3"))
    assert workdir.run("plan").status == 0
    planning = sent(pbx)
    pbx.clear_log()

    assert workdir.run("apply", "--auto-approve").status == 0
    assert sent(pbx) - planning == {"CUSTOM ADD": 5, "CUSTOM UPDATE": 2, "CUSTOM GET": 7, "CUSTOM LIST": 4}
    writing = [request for request in pbx.log if request.key_kind == "write"]
    assert Counter(request.tenant for request in writing if request.action == "LIST") == {"A": 1, "C": 1}
    assert all((request.method == "POST") == (request.action in {"ADD", "UPDATE"}) for request in pbx.log)
    assert all(request.cache == "no" for request in pbx.log if request.method == "GET")


def test_an_update_sends_only_what_changes(workdir: Workspace, pbx: Emulator) -> None:
    kept = pbx.put("A", cu_name="Kept", cu_param1="1", cu_param2="2", cu_param3="3")
    workdir.tenant("A", {"name": "Kept", "params": {"2": "two", "3": "3"}})
    assert workdir.run("apply", "--auto-approve").status == 0
    (update,) = [request for request in pbx.log if request.action == "UPDATE"]
    assert update.params["jsondata"] == f'{{"cu_id": {kept}, "cu_param2": "two"}}'


def test_an_add_sends_its_name_its_type_and_what_is_not_empty(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("A", {"name": "New", "type": "FORWARD", "params": {"1": "0636287454", "2": "", "20": "last"}})
    assert workdir.run("apply", "--auto-approve").status == 0
    (add,) = [request for request in pbx.log if request.action == "ADD"]
    assert add.params["jsondata"] == (
        '{"cu_name": "New", "cu_ct_id": 1, "cu_param1": "0636287454", "cu_param20": "last"}'
    )


def test_parallel_bounds_all_requests_in_flight(workdir: Workspace) -> None:
    with workdir.emulator(latency_ms=5) as pbx:
        for tenant in "ABCD":
            for place in range(20):
                pbx.put(tenant, cu_name=f"D{place}", cu_param1="1")
            workdir.tenant(tenant, *(forward(f"D{place}") for place in range(20)))
        assert workdir.run("apply", "--auto-approve", "--parallel", "3").status == 0
        assert max(request.in_flight for request in pbx.log) <= 3


def test_a_plan_that_adds_costs_one_list_a_tenant_too(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("A", forward("x"), forward("y"))
    workdir.tenant("B", forward("x"))
    assert workdir.run("plan", "--detailed-exitcode").status == 2
    assert sent(pbx) == {"CUSTOMTYPES LIST": 1, "CUSTOM LIST": 2}
