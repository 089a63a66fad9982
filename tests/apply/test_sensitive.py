"""Values of sensitive params reach the PBX, and no other byte that pbxsync writes or says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import FAULTS
from tests.apply.intercept import intercepted
from tests.apply.sensitive_values import FROM_FILE, NEW, OLD, PROJECT, clean
from tests.support.records import lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace

#: What kinds of faults cost as they are: seconds and megabytes.
CHEAPER = {"timeout": "=3s", "huge": "=40", "gzip-bomb": "=40", "refuse": "=100ms", "many-rows": "=50", "drip": "=5ms"}


def test_the_values_arrive_and_are_shown_nowhere(workspace: Workspace, bot: str) -> None:
    said = [workspace.run("-vv", "plan", "--format", form).text for form in ("text", "json", "markdown", "html")]
    said += [workspace.run("plan", "--out", "change.plan").text, workspace.run("show", "change.plan").text]
    ran = workspace.run("-vv", "apply", "change.plan")
    said.append(ran.text)
    assert ran.status == 0, ran.text
    assert [row["cu_param2"] for row in workspace.pbx.rows("DEMO")] == [NEW, FROM_FILE]
    assert "(sensitive) -> (sensitive, from ${BOT_KEY})" in said[0]
    assert clean(workspace, *said)
    del bot


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("moment", ["first", "later"])
def test_no_fault_brings_them_to_light(workspace: Workspace, bot: str, fault: str, moment: str) -> None:
    """Neither what was live nor what is wanted, by any command, however the PBX misbehaves."""
    spec = fault + CHEAPER.get(fault, "")
    plan = workspace.save()
    workspace.pbx.faults.add(f"{spec} method={'POST' if moment == 'first' else '*'}")
    quick = ("--timeout", "0.5", "--retries", "1")
    said = [workspace.run("-vv", "plan", *quick).text]
    said += [
        workspace.run("-vv", "apply", *quick, plan).text,
        workspace.run("-vv", "apply", "--auto-approve", *quick).text,
    ]
    said += [
        workspace.run("-vv", "revert", "--auto-approve", "--force", *quick, path).text for path in workspace.journals
    ]
    workspace.pbx.faults.clear()
    said += [
        workspace.run("-vv", "revert", "--auto-approve", "--force", *quick, path).text for path in workspace.journals
    ]
    assert clean(workspace, *said), said
    assert not any("should not have happened" in each for each in said), said
    del bot


def test_what_is_stored_wrong_is_reported_without_the_value(workspace: Workspace, bot: str) -> None:
    workspace.pbx.faults.add("cut-values=5 field=cu_param2")
    ran = workspace.run("apply", "--auto-approve")
    assert ran.status == 1
    assert ran.out.count("sent (sensitive), stored (sensitive)") == 2
    assert clean(workspace, ran.text, NEW[:0])
    assert NEW[:5] not in ran.text
    assert NEW[:5].encode() not in workspace.journals[0].read_bytes()
    del bot


def test_the_fingerprint_is_another_one_under_another_key(workspace: Workspace, bot: str) -> None:
    def marks(path: Path) -> list[str]:
        changes = json.loads(path.read_text())["tenants"][0]["changes"]
        return [row["fingerprint"] for change in changes for row in change["diff"] if row.get("sensitive")]

    first, again = marks(workspace.save(name="one.plan")), marks(workspace.save(name="two.plan"))
    workspace.pbx.add_key("another-key-1", "read")
    workspace.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    other = marks(workspace.save(name="three.plan"))
    assert first == again
    assert len({*first, *other}) == 4
    del bot


def test_a_name_with_a_key_in_it_is_replaced_by_a_saved_plan(workspace: Workspace) -> None:
    identity = workspace.pbx.put("DEMO", cu_name=f"Boss {workspace.pbx.read_key}")
    path = workspace.tenant("DEMO", {"id": identity, "name": "Boss"})
    plan = workspace.save()
    workspace.tenant("DEMO", {"id": identity, "name": "Somebody"})
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "name: its value is not the planned one" in ran.err
    workspace.tenant("DEMO", {"id": identity, "name": "Boss"})
    assert workspace.run("apply", plan).status == 0
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["Boss"]
    assert workspace.pbx.read_key not in plan.read_text() + path.read_text()


def test_revert_says_what_it_cannot_put_back(workspace: Workspace, bot: str) -> None:
    assert workspace.apply().status == 0
    ran = workspace.run("revert", "--auto-approve", workspace.journals[0])
    assert ran.status == 1, ran.text
    assert f"destination {bot}" in ran.err
    assert "param2 is sensitive" in ran.err
    rows = workspace.pbx.rows("DEMO")
    assert [rows[0]["cu_param1"], rows[0]["cu_param2"]] == ["Be kind", NEW]
    assert clean(workspace, ran.text)


def test_revert_does_not_show_what_has_become_sensitive_since(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    identity = workspace.pbx.put("DEMO", cu_name="Bot", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Bot", "params": ["new", "new"]})
    assert workspace.apply().status == 0
    workspace.pbx.change(identity, cu_ct_id=8, cu_param2=OLD)
    for words in (("--auto-approve",), ("--out", "back.plan")):
        ran = workspace.run("revert", "--force", *words, workspace.journals[0])
        assert "param2 is sensitive" in ran.err, ran.text
        assert clean(workspace, ran.text)
    assert workspace.pbx.rows("DEMO")[0]["cu_param2"] == OLD


def test_a_type_change_hides_what_the_old_type_hid(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    workspace.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112", "ORIGINAL"]})
    plan = workspace.save()
    ran = workspace.run("-v", "apply", plan)
    assert ran.status == 0, ran.text
    back = workspace.run("revert", "--auto-approve", workspace.journals[0])
    assert back.status == 1, back.text
    row = workspace.pbx.rows("DEMO")[0]
    assert [row["cu_ct_id"], row["cu_param1"], row["cu_param2"]] == ["8", "Be kind", "ORIGINAL"]
    assert clean(workspace, ran.text, back.text)


def test_a_type_change_hides_what_the_old_type_hid_where_it_reads_otherwise(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2="sk-plain-日本")
    workspace.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112"]})
    workspace.pbx.faults.add("latin-1 action=get n=2")
    ran = workspace.apply()
    assert ran.status == 1
    assert "param2  sent (sensitive), stored (sensitive)" in ran.out
    assert not [line for line in lines(workspace.journals[0]) if "sk-plain" in str(line)]
    assert "sk-plain" not in ran.text


def test_what_became_sensitive_while_it_was_written_is_not_shown(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    identity = workspace.pbx.put("DEMO", cu_name="Bot", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Bot", "params": ["new"]})

    def look(action: str, _: str) -> None:
        if action == "update":
            workspace.pbx.change(identity, cu_ct_id=8, cu_param2=OLD)

    with intercepted(workspace, look):
        ran = workspace.apply()
    assert ran.status == 1
    assert "param2  sent (sensitive), stored (sensitive)" in ran.out
    assert clean(workspace, ran.text)


def test_the_journal_tells_a_sensitive_write_by_fingerprint_alone(workspace: Workspace, bot: str) -> None:
    assert workspace.apply().status == 0
    before = next(line for line in lines(workspace.journals[0]) if line["kind"] == "before")
    [row] = [row for row in before["diff"] if row["field"] == "param2"]
    assert set(row) == {"field", "sensitive", "fingerprint"}
    assert row["fingerprint"].startswith("hmac-sha256:")
    del bot


def test_clearing_unlisted_params_leaves_sensitive_ones_alone(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT + "unlisted_params: clear\n")
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD, cu_param3="3")
    workspace.tenant("DEMO", {"name": "Bot"})
    assert workspace.apply().status == 0
    row = workspace.pbx.rows("DEMO")[0]
    assert [row["cu_param1"], row["cu_param2"], row["cu_param3"]] == ["", OLD, ""]
