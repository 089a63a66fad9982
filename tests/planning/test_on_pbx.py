"""A type that the PBX renamed takes one line of the project file, `on_pbx`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

RENAMED = """\
types:
  FORWARD: {on_pbx: Forward call, params: [number, callerid, timeout]}
  AI AGENT: {on_pbx: Agent (AI), params: [prompt, api_key], sensitive: [api_key]}
"""


@pytest.fixture
def renamed(workdir: Workspace, pbx: Emulator) -> Workspace:
    """A project whose two types have other names on the PBX."""
    pbx.put_type(1, "Forward call")
    pbx.put_type(8, "AI AGENT (old)")
    pbx.put_type(12, "Agent (AI)")
    workdir.write("pbxsync.yaml", RENAMED)
    workdir.environ["AI_API_KEY"] = "sk-s3cr3t-value"
    workdir.tenant(
        "DEMO",
        {"name": "Boss", "type": "FORWARD", "params": {"number": "+4570123456", "timeout": "25"}},
        {"name": "Robot", "type": "AI AGENT", "params": {"prompt": "Hello", "api_key": "${AI_API_KEY}"}},
    )
    return workdir


def test_files_keep_the_name_that_they_use(renamed: Workspace, pbx: Emulator) -> None:
    applied = renamed.run("apply", "--auto-approve")
    assert applied.status == 0, applied.text
    assert [row["cu_ct_id"] for row in pbx.rows("DEMO")] == ["1", "12"]
    again = renamed.run("plan", "--detailed-exitcode")
    assert again.status == 0, again.out
    exported = renamed.run("export", "DEMO").out
    assert "type: FORWARD" in exported
    assert "type: AI AGENT" in exported
    assert "timeout: 25" in exported


def test_a_change_of_the_type_shows_the_names_of_the_files(renamed: Workspace, pbx: Emulator) -> None:
    pbx.put("DEMO", cu_name="Boss", cu_ct_id="12", cu_param1="+4570123456", cu_param3="25")
    renamed.tenant("DEMO", {"name": "Boss", "type": "FORWARD", "params": {"number": "+4570123456"}})
    planned = json.loads(renamed.run("plan", "--format", "json").out)
    row = planned["tenants"][0]["changes"][0]["diff"][0]
    assert (row["before"], row["after"]) == ("AI AGENT", "FORWARD")
    assert (row["before_id"], row["after_id"]) == ("12", "1")


def test_sensitive_params_stay_hidden_under_either_name(renamed: Workspace) -> None:
    for name in ("AI AGENT", "Agent (AI)"):
        renamed.tenant("DEMO", {"name": "Robot", "type": name, "params": {"api_key": "sk-literal"}})
        ran = renamed.run("validate")
        assert ran.status == 1
        assert "sk-literal" not in ran.text


def test_the_name_of_the_pbx_is_understood_too(renamed: Workspace, pbx: Emulator) -> None:
    renamed.tenant("DEMO", {"name": "Boss", "type": "Forward call", "params": {"number": "+4570123456"}})
    assert renamed.run("apply", "--auto-approve").status == 0
    assert pbx.rows("DEMO")[0]["cu_ct_id"] == "1"


def test_another_type_of_that_name_on_the_pbx_is_not_meant(renamed: Workspace, pbx: Emulator) -> None:
    pbx.put_type(77, "FORWARD")
    pbx.put("DEMO", cu_name="Boss", cu_ct_id="77", cu_param1="+4570123456", cu_param3="25")
    row = json.loads(renamed.run("plan", "--format", "json").out)["tenants"][0]["changes"][0]["diff"][0]
    assert (row["before"], row["before_id"], row["after"], row["after_id"]) == ("77", "77", "FORWARD", "1")
    assert renamed.run("apply", "--auto-approve").status == 0
    assert pbx.rows("DEMO")[0]["cu_ct_id"] == "1"


def test_another_type_of_that_name_does_not_stand_in_for_a_missing_one(renamed: Workspace, pbx: Emulator) -> None:
    pbx.put_type(12, "Agent AI")
    pbx.put_type(8, "AI AGENT")
    ran = renamed.run("plan")
    assert ran.status == 1
    assert 'the PBX has no type "Agent (AI)"' in ran.out


@pytest.mark.parametrize("tenants", [1, 3])
def test_a_missing_type_is_one_line_with_its_first_place_and_the_way_out(
    workdir: Workspace, pbx: Emulator, tenants: int
) -> None:
    pbx.put_type(8, "Agent (AI)")
    for code in "ABC"[:tenants]:
        workdir.tenant(code, *({"name": f"Robot {number}", "type": "AI AGENT"} for number in range(20)))
    ran = workdir.run("plan")
    assert ran.status == 1
    assert ran.out.count('the PBX has no type "AI AGENT"') == 1
    assert f"{tenants} of {tenants} tenant" in ran.out
    assert 'tenants/A.yaml:3:5: the PBX has no type "AI AGENT"' in ran.out
    assert "on_pbx" in ran.out
    assert "(20 destinations)" in ran.out


def test_an_on_pbx_that_the_pbx_does_not_have_is_named(renamed: Workspace, pbx: Emulator) -> None:
    pbx.put_type(12, "Agent AI")
    ran = renamed.run("plan")
    assert ran.status == 1
    assert 'the PBX has no type "Agent (AI)", the on_pbx of "AI AGENT" in the project file' in ran.out
    assert 'did you mean "Agent AI"?' in ran.out


def test_types_lists_both_names(renamed: Workspace) -> None:
    assert "Agent (AI) (in files: AI AGENT)" in renamed.run("types", "DEMO").out
    rows = json.loads(renamed.run("types", "DEMO", "--format", "json").out)["types"]
    row = next(row for row in rows if row["id"] == "12")
    assert (row["name"], row["name_in_files"], row["labels"]) == ("Agent (AI)", "AI AGENT", ["prompt", "api_key"])


def test_doctor_finds_the_types_of_the_files(renamed: Workspace, pbx: Emulator) -> None:
    assert "the PBX has every type of the files" in renamed.run("doctor").out
    pbx.put_type(12, "Agent AI")
    assert 'the PBX has no type "Agent (AI)"' in renamed.run("doctor").out
