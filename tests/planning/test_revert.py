"""What an apply changed can be put back, and what cannot is said."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.emulator import Emulator
from tests.support.records import columns, lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace


def revert(stage: Workspace, *words: str | Path) -> tuple[int, str]:
    ran = stage.run("revert", "--auto-approve", *words)
    return ran.status, ran.text


def live(stage: Workspace, tenant: str = "DEMO") -> list[dict[str, str]]:
    return [columns(row) for row in stage.pbx.rows(tenant)]


def test_names_types_and_params_go_back_to_what_they_were(stage: Workspace) -> None:
    first = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2", cu_param20="20")
    stage.pbx.put("DEMO", cu_name="", cu_param1="nameless")
    second = stage.pbx.rows("DEMO")[1]["cu_id"]
    before = live(stage)
    stage.tenant(
        "DEMO",
        {"id": first, "name": "Chief", "type": "CALLBACK", "params": {"1": "one", "2": "", "20": "twenty"}},
        {"id": second, "name": "Named now"},
    )
    assert stage.apply().status == 0
    assert live(stage) != before
    ran = stage.run("revert", "--auto-approve", stage.journals[0])
    assert ran.status == 0, ran.text
    assert '"CALLBACK" -> "FORWARD"' in ran.out
    assert live(stage) == before


def test_a_reverted_apply_has_nothing_left_to_revert(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.apply()
    journal = stage.journals[0]
    assert revert(stage, journal)[0] == 0
    sent = len(stage.sent)
    status, said = revert(stage, journal)
    assert (status, len(stage.sent)) == (0, sent), said
    assert "Nothing to put back." in said


@pytest.mark.parametrize(("words", "way"), [(("apply",), "plan"), (("revert", "x.jsonl"), "revert JOURNAL")])
def test_where_nobody_can_be_asked_it_says_how_to_save_what_it_would_do(
    stage: Workspace, words: tuple[str, ...], way: str
) -> None:
    ran = stage.run(*words)
    assert ran.status == 1
    assert f"say --auto-approve, or apply a plan that was saved with `pbxsync {way} --out FILE`" in ran.err
    assert not stage.sent


def test_a_revert_of_many_does_not_claim_to_know_how_many_there_are(stage: Workspace) -> None:
    names = [f"Desk {number}" for number in range(6)]
    for name in names:
        stage.pbx.put("DEMO", cu_name=name, cu_param1="1")
    stage.tenant("DEMO", *({"name": name, "params": ["2"]} for name in names))
    words = "all 6 destinations change"
    assert words in stage.apply().out
    assert words not in stage.run("revert", "--auto-approve", stage.journals[0]).out
    assert {row["cu_param1"] for row in stage.pbx.rows("DEMO")} == {"1"}


def test_a_blank_line_stands_between_a_plan_and_what_became_of_it(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    for ran in (stage.apply(), stage.run("revert", "--auto-approve", stage.journals[0])):
        assert re.search(r"[^\n]\n\nApply complete: 0 added, 1 changed\.\nJournal: ", ran.out), ran.out


def test_a_revert_can_be_reverted(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.apply()
    revert(stage, stage.journals[0])
    assert live(stage)[0]["cu_param1"] == "1"
    assert revert(stage, stage.journals[1])[0] == 0
    assert live(stage)[0]["cu_param1"] == "2"


def test_several_writes_to_one_object_go_back_to_before_the_first(stage: Workspace) -> None:
    """Several runs may share a journal; each line says what it found."""
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="a")
    for value, name in (("2", "Boss"), ("3", "Boss"), ("4", "Chief")):
        stage.tenant("DEMO", {"name": name, "renamed_from": "Boss", "params": {"1": value}})
        assert stage.apply("--journal", "all.jsonl").status == 0
    status, said = revert(stage, stage.folder / "all.jsonl")
    assert status == 0, said
    assert live(stage) == [{"cu_name": "Boss", "cu_ct_id": "1", "cu_param1": "1", "cu_param2": "a"}]
    again = revert(stage, stage.folder / "all.jsonl")
    assert again[0] == 0, "as it was before the first is as it should be"


def test_a_value_between_two_writes_is_somebodys_change(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    for value in ("2", "3"):
        stage.tenant("DEMO", {"name": "Boss", "params": [value]})
        stage.apply("--journal", "all.jsonl")
    stage.pbx.change(identity, cu_param1="2")
    status, said = revert(stage, stage.folder / "all.jsonl")
    assert status == 1
    assert "someone changed it since (param1)" in said


@pytest.mark.parametrize("field", ["cu_name", "cu_ct_id", "cu_param1", "cu_param9"])
def test_what_somebody_changed_since_is_left_alone_unless_forced(stage: Workspace, field: str) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param9="9")
    other = stage.pbx.put("DEMO", cu_name="Desk", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]}, {"name": "Desk", "params": ["2"]})
    stage.apply()
    stage.pbx.change(identity, **{field: "5"})
    status, said = revert(stage, stage.journals[0])
    assert status == 1
    assert f'destination {identity} ("Boss"): someone changed it since' in said
    rows = {row["cu_id"]: row for row in stage.pbx.rows("DEMO")}
    assert rows[other]["cu_param1"] == "1", "the others go back all the same"
    assert rows[identity]["cu_param1"] == ("5" if field == "cu_param1" else "2")
    status, said = revert(stage, "--force", stage.journals[0])
    assert status == 0, said
    row = next(row for row in stage.pbx.rows("DEMO") if row["cu_id"] == identity)
    assert row["cu_param1"] == "1"
    assert field == "cu_param1" or row[field] == "5", "what the apply did not touch stays"


def test_a_removed_object_is_named(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.apply()
    stage.pbx.remove(identity)
    status, said = revert(stage, stage.journals[0])
    assert status == 1
    assert f'destination {identity} ("Boss"): it no longer exists' in said


def test_adds_are_listed_by_id_and_name_and_are_no_failure(stage: Workspace) -> None:
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    stage.apply()
    [row] = stage.pbx.rows("DEMO")
    sent = len(stage.sent)
    status, said = revert(stage, stage.journals[0])
    assert status == 0
    assert f'DEMO: "Night" was added as {row["cu_id"]}' in said
    assert len(stage.sent) == sent


def test_an_add_that_was_changed_later_goes_back_to_how_it_was_added(stage: Workspace) -> None:
    for value in ("1", "2"):
        stage.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": [value]})
        stage.apply("--journal", "all.jsonl")
    status, said = revert(stage, stage.folder / "all.jsonl")
    assert status == 0, said
    assert live(stage)[0]["cu_param1"] == "1"


def test_a_ring_of_names_goes_back(stage: Workspace) -> None:
    one, two = (stage.pbx.put("DEMO", cu_name=name) for name in ("A", "B"))
    stage.tenant("DEMO", {"id": one, "name": "B"}, {"id": two, "name": "A"})
    assert stage.apply().status == 0
    status, said = revert(stage, stage.journals[0])
    assert status == 0, said
    assert [row["cu_name"] for row in stage.pbx.rows("DEMO")] == ["A", "B"]


def test_a_name_that_somebody_has_taken_since_is_told_of_before_it_is_given_back(stage: Workspace) -> None:
    one = stage.pbx.put("DEMO", cu_name="A")
    stage.tenant("DEMO", {"id": one, "name": "B"})
    stage.apply()
    other = stage.pbx.put("DEMO", cu_name="A")
    ran = stage.run("revert", stage.journals[0], answer="no\n")
    assert ran.status == 1
    assert f'destination {other} is named "A" by now, the old name of {one}' in ran.out
    assert [row["cu_name"] for row in stage.pbx.rows("DEMO")] == ["B", "A"]


def test_a_revert_is_asked_for_like_an_apply(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.apply()
    journal = stage.journals[0]
    assert stage.run("revert", journal).status == 1, "nobody to ask"
    assert stage.run("revert", journal, answer="y\n").status == 1
    assert live(stage)[0]["cu_param1"] == "2"
    assert stage.run("revert", journal, answer="yes\n").status == 0
    assert live(stage)[0]["cu_param1"] == "1"


def test_a_revert_can_be_saved_and_applied_later(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="", cu_param1="1")
    [row] = stage.pbx.rows("DEMO")
    stage.tenant("DEMO", {"id": row["cu_id"], "name": "Boss", "type": "CALLBACK", "params": ["2"]})
    assert stage.apply().status == 0
    sent = len(stage.sent)
    ran = stage.run("revert", "--out", "back.plan", stage.journals[0])
    assert (ran.status, len(stage.sent)) == (0, sent), ran.text
    (stage.folder / "tenants" / "DEMO.yaml").unlink()
    applied = stage.run("apply", "back.plan")
    assert applied.status == 0, applied.text
    assert stage.pbx.rows("DEMO") == [row]


def test_a_revert_heeds_the_limits(stage: Workspace) -> None:
    for name in ("A", "B"):
        stage.pbx.put("DEMO", cu_name=name, cu_param1="1")
    stage.tenant("DEMO", {"name": "A", "params": ["2"]}, {"name": "B", "params": ["2"]})
    stage.apply()
    status, said = revert(stage, "--max-changes", "1", stage.journals[0])
    assert status == 1
    assert "the plan has 2 changes, and the limit is 1: DEMO (2)." in said


def test_a_journal_of_another_url_is_refused_before_any_request(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.apply()
    with Emulator(demo=False) as other:
        stage.environ["PBXSYNC_URL"] = other.url
        status, said = revert(stage, stage.journals[0])
        assert not other.log
    assert status == 1
    assert stage.pbx.url in said


def test_a_journal_kept_elsewhere_is_reverted_from_where_one_stands(
    stage: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stage.write("pbxsync.yaml", "tenants: tenants")
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    journal = tmp_path_factory.mktemp("kept") / "run.jsonl"
    assert stage.apply("--journal", journal).status == 0
    assert revert(stage, journal)[0] == 0
    assert len(stage.journals) == 1, "the revert's own, beside the project file"


def _unfinished(stage: Workspace, *, committed: bool) -> Path:
    """Return the journal of an apply that was killed at a write: the line before it stands, that after it does not."""
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2")
    stage.tenant("DEMO", {"name": "Boss", "params": ["one", "two"]})
    assert stage.apply().status == 0
    journal = stage.journals[0]
    kept = journal.read_bytes().splitlines(keepends=True)[:-1]
    journal.write_bytes(b"".join(kept) + b'{"kind": "aft')
    if not committed:
        stage.pbx.change(identity, cu_param1="1", cu_param2="2")
    return journal


@pytest.mark.parametrize("committed", [True, False])
def test_an_unfinished_journal_is_reverted_whether_the_open_write_went_through_or_not(
    stage: Workspace, committed: bool
) -> None:
    journal = _unfinished(stage, committed=committed)
    status, said = revert(stage, journal)
    assert status == 0, said
    assert live(stage) == [{"cu_name": "Boss", "cu_ct_id": "1", "cu_param1": "1", "cu_param2": "2"}]


@pytest.mark.parametrize("change", [{"cu_param1": "else"}, {"cu_param3": "else"}])
def test_an_open_write_to_an_object_that_moved_is_left_alone(stage: Workspace, change: dict[str, str]) -> None:
    journal = _unfinished(stage, committed=True)
    stage.pbx.change(stage.pbx.rows("DEMO")[0]["cu_id"], **change)
    status, said = revert(stage, journal)
    assert status == 1
    assert "left alone" in said


def test_a_write_that_was_refused_is_nothing_to_revert_even_where_somebody_changed_the_object(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    stage.pbx.faults.add("status-403 method=POST")
    assert stage.apply().status == 1
    stage.pbx.faults.clear()
    stage.pbx.change(identity, cu_param1="somebody's")
    status, said = revert(stage, stage.journals[0])
    assert status == 0, said
    assert live(stage)[0]["cu_param1"] == "somebody's"


def test_an_add_that_may_have_happened_is_named(stage: Workspace) -> None:
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    stage.apply()
    journal = stage.journals[0]
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    status, said = revert(stage, journal)
    assert status == 0
    assert 'DEMO: "Night" may have been added' in said


def test_another_key_is_named_as_what_is_wrong(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="secret-of-the-bot")
    stage.tenant("DEMO", {"name": "Bot", "params": ["2"]})
    stage.apply()
    stage.pbx.add_key("another-key-1", "read")
    stage.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    status, said = revert(stage, stage.journals[0])
    assert status == 1
    assert "journalled under another key" in said
    assert live(stage)[0]["cu_param1"] == "2"


def test_the_old_values_of_a_type_change_with_sensitive_params_are_compared_under_one_key(stage: Workspace) -> None:
    stage.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="secret-of-the-bot")
    stage.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["2"]})
    stage.apply()
    status, said = revert(stage, stage.journals[0])
    assert status == 0, said
    assert (live(stage)[0]["cu_ct_id"], live(stage)[0]["cu_param1"]) == ("8", "1")


RUN: dict[str, Any] = {"kind": "run", "journal": "1.0", "url": "U"}
BEFORE: dict[str, Any] = {
    "kind": "before",
    "n": 1,
    "action": "update",
    "tenant": "DEMO",
    "id": "1",
    "name": "Boss",
    "live": "sha256:plain:0:0",
    "diff": [{"field": "param1", "old": "1", "new": "2"}],
}
AFTER: dict[str, Any] = {"kind": "after", "n": 1, "status": "done", "id": "1", "live": None}


def without(line: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != key}


@pytest.mark.parametrize(
    "tree",
    [
        [],
        [1],
        [BEFORE],
        [{**RUN, "journal": "2.0"}],
        [without(RUN, "journal")],
        [{**RUN, "url": None}],
        [RUN, {**RUN, "url": "https://elsewhere.example/x.php"}],
        [RUN, AFTER],
        [RUN, BEFORE, BEFORE],
        [RUN, BEFORE, AFTER, AFTER],
        *([RUN, without(BEFORE, key)] for key in BEFORE),
        *([RUN, BEFORE, without(AFTER, key)] for key in ("kind", "n", "status")),
        *(
            [RUN, {**BEFORE, key: value}]
            for key, value in (("n", "1"), ("n", True), ("n", 1.0), ("id", "x"), ("id", 1))
        ),
        [RUN, {**BEFORE, "action": "delete"}],
        [RUN, {**BEFORE, "action": "add"}],
        [RUN, {**BEFORE, "diff": []}],
        [RUN, {**BEFORE, "diff": [1]}],
        [RUN, {**BEFORE, "diff": BEFORE["diff"] * 2}],
        [RUN, {**BEFORE, "diff": [{"field": "cu_id", "old": "1", "new": "2"}]}],
        [RUN, {**BEFORE, "diff": [{"field": "param1", "old": None, "new": "2"}]}],
        [RUN, {**BEFORE, "diff": [{"field": "param1", "old": 1, "new": "2"}]}],
        [RUN, {**BEFORE, "diff": [{"field": "type", "old": "X"}]}],
        [RUN, {**BEFORE, "diff": [{"field": "param1", "sensitive": True}]}],
        [RUN, {**BEFORE, "diff": [{"field": "type", "sensitive": True, "fingerprint": "x"}]}],
        [RUN, BEFORE, {**AFTER, "status": "fine"}],
        [RUN, BEFORE, {**AFTER, "id": "1; drop"}],
        [RUN, {"kind": "other"}],
    ],
)
def test_what_is_no_journal_is_refused_with_its_place(stage: Workspace, tree: list[Any]) -> None:
    content = [{**line, "url": stage.pbx.url} if line == RUN else line for line in tree]
    path = stage.write("bad.jsonl", "".join(json.dumps(line) + "\n" for line in content))
    status, said = revert(stage, path)
    assert status == 1
    assert "bad.jsonl" in said
    assert "should not have happened" not in said
    assert not stage.pbx.log


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{", b"\xff\n", b"[" * 100_000 + b"\n", b"x" * 5_000_000, b'{"kind": "run"}\n\x00']
)
def test_bytes_that_are_no_journal_are_refused(stage: Workspace, content: bytes) -> None:
    path = stage.folder / "bad.jsonl"
    path.write_bytes(content)
    status, said = revert(stage, path)
    assert status == 1
    assert "bad.jsonl" in said
    assert "should not have happened" not in said
    assert revert(stage, stage.folder)[0] == revert(stage, stage.folder / "none.jsonl")[0] == 1


def test_a_type_that_nobody_knew_is_said_to_be_put_back_by_hand(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "type": "CALLBACK", "params": ["2"]})
    stage.apply()
    journal = stage.journals[0]
    told = lines(journal)
    row = next(row for row in told[1]["diff"] if row["field"] == "type")
    row |= {"old": None, "old_id": None}
    journal.write_text("".join(json.dumps(line) + "\n" for line in told))
    status, said = revert(stage, journal)
    assert status == 1, said
    assert f"destination {identity}" in said
    assert "the journal does not tell which type it had" in said
    assert live(stage)[0]["cu_param1"] == "1"


@pytest.mark.parametrize("number", ["", "FORWARD", "1" * 5000])
def test_a_type_whose_number_is_none_is_put_back_by_hand(stage: Workspace, number: str) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "type": "CALLBACK"})
    stage.apply()
    journal = stage.journals[0]
    told = lines(journal)
    next(row for row in told[1]["diff"] if row["field"] == "type")["old_id"] = number
    journal.write_text("".join(json.dumps(line) + "\n" for line in told))
    assert "the journal does not tell which type it had: put it back by hand" in revert(stage, journal)[1]


def test_a_revoked_key_ends_a_revert_at_once(stage: Workspace) -> None:
    for number in range(12):
        stage.pbx.put("DEMO", cu_name=f"Desk {number}", cu_param1="1")
    stage.tenant("DEMO", *({"name": f"Desk {number}", "params": ["2"]} for number in range(12)))
    stage.apply()
    stage.pbx.clear_log()
    stage.pbx.faults.add("too-bad n=3.. method=GET")
    ran = stage.run("revert", "--auto-approve", "--parallel", "1", stage.journals[0])
    assert ran.status == 1
    assert "revoked" in ran.err
    assert len(stage.pbx.log) < 8


def test_a_name_that_held_a_key_is_put_back_by_hand_and_the_rest_by_revert(stage: Workspace) -> None:
    leaky = stage.pbx.put("DEMO", cu_name=f"Boss {stage.pbx.read_key}")
    stage.pbx.put("DEMO", cu_name="Desk", cu_param1="1")
    stage.tenant("DEMO", {"id": leaky, "name": "Boss"}, {"name": "Desk", "params": ["2"]})
    assert stage.apply().status == 0
    status, said = revert(stage, stage.journals[0])
    assert status == 1, said
    assert f'destination {leaky} ("Boss"): name is sensitive: put it back by hand' in said
    assert live(stage)[1]["cu_param1"] == "1"


def test_live_keys_do_not_get_into_a_saved_revert(stage: Workspace) -> None:
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["2", "2"]})
    stage.apply()
    stage.pbx.change(identity, cu_param1=f"x{stage.pbx.write_key}x")
    ran = stage.run("revert", "--force", "--out", "back.plan", stage.journals[0])
    assert "param1 holds a key" in ran.err
    assert stage.pbx.write_key not in ran.text + (stage.folder / "back.plan").read_text()


def test_a_revert_is_shown_with_the_labels_of_the_project(stage: Workspace) -> None:
    stage.write(
        "pbxsync.yaml",
        "types: {AI AGENT: {params: [prompt, voice], sensitive: [prompt]}, FORWARD: {params: [to, how]}}",
    )
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2", cu_param3="3")
    stage.tenant("DEMO", {"name": "Chief", "renamed_from": "Boss", "params": ["one", "two", "three"]})
    assert stage.apply().status == 0
    said = stage.run("revert", "--auto-approve", stage.journals[0]).out
    shown = re.findall('^ +(.+?) +(".*" -> ".*")$', said, re.MULTILINE)
    assert shown == [
        ("name", '"Chief" -> "Boss"'),
        ("to", '"one" -> "1"'),
        ("how", '"two" -> "2"'),
        ("param3", '"three" -> "3"'),
    ], said


@pytest.mark.parametrize("meanwhile", ["", "somebody else's"])
def test_an_open_write_of_a_sensitive_value_is_told_from_what_somebody_wrote(stage: Workspace, meanwhile: str) -> None:
    stage.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    stage.environ["BOT_KEY"] = "secret-of-the-bot"
    bot = stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="old-secret")
    stage.tenant("DEMO", {"name": "Bot", "params": ["2", "${BOT_KEY}"]})
    stage.apply()
    journal = stage.journals[0]
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    if meanwhile:
        stage.pbx.change(bot, cu_param2=meanwhile)
    said = revert(stage, journal)[1]
    assert ("param2 is sensitive: put it back by hand" in said) is not bool(meanwhile), said
    assert live(stage)[0]["cu_param1"] == ("2" if meanwhile else "1")
