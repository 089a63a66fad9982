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


def test_the_values_arrive_and_are_shown_nowhere(stage: Workspace, bot: str) -> None:
    said = [stage.run("-vv", "plan", "--format", form).text for form in ("text", "json", "markdown", "html")]
    said += [stage.run("plan", "--out", "change.plan").text, stage.run("show", "change.plan").text]
    ran = stage.run("-vv", "apply", "change.plan")
    said.append(ran.text)
    assert ran.status == 0, ran.text
    assert [row["cu_param2"] for row in stage.pbx.rows("DEMO")] == [NEW, FROM_FILE]
    assert "(sensitive) -> (sensitive)" in said[0]
    assert clean(stage, *said)
    del bot


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("moment", ["first", "later"])
def test_no_fault_brings_them_to_light(stage: Workspace, bot: str, fault: str, moment: str) -> None:
    """Neither what was live nor what is wanted, by any command, however the PBX misbehaves."""
    spec = fault + CHEAPER.get(fault, "")
    plan = stage.save()
    stage.pbx.faults.add(f"{spec} method={'POST' if moment == 'first' else '*'}")
    quick = ("--timeout", "0.5", "--retries", "1")
    said = [stage.run("-vv", "plan", *quick).text]
    said += [stage.run("-vv", "apply", *quick, plan).text, stage.run("-vv", "apply", "--auto-approve", *quick).text]
    said += [stage.run("-vv", "revert", "--auto-approve", "--force", *quick, path).text for path in stage.journals]
    stage.pbx.faults.clear()
    said += [stage.run("-vv", "revert", "--auto-approve", "--force", *quick, path).text for path in stage.journals]
    assert clean(stage, *said), said
    assert not any("should not have happened" in each for each in said), said
    del bot


def test_what_is_stored_wrong_is_reported_without_the_value(stage: Workspace, bot: str) -> None:
    stage.pbx.faults.add("cut-values=5 field=cu_param2")
    ran = stage.run("apply", "--auto-approve")
    assert ran.status == 1
    assert ran.out.count("sent (sensitive), stored (sensitive)") == 2
    assert clean(stage, ran.text, NEW[:0])
    assert NEW[:5] not in ran.text
    assert NEW[:5].encode() not in stage.journals[0].read_bytes()
    del bot


def test_the_fingerprint_is_another_one_under_another_key(stage: Workspace, bot: str) -> None:
    def marks(path: Path) -> list[str]:
        changes = json.loads(path.read_text())["tenants"][0]["changes"]
        return [row["fingerprint"] for change in changes for row in change["diff"] if row.get("sensitive")]

    first, again = marks(stage.save(name="one.plan")), marks(stage.save(name="two.plan"))
    stage.pbx.add_key("another-key-1", "read")
    stage.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    other = marks(stage.save(name="three.plan"))
    assert first == again
    assert len({*first, *other}) == 4
    del bot


def test_a_name_with_a_key_in_it_is_replaced_by_a_saved_plan(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name=f"Boss {stage.pbx.read_key}")
    path = stage.tenant("DEMO", {"id": identity, "name": "Boss"})
    plan = stage.save()
    stage.tenant("DEMO", {"id": identity, "name": "Somebody"})
    ran = stage.run("apply", plan)
    assert ran.status == 1
    assert "name: its value is not the planned one" in ran.err
    stage.tenant("DEMO", {"id": identity, "name": "Boss"})
    assert stage.run("apply", plan).status == 0
    assert [row["cu_name"] for row in stage.pbx.rows("DEMO")] == ["Boss"]
    assert stage.pbx.read_key not in plan.read_text() + path.read_text()


def test_revert_says_what_it_cannot_put_back(stage: Workspace, bot: str) -> None:
    assert stage.apply().status == 0
    ran = stage.run("revert", "--auto-approve", stage.journals[0])
    assert ran.status == 1, ran.text
    assert f"destination {bot}" in ran.err
    assert "param2 is sensitive" in ran.err
    rows = stage.pbx.rows("DEMO")
    assert [rows[0]["cu_param1"], rows[0]["cu_param2"]] == ["Be kind", NEW]
    assert clean(stage, ran.text)


def test_revert_does_not_show_what_has_become_sensitive_since(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_param1="1", cu_param2="2")
    stage.tenant("DEMO", {"name": "Bot", "params": ["new", "new"]})
    assert stage.apply().status == 0
    stage.pbx.change(identity, cu_ct_id=8, cu_param2=OLD)
    for words in (("--auto-approve",), ("--out", "back.plan")):
        ran = stage.run("revert", "--force", *words, stage.journals[0])
        assert "param2 is sensitive" in ran.err, ran.text
        assert clean(stage, ran.text)
    assert stage.pbx.rows("DEMO")[0]["cu_param2"] == OLD


def test_a_type_change_hides_what_the_old_type_hid(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    stage.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112", "ORIGINAL"]})
    plan = stage.save()
    ran = stage.run("-v", "apply", plan)
    assert ran.status == 0, ran.text
    back = stage.run("revert", "--auto-approve", stage.journals[0])
    assert back.status == 1, back.text
    row = stage.pbx.rows("DEMO")[0]
    assert [row["cu_ct_id"], row["cu_param1"], row["cu_param2"]] == ["8", "Be kind", "ORIGINAL"]
    assert clean(stage, ran.text, back.text)


def test_a_type_change_hides_what_the_old_type_hid_where_it_reads_otherwise(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2="sk-plain-日本")
    stage.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112"]})
    stage.pbx.faults.add("latin-1 action=get n=2")
    ran = stage.apply()
    assert ran.status == 1
    assert "param2  sent (sensitive), stored (sensitive)" in ran.out
    assert not [line for line in lines(stage.journals[0]) if "sk-plain" in str(line)]
    assert "sk-plain" not in ran.text


def test_what_became_sensitive_while_it_was_written_is_not_shown(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_param1="1", cu_param2="2")
    stage.tenant("DEMO", {"name": "Bot", "params": ["new"]})

    def look(action: str, _: str) -> None:
        if action == "update":
            stage.pbx.change(identity, cu_ct_id=8, cu_param2=OLD)

    with intercepted(stage, look):
        ran = stage.apply()
    assert ran.status == 1
    assert "param2  sent (sensitive), stored (sensitive)" in ran.out
    assert clean(stage, ran.text)


def test_the_journal_tells_a_sensitive_write_by_fingerprint_alone(stage: Workspace, bot: str) -> None:
    assert stage.apply().status == 0
    before = next(line for line in lines(stage.journals[0]) if line["kind"] == "before")
    [row] = [row for row in before["diff"] if row["field"] == "param2"]
    assert set(row) == {"field", "sensitive", "fingerprint"}
    assert row["fingerprint"].startswith("hmac-sha256:")
    del bot


def test_clearing_unlisted_params_leaves_sensitive_ones_alone(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", PROJECT + "unlisted_params: clear\n")
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD, cu_param3="3")
    stage.tenant("DEMO", {"name": "Bot"})
    assert stage.apply().status == 0
    row = stage.pbx.rows("DEMO")[0]
    assert [row["cu_param1"], row["cu_param2"], row["cu_param3"]] == ["", OLD, ""]
