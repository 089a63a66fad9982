"""Values of sensitive params reach the PBX, and no other byte that pbxsync writes or says."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pbxsync.emulator import FAULTS
from tests.apply.stage import Stage, lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = 'sk-Old"7\\+/=æ&'
NEW = "sk-New'9%2B<#>ø"
FROM_FILE = "sk-File-0:é;~"
PROJECT = """\
types:
  AI AGENT:
    params: [prompt, api_key]
    sensitive: [api_key]
"""
#: What kinds of faults cost as they are: seconds and megabytes.
CHEAPER = {"timeout": "=3s", "huge": "=40", "gzip-bomb": "=40", "refuse": "=100ms", "many-rows": "=50", "drip": "=5ms"}


@pytest.fixture
def bot(stage: Stage) -> str:
    """A destination whose api_key is to change, and beside it one to add with another one from a file; its id."""
    stage.write("pbxsync.yaml", PROJECT)
    stage.write("secret", FROM_FILE + "\n")
    stage.environ["BOT_KEY"] = NEW
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    stage.want(
        "DEMO",
        {"name": "Bot", "params": {"prompt": "Be brief", "api_key": "${BOT_KEY}"}},
        {"name": "Night bot", "type": "AI AGENT", "params": {"api_key": "${file:secret}"}},
    )
    return identity


def forms(value: str) -> Iterator[bytes]:
    """The ways in which a value may slip through."""
    raw = value.encode()
    yield from (raw, quote(value, safe="").encode(), json.dumps(value)[1:-1].encode())
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode()
    yield base64.b64encode(raw)[:-4]
    for digest in (hashlib.sha256(raw), hashlib.sha1(raw), hashlib.md5(raw)):  # noqa: S324 - what must not be there
        yield digest.hexdigest()[:16].encode()


def clean(stage: Stage, *texts: str) -> bool:
    """Whether none of the values is in these texts, or in any file of the folder but the one that it came from."""
    files = [path for path in stage.folder.rglob("*") if path.is_file() and path.name != "secret"]
    heap = b"\0".join([*(text.encode() for text in texts), *(path.read_bytes() for path in files)])
    return not [form for value in (OLD, NEW, FROM_FILE) for form in forms(value) if form in heap]


def test_the_values_arrive_and_are_shown_nowhere(stage: Stage, bot: str) -> None:
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
def test_no_fault_brings_them_to_light(stage: Stage, bot: str, fault: str, moment: str) -> None:
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


def test_what_is_stored_wrong_is_reported_without_the_value(stage: Stage, bot: str) -> None:
    stage.pbx.faults.add("cut-values=5 field=cu_param2")
    ran = stage.run("apply", "--auto-approve")
    assert ran.status == 1
    assert ran.out.count("sent (sensitive), stored (sensitive)") == 2
    assert clean(stage, ran.text, NEW[:0])
    assert NEW[:5] not in ran.text
    assert NEW[:5].encode() not in stage.journals[0].read_bytes()
    del bot


def test_the_fingerprint_is_another_one_under_another_key(stage: Stage, bot: str) -> None:
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


@pytest.mark.parametrize("change", ["another value", "no value", "no entry", "a literal"])
def test_a_saved_plan_wants_the_value_that_was_planned(stage: Stage, bot: str, change: str) -> None:
    plan = stage.save()
    if change == "another value":
        stage.environ["BOT_KEY"] = "sk-Another"
    elif change == "no value":
        del stage.environ["BOT_KEY"]
    elif change == "no entry":
        stage.want("DEMO")
    else:
        stage.want("DEMO", {"name": "Bot", "params": {"api_key": NEW}})
    ran = stage.run("apply", plan)
    assert ran.status == 1
    assert not stage.sent
    assert not stage.journals
    expected = {
        "another value": 'DEMO: "Bot": api_key: its value is not the one that was planned',
        "no value": "set the environment variable BOT_KEY",
        "no entry": 'DEMO: "Bot": api_key: no tenant file gives its value any more',
        "a literal": "this param is sensitive",
    }[change]
    assert expected in ran.err
    if change != "a literal":
        assert clean(stage, ran.text)
    assert NEW not in ran.text
    del bot


def test_a_saved_plan_finds_its_values_in_the_files_that_it_was_made_of(stage: Stage, bot: str) -> None:
    elsewhere = stage.folder / "elsewhere"
    (stage.folder / "tenants").rename(elsewhere)
    plan = stage.save("elsewhere")
    assert stage.run("apply", plan).status == 0
    assert [row["cu_param2"] for row in stage.pbx.rows("DEMO")] == [NEW, FROM_FILE]
    del bot


def test_a_saved_plan_finds_the_values_of_entries_with_ids_and_of_a_new_type(stage: Stage, bot: str) -> None:
    other = stage.pbx.put("DEMO", cu_name="Desk", cu_param1="1", cu_param2="2")
    stage.want(
        "DEMO",
        {"id": other, "type": "AI AGENT", "params": {"prompt": "Be kind", "api_key": "${file:secret}"}},
        {"id": bot, "params": {"api_key": "${BOT_KEY}"}},
    )
    plan = stage.save()
    assert stage.run("apply", plan).status == 0
    assert [row["cu_param2"] for row in stage.pbx.rows("DEMO")] == [NEW, FROM_FILE]


def test_every_value_that_is_not_as_planned_is_named(stage: Stage, bot: str) -> None:
    plan = stage.save()
    stage.environ["BOT_KEY"] = "sk-Another"
    stage.write("secret", "sk-Others\n")
    ran = stage.run("apply", plan)
    assert ran.err.splitlines() == [
        "error: sensitive params of the saved plan are not as planned, so nothing was written:",
        '  DEMO: "Bot": api_key: its value is not the one that was planned',
        '  DEMO: "Night bot": api_key: its value is not the one that was planned',
    ]
    assert not stage.sent
    del bot


@pytest.mark.parametrize("key", ["another", "none"])
def test_another_read_key_is_named_as_what_is_wrong(stage: Stage, bot: str, key: str) -> None:
    plan = stage.save()
    stage.pbx.add_key("another-key-1", "read")
    if key == "another":
        stage.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    else:
        del stage.environ["PBXSYNC_READ_KEY"]
    ran = stage.run("apply", plan)
    assert ran.status == 1
    assert "another key" in ran.err
    assert "read key" in ran.err
    assert "stale" not in ran.err
    assert not stage.sent
    del bot


def test_a_sensitive_value_that_moved_makes_the_plan_stale_unseen(stage: Stage, bot: str) -> None:
    plan = stage.save()
    stage.pbx.change(bot, cu_param2=NEW)
    ran = stage.run("apply", plan)
    assert ran.status == 1
    assert "param2 (sensitive) has moved" in ran.err
    assert clean(stage, ran.text)


def test_a_sensitive_value_that_moved_stays_hidden_where_the_project_no_longer_says_so(stage: Stage) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    stage.want("DEMO", {"name": "Bot", "params": {"prompt": "Be brief"}})
    plan = stage.save()
    (stage.folder / "pbxsync.yaml").unlink()
    stage.pbx.change(identity, cu_param2=NEW)
    ran = stage.run("apply", plan)
    assert ran.status == 1
    assert clean(stage, ran.text)


def test_revert_says_what_it_cannot_put_back(stage: Stage, bot: str) -> None:
    assert stage.apply().status == 0
    ran = stage.run("revert", "--auto-approve", stage.journals[0])
    assert ran.status == 1, ran.text
    assert f"destination {bot}" in ran.err
    assert "param2 is sensitive" in ran.err
    rows = stage.pbx.rows("DEMO")
    assert [rows[0]["cu_param1"], rows[0]["cu_param2"]] == ["Be kind", NEW]
    assert clean(stage, ran.text)


def test_revert_does_not_show_what_has_become_sensitive_since(stage: Stage) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_param1="1", cu_param2="2")
    stage.want("DEMO", {"name": "Bot", "params": ["new", "new"]})
    assert stage.apply().status == 0
    stage.pbx.change(identity, cu_ct_id=8, cu_param2=OLD)
    for words in (("--auto-approve",), ("--out", "back.plan")):
        ran = stage.run("revert", "--force", *words, stage.journals[0])
        assert "param2 is sensitive" in ran.err, ran.text
        assert clean(stage, ran.text)
    assert stage.pbx.rows("DEMO")[0]["cu_param2"] == OLD


def test_a_type_change_hides_what_the_old_type_hid(stage: Stage) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    stage.want("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112", "ORIGINAL"]})
    plan = stage.save()
    ran = stage.run("-v", "apply", plan)
    assert ran.status == 0, ran.text
    back = stage.run("revert", "--auto-approve", stage.journals[0])
    assert back.status == 1, back.text
    row = stage.pbx.rows("DEMO")[0]
    assert [row["cu_ct_id"], row["cu_param1"], row["cu_param2"]] == ["8", "Be kind", "ORIGINAL"]
    assert clean(stage, ran.text, back.text)


def test_a_type_change_hides_what_the_old_type_hid_where_it_reads_otherwise(stage: Stage) -> None:
    stage.write("pbxsync.yaml", PROJECT)
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2="sk-plain-日本")
    stage.want("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["112"]})
    stage.pbx.faults.add("latin-1 action=get n=2")
    ran = stage.apply()
    assert ran.status == 1
    assert "param2  sent (sensitive), stored (sensitive)" in ran.out
    assert not [line for line in lines(stage.journals[0]) if "sk-plain" in str(line)]
    assert "sk-plain" not in ran.text


def test_the_journal_tells_a_sensitive_write_by_fingerprint_alone(stage: Stage, bot: str) -> None:
    assert stage.apply().status == 0
    before = next(line for line in lines(stage.journals[0]) if line["kind"] == "before")
    [row] = [row for row in before["diff"] if row["field"] == "param2"]
    assert set(row) == {"field", "sensitive", "fingerprint"}
    assert row["fingerprint"].startswith("hmac-sha256:")
    del bot


def test_clearing_unlisted_params_leaves_sensitive_ones_alone(stage: Stage) -> None:
    stage.write("pbxsync.yaml", PROJECT + "unlisted_params: clear\n")
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD, cu_param3="3")
    stage.want("DEMO", {"name": "Bot"})
    assert stage.apply().status == 0
    row = stage.pbx.rows("DEMO")[0]
    assert [row["cu_param1"], row["cu_param2"], row["cu_param3"]] == ["", OLD, ""]
