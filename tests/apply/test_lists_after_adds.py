"""After its adds the list of a tenant must show each of them under the name sent; two applies at once make few twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.apply import applier
from tests.apply.intercept import intercepted
from tests.support.tenantfile import tenant_text

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

NAME = "Salg & Support i København"


def forward(name: str) -> dict[str, Any]:
    return {"name": name, "type": "FORWARD", "params": ["+4520990411"]}


def test_a_list_that_lags_is_asked_again_until_it_shows_the_add(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward(NAME))
    workspace.pbx.faults.add("list-lag=1.5")
    ran = workspace.apply()
    assert ran.status == 0, ran.text
    assert workspace.apply().status == 0
    assert len(workspace.pbx.rows("DEMO")) == 1


def test_a_list_that_lags_for_longer_fails_the_add_with_the_id_to_pin(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applier, "LIST_SECONDS", 0.6)
    workspace.tenant("DEMO", forward(NAME), forward("Night"))
    workspace.pbx.faults.add("list-lag=60")
    ran = workspace.apply()
    assert ran.status == 1
    for row in workspace.pbx.rows("DEMO"):
        text = (
            f"added as {row['cu_id']}, but the tenant's list does not show it: pin it with `id: {row['cu_id']}`, or the"
        )
        assert text in " ".join(ran.out.split())


RENDERED = {
    "list-names-html": '"Salg &amp; Support i København"',
    "list-names-cut=20": '"Salg & Support i Køb"',
    "list-names-upper": '"SALG & SUPPORT I KØBENHAVN"',
}


@pytest.mark.parametrize("fault", RENDERED)
def test_a_list_that_shows_another_name_fails_the_add_with_the_id_to_pin(workspace: Workspace, fault: str) -> None:
    workspace.tenant("DEMO", forward(NAME))
    workspace.pbx.faults.add(fault)
    ran = workspace.apply()
    assert ran.status == 1
    (row,) = workspace.pbx.rows("DEMO")
    text = f"added as {row['cu_id']}, but the tenant's list shows it as {RENDERED[fault]}: pin it with `id: {row['cu_id']}`"
    assert text in " ".join(ran.out.split())
    workspace.apply()
    assert len(workspace.pbx.rows("DEMO")) == (2 if "cut" in fault else 1), "most such names look alike: no second add"


def test_an_id_that_was_told_wrongly_is_found_in_the_list(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward(NAME))
    workspace.pbx.faults.add("wrong-id")
    assert workspace.apply().status == 0
    assert workspace.apply().status == 0
    assert len(workspace.pbx.rows("DEMO")) == 1


def test_two_applies_of_the_same_adds_hold_back_after_the_first_twin(workspace: Workspace) -> None:
    workspace.pbx.faults.add("latency=200ms action=add")  # long enough for the slower one to start meanwhile
    for folder in ("one", "other"):
        workspace.write(f"{folder}/pbxsync.yaml", "max_changes: 100\n")
        workspace.write(f"{folder}/tenants/DEMO.yaml", tenant_text("DEMO", [forward(f"Desk {n}") for n in range(25)]))
    started = [
        workspace.start("apply", "--auto-approve", "--config", f"{folder}/pbxsync.yaml", f"{folder}/tenants")
        for folder in ("one", "other")
    ]
    ended = [(process.communicate(timeout=120)[0], process.returncode) for process in started]
    names = [row["cu_name"] for row in workspace.pbx.rows("DEMO")]
    twins = len(names) - len(set(names))
    assert 1 <= twins <= 5, names
    assert len(names) < 25
    assert [status for _, status in ended] == [1, 1]
    assert all("no further add is sent" in " ".join(out.split()) for out, _ in ended)


def test_after_a_twin_the_adds_of_other_tenants_are_held_back_and_updates_are_not(workspace: Workspace) -> None:
    workspace.pbx.put("T2", cu_name="Desk", cu_param1="old")
    for number in range(3):
        updates = [{"name": "Desk", "params": ["new"]}] if number == 2 else []
        workspace.tenant(f"T{number}", forward("Night"), *updates)
    theirs: list[str] = []

    def meanwhile(action: str, tenant: str) -> None:
        if action == "add" and not theirs:
            theirs.append(workspace.pbx.put(tenant, cu_name="Night"))

    with intercepted(workspace, meanwhile):
        ran = workspace.apply("--parallel", "1")
    assert ran.status == 1
    text = " ".join(ran.out.split())
    assert 'somebody else adds the same destinations (T0 has "Night" with the ids' in text
    assert [len(workspace.pbx.rows(f"T{number}")) for number in range(3)] == [2, 0, 1]
    assert workspace.pbx.rows("T2")[0]["cu_param1"] == "new"
