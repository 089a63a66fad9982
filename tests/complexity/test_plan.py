"""Over HTTP: the requests and the work of a plan and of an apply grow with what is managed and changed, and not faster."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.complexity.counting import at_most_linear, calls
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace


def fill(pbx: Emulator, tenant: str, count: int) -> None:
    for number in range(count):
        pbx.put(tenant, cu_name=f"D{number}", cu_param1="100", cu_param2="INCOMINGDID", cu_param3="30")


def sent(pbx: Emulator) -> Counter[str]:
    return Counter(f"{request.object} {request.action}" for request in pbx.log)


@pytest.mark.parametrize(("managed", "live"), [(5, 10), (5, 200), (40, 200)])
def test_a_plan_asks_for_what_is_managed_and_not_for_what_is_live(
    workdir: Workspace, pbx: Emulator, managed: int, live: int
) -> None:
    fill(pbx, "A", live)
    workdir.tenant("A", *(forward(f"D{number}") for number in range(managed)))
    assert workdir.run("plan", "--detailed-exitcode").status == 0
    assert sent(pbx) == {"CUSTOMTYPES LIST": 1, "CUSTOM LIST": 1, "CUSTOM GET": managed}


@pytest.mark.parametrize("changes", [1, 6, 30])
def test_an_apply_costs_a_write_and_a_get_for_each_change_and_a_list_for_each_tenant(
    workdir: Workspace, pbx: Emulator, changes: int
) -> None:
    for tenant in ("A", "B"):
        fill(pbx, tenant, 30)
        changed = (forward(f"D{number}", "200" if number < changes else "100") for number in range(30))
        workdir.tenant(tenant, *changed)
    assert workdir.run("plan").status == 0
    plan = sent(pbx)
    pbx.clear_log()
    assert workdir.run("apply", "--auto-approve").status == 0
    more = sent(pbx) - plan
    assert more["CUSTOM UPDATE"] == 2 * changes
    assert more["CUSTOM GET"] <= 2 * changes
    assert more["CUSTOM LIST"] <= 2
    assert more["CUSTOM ADD"] == 0


def test_adds_cost_the_same_and_one_list_before_the_first_of_a_tenant(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("A", *(forward(f"D{number}") for number in range(25)))
    assert workdir.run("plan", "--detailed-exitcode").status == 2
    plan = sent(pbx)
    pbx.clear_log()
    assert workdir.run("apply", "--auto-approve").status == 0
    more = sent(pbx) - plan
    assert more["CUSTOM ADD"] == 25
    assert more["CUSTOM GET"] <= 25
    assert more["CUSTOM LIST"] <= 2  # one against a list that left a row out, one after the adds that shows twins


def work_of_a_plan(workdir: Workspace, tenants: int, each: int) -> int:
    """How many functions the client calls for a plan of so many destinations, of which one is to be changed."""
    with workdir.emulator("full") as pbx:
        for number in range(tenants):
            code = f"T{number}"
            fill(pbx, code, each)
            workdir.tenant(code, *(forward(f"D{row}", "200" if row == 1 else "100") for row in range(each)))
        pbx.clear_log()
        seen = []
        counted = calls(lambda: seen.append(workdir.run("plan", "--detailed-exitcode", "--parallel", "2")))
        assert [(ran.status, ran.err) for ran in seen] == [(2, "")]
        assert sent(pbx) == {"CUSTOMTYPES LIST": 1, "CUSTOM LIST": tenants}
        return counted


def test_a_tenant_of_20_000_destinations_is_planned_in_twenty_times_the_work_of_one_of_1_000(
    workdir: Workspace,
) -> None:
    work_of_a_plan(workdir, 1, 2)  # what is imported once is not to count
    assert at_most_linear(work_of_a_plan(workdir, 1, 1_000), work_of_a_plan(workdir, 1, 20_000), 20)


def test_the_work_of_a_plan_is_linear_in_tenants(workdir: Workspace) -> None:
    work_of_a_plan(workdir, 1, 2)
    assert at_most_linear(work_of_a_plan(workdir, 10, 5), work_of_a_plan(workdir, 80, 5), 8)
