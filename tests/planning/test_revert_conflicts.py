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
        ("{id: 1, params: {number: 2}}", '3:30: still asks for number "2" of "Boss" (id 1)'),
        ("{name: Boss, params: {5: 2}}", '3:30: still asks for param5 "2" of "Boss" (id 1)'),
        ("{id: 1, name: Chief}", '3:5: still asks for name "Chief" of "Boss" (id 1)'),
        ("{name: Chief, renamed_from: Boss}", '3:5: still asks for name "Chief" of "Boss" (id 1)'),
        ("{name: Boss, type: FORWARD, params: [2]}", '3:42: still asks for number "2" of "Boss" (id 1)'),
        ("{name: Boss, params: [1, 2]}", '3:30: still asks for callerid "2" of "Boss" (id 1)'),
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


@pytest.mark.parametrize("other", ["{name: Fax, type: FORWARD, params: [2]}", "{id: 2, name: Boss, params: [2]}"])
def test_an_entry_about_another_destination_is_not_named_whatever_it_asks_for(workspace: Workspace, other: str) -> None:
    for _ in range(2):
        workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    asks = reverted(workspace, "{id: 1, params: [2]}", demo=FILE.format(f"{other}\n  - {{id: 1, params: [2]}}"))
    assert [line.partition(" of ")[0] for line in asks] == ['tenants/demo.yaml:4:22: still asks for number "2"']


def test_an_entry_with_the_old_or_the_new_name_is_about_the_destination(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    now = "{name: Boss, type: GONE, params: [2]}\n  - {name: Chief, params: [2]}"
    asks = reverted(workspace, "{id: 1, name: Chief, params: [2]}", demo=FILE.format(now))
    assert [line.partition(" of ")[0] for line in asks] == [
        'tenants/demo.yaml:4:5: still asks for name "Chief"',
        'tenants/demo.yaml:4:28: still asks for number "2"',
    ]


def test_an_entry_with_the_name_that_comes_back_is_about_the_destination(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    now = FILE.format("{name: Boss, params: [2]}")
    asks = reverted(workspace, "{id: 1, name: Chief, params: [2]}", demo=now)
    assert [line.partition(" of ")[0] for line in asks] == ['tenants/demo.yaml:3:27: still asks for number "2"']


def test_what_equals_the_old_value_does_not_hide_what_does_not(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    asks = reverted(workspace, "{name: Boss, params: [2, 3]}", demo=FILE.format("{name: Boss, params: [1, 3]}"))
    assert [line.partition(" of ")[0] for line in asks] == ['tenants/demo.yaml:3:30: still asks for callerid "3"']


def test_a_file_may_give_the_number_of_a_type_that_the_pbx_does_not_list(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_ct_id=77, cu_param1="1")
    (asks,) = reverted(workspace, "{name: Boss, type: 77, params: {1: 2}}")
    assert asks.startswith('tenants/demo.yaml:3:40: still asks for param1 "2" of "Boss" (id 1)')


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
