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


def revert(workspace: Workspace, *words: str | Path) -> tuple[int, str]:
    ran = workspace.run("revert", "--auto-approve", *words)
    return ran.status, ran.text


def live(workspace: Workspace, tenant: str = "DEMO") -> list[dict[str, str]]:
    return [columns(row) for row in workspace.pbx.rows(tenant)]


def test_names_types_and_params_go_back_to_what_they_were(workspace: Workspace) -> None:
    first = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2", cu_param20="20")
    workspace.pbx.put("DEMO", cu_name="", cu_param1="nameless")
    second = workspace.pbx.rows("DEMO")[1]["cu_id"]
    before = live(workspace)
    workspace.tenant(
        "DEMO",
        {"id": first, "name": "Chief", "type": "CALLBACK", "params": {"1": "one", "2": "", "20": "twenty"}},
        {"id": second, "name": "Named now"},
    )
    assert workspace.apply().status == 0
    assert live(workspace) != before
    ran = workspace.run("revert", "--auto-approve", workspace.journals[0])
    assert ran.status == 0, ran.text
    assert '"CALLBACK" -> "FORWARD"' in ran.out
    assert live(workspace) == before


def test_a_reverted_apply_has_nothing_left_to_revert(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.apply()
    journal = workspace.journals[0]
    assert revert(workspace, journal)[0] == 0
    sent = len(workspace.sent)
    status, said = revert(workspace, journal)
    assert (status, len(workspace.sent)) == (0, sent), said
    assert "Nothing to put back." in said


@pytest.mark.parametrize(("words", "way"), [(("apply",), "plan"), (("revert", "x.jsonl"), "revert JOURNAL")])
def test_where_nobody_can_be_asked_it_says_how_to_save_what_it_would_do(
    workspace: Workspace, words: tuple[str, ...], way: str
) -> None:
    ran = workspace.run(*words)
    assert ran.status == 1
    assert f"use --auto-approve, or apply a plan that was saved with `pbxsync {way} --out FILE`" in ran.err
    assert not workspace.sent


def test_a_revert_of_many_does_not_claim_to_know_how_many_there_are(workspace: Workspace) -> None:
    names = [f"Desk {number}" for number in range(6)]
    for name in names:
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="1")
    workspace.tenant("DEMO", *({"name": name, "params": ["2"]} for name in names))
    words = "all 6 destinations change"
    assert words in workspace.apply().out
    assert words not in workspace.run("revert", "--auto-approve", workspace.journals[0]).out
    assert {row["cu_param1"] for row in workspace.pbx.rows("DEMO")} == {"1"}


def test_a_blank_line_stands_between_a_plan_and_what_became_of_it(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    for ran in (workspace.apply(), workspace.run("revert", "--auto-approve", workspace.journals[0])):
        assert re.search(r"[^\n]\n\nApply complete: 0 added, 1 changed\.\nJournal: ", ran.out), ran.out


def test_a_revert_can_be_reverted(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.apply()
    revert(workspace, workspace.journals[0])
    assert live(workspace)[0]["cu_param1"] == "1"
    assert revert(workspace, workspace.journals[1])[0] == 0
    assert live(workspace)[0]["cu_param1"] == "2"


def test_several_writes_to_one_object_go_back_to_before_the_first(workspace: Workspace) -> None:
    """Several runs may share a journal; each line says what it found."""
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="a")
    for value, name in (("2", "Boss"), ("3", "Boss"), ("4", "Chief")):
        workspace.tenant("DEMO", {"name": name, "renamed_from": "Boss", "params": {"1": value}})
        assert workspace.apply("--append", "--journal", "all.jsonl").status == 0
    status, said = revert(workspace, workspace.folder / "all.jsonl")
    assert status == 0, said
    assert live(workspace) == [{"cu_name": "Boss", "cu_ct_id": "1", "cu_param1": "1", "cu_param2": "a"}]
    again = revert(workspace, workspace.folder / "all.jsonl")
    assert again[0] == 0, "as it was before the first is as it should be"


def test_a_value_between_two_writes_is_somebodys_change(workspace: Workspace) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    for value in ("2", "3"):
        workspace.tenant("DEMO", {"name": "Boss", "params": [value]})
        workspace.apply("--append", "--journal", "all.jsonl")
    workspace.pbx.change(identity, cu_param1="2")
    status, said = revert(workspace, workspace.folder / "all.jsonl")
    assert status == 1
    assert "someone changed it since (param1)" in said


@pytest.mark.parametrize("field", ["cu_name", "cu_ct_id", "cu_param1", "cu_param9"])
def test_what_somebody_changed_since_is_left_alone_unless_forced(workspace: Workspace, field: str) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param9="9")
    other = workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]}, {"name": "Desk", "params": ["2"]})
    workspace.apply()
    workspace.pbx.change(identity, **{field: "5"})
    status, said = revert(workspace, workspace.journals[0])
    assert status == 1
    assert f'destination {identity} ("Boss"): someone changed it since' in said
    rows = {row["cu_id"]: row for row in workspace.pbx.rows("DEMO")}
    assert rows[other]["cu_param1"] == "1", "the others go back all the same"
    assert rows[identity]["cu_param1"] == ("5" if field == "cu_param1" else "2")
    status, said = revert(workspace, "--force", workspace.journals[0])
    assert status == 0, said
    row = next(row for row in workspace.pbx.rows("DEMO") if row["cu_id"] == identity)
    assert row["cu_param1"] == "1"
    assert field == "cu_param1" or row[field] == "5", "what the apply did not touch stays"


def test_a_removed_object_is_named(workspace: Workspace) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.apply()
    workspace.pbx.remove(identity)
    status, said = revert(workspace, workspace.journals[0])
    assert status == 1
    assert f'destination {identity} ("Boss"): it no longer exists' in said


def test_adds_are_listed_by_id_and_name_and_are_no_failure(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    workspace.apply()
    [row] = workspace.pbx.rows("DEMO")
    sent = len(workspace.sent)
    status, said = revert(workspace, workspace.journals[0])
    assert status == 0
    assert f'DEMO: "Night" was added as {row["cu_id"]}' in said
    assert len(workspace.sent) == sent


def test_an_add_that_was_changed_later_goes_back_to_how_it_was_added(workspace: Workspace) -> None:
    for value in ("1", "2"):
        workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": [value]})
        workspace.apply("--append", "--journal", "all.jsonl")
    status, said = revert(workspace, workspace.folder / "all.jsonl")
    assert status == 0, said
    assert live(workspace)[0]["cu_param1"] == "1"


def test_a_ring_of_names_goes_back(workspace: Workspace) -> None:
    one, two = (workspace.pbx.put("DEMO", cu_name=name) for name in ("A", "B"))
    workspace.tenant("DEMO", {"id": one, "name": "B"}, {"id": two, "name": "A"})
    assert workspace.apply().status == 0
    status, said = revert(workspace, workspace.journals[0])
    assert status == 0, said
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["A", "B"]


def test_a_name_that_somebody_has_taken_since_is_told_of_before_it_is_given_back(workspace: Workspace) -> None:
    one = workspace.pbx.put("DEMO", cu_name="A")
    workspace.tenant("DEMO", {"id": one, "name": "B"})
    workspace.apply()
    other = workspace.pbx.put("DEMO", cu_name="A")
    ran = workspace.run("revert", workspace.journals[0], answer="no\n")
    assert ran.status == 1
    assert f'destination {other} is named "A" by now, the old name of {one}' in ran.out
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["B", "A"]


def test_a_revert_is_asked_for_like_an_apply(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.apply()
    journal = workspace.journals[0]
    assert workspace.run("revert", journal).status == 1, "nobody to ask"
    assert workspace.run("revert", journal, answer="y\n").status == 1
    assert live(workspace)[0]["cu_param1"] == "2"
    assert workspace.run("revert", journal, answer="yes\n").status == 0
    assert live(workspace)[0]["cu_param1"] == "1"


def test_a_revert_can_be_saved_and_applied_later(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="", cu_param1="1")
    [row] = workspace.pbx.rows("DEMO")
    workspace.tenant("DEMO", {"id": row["cu_id"], "name": "Boss", "type": "CALLBACK", "params": ["2"]})
    assert workspace.apply().status == 0
    sent = len(workspace.sent)
    ran = workspace.run("revert", "--out", "back.plan", workspace.journals[0])
    assert (ran.status, len(workspace.sent)) == (0, sent), ran.text
    (workspace.folder / "tenants" / "DEMO.yaml").unlink()
    refused = workspace.run("apply", "back.plan")
    assert refused.status == 1
    assert "made by `pbxsync revert` (DEMO)" in refused.err
    assert "apply it with --without-files" in refused.err
    assert len(workspace.sent) == sent
    applied = workspace.run("apply", "back.plan", "--without-files")
    assert applied.status == 0, applied.text
    assert workspace.pbx.rows("DEMO") == [row]


def test_a_revert_heeds_the_limits(workspace: Workspace) -> None:
    for name in ("A", "B"):
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="1")
    workspace.tenant("DEMO", {"name": "A", "params": ["2"]}, {"name": "B", "params": ["2"]})
    workspace.apply()
    status, said = revert(workspace, "--max-changes", "1", workspace.journals[0])
    assert status == 1
    assert "the plan has 2 changes, and the limit is 1: DEMO (2)." in said


def test_a_journal_of_another_url_is_refused_before_any_request(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.apply()
    with Emulator(demo=False) as other:
        workspace.environ["PBXSYNC_URL"] = other.url
        status, said = revert(workspace, workspace.journals[0])
        assert not other.log
    assert status == 1
    assert workspace.pbx.url in said


def test_a_journal_kept_elsewhere_is_reverted_from_where_one_stands(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace.write("pbxsync.yaml", "tenants: tenants")
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    journal = tmp_path_factory.mktemp("kept") / "run.jsonl"
    assert workspace.apply("--journal", journal).status == 0
    assert revert(workspace, journal)[0] == 0
    assert len(workspace.journals) == 1, "the revert's own, beside the project file"


def _unfinished(workspace: Workspace, *, committed: bool) -> Path:
    """Return the journal of an apply that was killed at a write: the line before it stands, that after it does not."""
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["one", "two"]})
    assert workspace.apply().status == 0
    journal = workspace.journals[0]
    kept = journal.read_bytes().splitlines(keepends=True)[:-1]
    journal.write_bytes(b"".join(kept) + b'{"kind": "aft')
    if not committed:
        workspace.pbx.change(identity, cu_param1="1", cu_param2="2")
    return journal


@pytest.mark.parametrize("committed", [True, False])
def test_an_unfinished_journal_is_reverted_whether_the_open_write_went_through_or_not(
    workspace: Workspace, committed: bool
) -> None:
    journal = _unfinished(workspace, committed=committed)
    status, said = revert(workspace, journal)
    assert status == 0, said
    assert live(workspace) == [{"cu_name": "Boss", "cu_ct_id": "1", "cu_param1": "1", "cu_param2": "2"}]


@pytest.mark.parametrize("change", [{"cu_param1": "else"}, {"cu_param3": "else"}])
def test_an_open_write_to_an_object_that_moved_is_left_alone(workspace: Workspace, change: dict[str, str]) -> None:
    journal = _unfinished(workspace, committed=True)
    workspace.pbx.change(workspace.pbx.rows("DEMO")[0]["cu_id"], **change)
    status, said = revert(workspace, journal)
    assert status == 1
    assert "left alone" in said


def test_a_write_that_was_refused_is_nothing_to_revert_even_where_somebody_changed_the_object(
    workspace: Workspace,
) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.pbx.faults.add("status-403 method=POST")
    assert workspace.apply().status == 1
    workspace.pbx.faults.clear()
    workspace.pbx.change(identity, cu_param1="somebody's")
    status, said = revert(workspace, workspace.journals[0])
    assert status == 0, said
    assert live(workspace)[0]["cu_param1"] == "somebody's"


def test_an_add_that_may_have_happened_is_named(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    workspace.apply()
    journal = workspace.journals[0]
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    status, said = revert(workspace, journal)
    assert status == 0
    assert 'DEMO: "Night" may have been added' in said


def test_another_key_is_named_as_what_is_wrong(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="secret-of-the-bot")
    workspace.tenant("DEMO", {"name": "Bot", "params": ["2"]})
    workspace.apply()
    workspace.pbx.add_key("another-key-1", "read")
    workspace.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    status, said = revert(workspace, workspace.journals[0])
    assert status == 1
    assert "journalled under another key" in said
    assert live(workspace)[0]["cu_param1"] == "2"


def test_the_old_values_of_a_type_change_with_sensitive_params_are_compared_under_one_key(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="secret-of-the-bot")
    workspace.tenant("DEMO", {"name": "Bot", "type": "FORWARD", "params": ["2"]})
    workspace.apply()
    status, said = revert(workspace, workspace.journals[0])
    assert status == 0, said
    assert (live(workspace)[0]["cu_ct_id"], live(workspace)[0]["cu_param1"]) == ("8", "1")


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
def test_what_is_no_journal_is_refused_with_its_place(workspace: Workspace, tree: list[Any]) -> None:
    content = [{**line, "url": workspace.pbx.url} if line == RUN else line for line in tree]
    path = workspace.write("bad.jsonl", "".join(json.dumps(line) + "\n" for line in content))
    status, said = revert(workspace, path)
    assert status == 1
    assert "bad.jsonl" in said
    assert "should not have happened" not in said
    assert not workspace.pbx.log


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{", b"\xff\n", b"[" * 100_000 + b"\n", b"x" * 5_000_000, b'{"kind": "run"}\n\x00']
)
def test_bytes_that_are_no_journal_are_refused(workspace: Workspace, content: bytes) -> None:
    path = workspace.folder / "bad.jsonl"
    path.write_bytes(content)
    status, said = revert(workspace, path)
    assert status == 1
    assert "bad.jsonl" in said
    assert "should not have happened" not in said
    assert revert(workspace, workspace.folder)[0] == revert(workspace, workspace.folder / "none.jsonl")[0] == 1


def test_a_type_that_nobody_knew_is_said_to_be_put_back_by_hand(workspace: Workspace) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "type": "CALLBACK", "params": ["2"]})
    workspace.apply()
    journal = workspace.journals[0]
    told = lines(journal)
    row = next(row for row in told[1]["diff"] if row["field"] == "type")
    row |= {"old": None, "old_id": None}
    journal.write_text("".join(json.dumps(line) + "\n" for line in told))
    status, said = revert(workspace, journal)
    assert status == 1, said
    assert f"destination {identity}" in said
    assert "the journal does not tell which type it had" in said
    assert live(workspace)[0]["cu_param1"] == "1"


@pytest.mark.parametrize("number", ["", "FORWARD", "1" * 5000])
def test_a_type_whose_number_is_none_is_put_back_by_hand(workspace: Workspace, number: str) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "type": "CALLBACK"})
    workspace.apply()
    journal = workspace.journals[0]
    told = lines(journal)
    next(row for row in told[1]["diff"] if row["field"] == "type")["old_id"] = number
    journal.write_text("".join(json.dumps(line) + "\n" for line in told))
    assert "the journal does not tell which type it had: put it back by hand" in revert(workspace, journal)[1]


def test_a_revoked_key_ends_a_revert_at_once(workspace: Workspace) -> None:
    for number in range(12):
        workspace.pbx.put("DEMO", cu_name=f"Desk {number}", cu_param1="1")
    workspace.tenant("DEMO", *({"name": f"Desk {number}", "params": ["2"]} for number in range(12)))
    workspace.apply()
    workspace.pbx.clear_log()
    workspace.pbx.faults.add("too-bad n=3.. method=GET")
    ran = workspace.run("revert", "--auto-approve", "--parallel", "1", workspace.journals[0])
    assert ran.status == 1
    assert "revoked" in ran.err
    assert len(workspace.pbx.log) < 8


def test_a_name_that_held_a_key_is_put_back_by_hand_and_the_rest_by_revert(workspace: Workspace) -> None:
    leaky = workspace.pbx.put("DEMO", cu_name=f"Boss {workspace.pbx.read_key}")
    workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="1")
    workspace.tenant("DEMO", {"id": leaky, "name": "Boss"}, {"name": "Desk", "params": ["2"]})
    assert workspace.apply().status == 0
    status, said = revert(workspace, workspace.journals[0])
    assert status == 1, said
    assert f'destination {leaky} ("Boss"): name is sensitive: put it back by hand' in said
    assert live(workspace)[1]["cu_param1"] == "1"


def test_live_keys_do_not_get_into_a_saved_revert(workspace: Workspace) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2", "2"]})
    workspace.apply()
    workspace.pbx.change(identity, cu_param1=f"x{workspace.pbx.write_key}x")
    ran = workspace.run("revert", "--force", "--out", "back.plan", workspace.journals[0])
    assert "param1 holds a key" in ran.err
    assert workspace.pbx.write_key not in ran.text + (workspace.folder / "back.plan").read_text()


def test_a_revert_is_shown_with_the_labels_of_the_project(workspace: Workspace) -> None:
    workspace.write(
        "pbxsync.yaml",
        "types: {AI AGENT: {params: [prompt, voice], sensitive: [prompt]}, FORWARD: {params: [to, how]}}",
    )
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2", cu_param3="3")
    workspace.tenant("DEMO", {"name": "Chief", "renamed_from": "Boss", "params": ["one", "two", "three"]})
    assert workspace.apply().status == 0
    said = workspace.run("revert", "--auto-approve", workspace.journals[0]).out
    shown = re.findall('^ +(.+?) +(".*" -> ".*")$', said, re.MULTILINE)
    assert shown == [
        ("name", '"Chief" -> "Boss"'),
        ("to", '"one" -> "1"'),
        ("how", '"two" -> "2"'),
        ("param3", '"three" -> "3"'),
    ], said


@pytest.mark.parametrize("meanwhile", ["", "somebody else's"])
def test_an_open_write_of_a_sensitive_value_is_told_from_what_somebody_wrote(
    workspace: Workspace, meanwhile: str
) -> None:
    workspace.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, key], sensitive: [key]}}")
    workspace.environ["BOT_KEY"] = "secret-of-the-bot"
    bot = workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="old-secret")
    workspace.tenant("DEMO", {"name": "Bot", "params": ["2", "${BOT_KEY}"]})
    workspace.apply()
    journal = workspace.journals[0]
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    if meanwhile:
        workspace.pbx.change(bot, cu_param2=meanwhile)
    said = revert(workspace, journal)[1]
    assert ("param2 is sensitive: put it back by hand" in said) is not bool(meanwhile), said
    assert live(workspace)[0]["cu_param1"] == ("2" if meanwhile else "1")
