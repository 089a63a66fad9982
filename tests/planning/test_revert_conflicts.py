"""A revert names the places in the tenant files that still ask for what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

FILE = "tenant: DEMO\ndestinations:\n  - {}\n"


def reverted(workspace: Workspace, entry: str, **rest: str) -> list[str]:
    """Apply a file, revert the apply, and return the warnings without their mark."""
    workspace.write("tenants/demo.yaml", FILE.format(entry))
    assert workspace.apply().status == 0
    for name, text in rest.items():
        workspace.write(f"tenants/{name}.yaml", text)
    ran = workspace.run("revert", "--auto-approve", workspace.journals[0])
    assert ran.status == 0, ran.text
    return [line.removeprefix("warning: ") for line in ran.err.splitlines()]


@pytest.mark.parametrize(
    ("entry", "asks"),
    [
        ("{name: Boss, params: [2]}", '3:27: still asks for number "2" of "Boss" (id 1)'),
        ("{id: 1, params: {number: 2}}", '3:22: still asks for number "2" of "Boss" (id 1)'),
        ("{name: Boss, params: {5: 2}}", '3:27: still asks for param5 "2" of "Boss" (id 1)'),
        ("{id: 1, name: Chief}", '3:5: still asks for name "Chief" of "Boss" (id 1)'),
        ("{name: Chief, renamed_from: Boss}", '3:5: still asks for name "Chief" of "Boss" (id 1)'),
        ("{name: Boss, type: CALLBACK}", '3:5: still asks for type "CALLBACK" of "Boss" (id 1)'),
    ],
)
def test_a_file_that_asks_for_the_reverted_value_is_named(workspace: Workspace, entry: str, asks: str) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    assert reverted(workspace, entry) == [f"tenants/demo.yaml:{asks}: change it, or the next apply writes it again"]


def test_a_param_that_the_file_clears_by_leaving_it_out_is_asked_for_at_its_entry(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param7="seven")
    workspace.write("pbxsync.yaml", "unlisted_params: clear\n")
    assert reverted(workspace, "{name: Boss, params: [1]}") == [
        'tenants/demo.yaml:3:5: still asks for param7 "" of "Boss" (id 1): change it, or the next apply writes it again'
    ]


def test_a_file_that_asks_for_something_else_by_now_is_named_with_that(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    asks = reverted(workspace, "{name: Boss, params: [2]}", demo=FILE.format("{name: Boss, params: [3]}"))
    assert [line.partition(" of ")[0] for line in asks] == ['tenants/demo.yaml:3:27: still asks for number "3"']


@pytest.mark.parametrize("entry", ["{name: Boss, params: [1]}", "{name: Boss}", "{name: Fax, type: FORWARD}"])
def test_a_file_that_asks_for_the_old_value_or_for_none_is_not_named(workspace: Workspace, entry: str) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    assert reverted(workspace, "{name: Boss, params: [2]}", demo=FILE.format(entry)) == []


def test_files_that_cannot_be_read_do_not_stop_a_revert(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    (warning,) = reverted(workspace, "{name: Boss, params: [2]}", demo="tenant: [")
    assert warning.startswith(
        "could not check whether tenant files still ask for the reverted values: tenants/demo.yaml:1:"
    )
    assert workspace.pbx.rows("DEMO")[0]["cu_param1"] == "1"


def test_a_value_that_only_the_journal_of_another_tenant_has_is_not_named(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    other = "tenant: OTHER\ndestinations:\n  - {name: Boss, type: FORWARD, params: [2]}\n"
    asks = reverted(workspace, "{name: Boss, params: [2]}", demo=FILE.format("{name: Boss}"), other=other)
    assert asks == []
