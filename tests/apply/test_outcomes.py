"""How each write ends is said to the letter, and the journal knows it: the status, whether it is certain that nothing came
of it, and the row that was read back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pbxsync.apply.add import missing
from pbxsync.emulator import Emulator
from pbxsync.pbx.shapes import Row
from tests.support.records import lines
from tests.support.workspace import QUICK, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DENIED = (
    "the key may read DEMO but not write there: it is a read-only key, or lacks this permission (MANAGEDB CUSTOM {} of"
    " DEMO: the PBX refuses this (it says 'Too bad… you mistaken the security api key.'): the key is wrong, or there is no"
    " such tenant, or the key may not do this (the API has one text for all of these))"
)
GONE = "it is not in the tenant's list, and is not sent again in this run"


class End(NamedTuple):
    """One end: `stored` is the param that was read back, None where it was as it was to be; `read` whether it was read."""

    status: str
    message: str = ""
    untouched: bool = False
    read: bool = True
    stored: str | None = None


DONE = End("done")
FOUND = End("found done")


def lost(action: str, code: int, then: str, what: str = "the server failed") -> str:
    return f"MANAGEDB CUSTOM {action} of DEMO: {what} (HTTP {code}); {then}"


UPDATES = {
    "lie action=update": End("failed", "the PBX accepted the write but did not store it", stored="1"),
    "cut-values=1 action=update": End("failed", "the PBX accepted the write but stored a different value", stored="2"),
    "too-bad action=update": End("failed", f"{DENIED.format('update 1')}; nothing was written", untouched=True),
    "status-500 action=update": End("failed", lost("update 1", 500, "it was not stored"), untouched=True, stored="1"),
    "status-500-after-commit action=update": FOUND,
    "status-500-after-commit action=update|cut-values=1 action=update": End(
        "failed", lost("update 1", 500, "a different value is stored"), stored="2"
    ),
    "status-429 action=update": End(
        "failed",
        lost("update 1", 429, "it was not stored", "the PBX has too much to do"),
        untouched=True,
        stored="1",
    ),
    "status-500 action=update times=1": DONE,
    "status-500 action=get n=2..": End(
        "unknown",
        "sent, but it could not be read back: MANAGEDB CUSTOM get 1 of DEMO: the server failed (HTTP 500) (2 tries)",
        read=False,
    ),
    "status-500-after-commit action=update|status-500 action=get n=2..": End(
        "unknown",
        "MANAGEDB CUSTOM update 1 of DEMO: the server failed (HTTP 500); it could not be read back: MANAGEDB CUSTOM get 1"
        " of DEMO: the server failed (HTTP 500) (2 tries)",
        read=False,
    ),
    "too-bad action=update|status-500 action=get n=2..": End(
        "failed", f"{DENIED.format('update 1')}; could not read back whether anything was written", read=False
    ),
}
ADDS = {
    "lie action=add": End("failed", f"the PBX accepted the write, but {GONE}", read=False),
    "cut-values=2 action=add": End(
        "failed",
        "added as 1, but the PBX stored a different value. Pin it with `id: 1`, or the next run adds another one",
        stored="22",
    ),
    "escape-quotes action=add": End("failed", "added as 1, but the PBX stored a different value", stored="22\\'"),
    "too-bad action=add": End("failed", f"{DENIED.format('add')}; nothing was written", untouched=True, read=False),
    "status-500 action=add": End("failed", lost("add", 500, GONE), read=False),
    "status-500-after-commit action=add": FOUND,
    "status-500-after-commit action=add|cut-values=4 action=add": End(
        "failed",
        'it was stored under another name, "Nigh", as 1: pin it with `id: 1` and give it a name that the PBX keeps',
    ),
    "status-500-after-commit action=add|escape-quotes action=add": End(
        "failed", "added as 1, but the PBX stored a different value", stored="22\\'"
    ),
    "status-429 action=add": End(
        "failed", lost("add", 429, GONE, "the PBX has too much to do"), untouched=True, read=False
    ),
    "status-429 action=add times=1": DONE,
    "status-500 action=get": End(
        "unknown",
        "added as 1, but it could not be read back: MANAGEDB CUSTOM get 1 of DEMO: the server failed (HTTP 500) (2 tries)",
        read=False,
    ),
    "status-500-after-commit action=add|status-500 object=CUSTOM action=list n=3..": End(
        "unknown",
        lost(
            "add",
            500,
            "the tenant could not be listed: MANAGEDB CUSTOM list of DEMO: the server failed (HTTP 500) (2 tries)",
        ),
        read=False,
    ),
    "status-500-after-commit action=add|null object=CUSTOM action=list n=3..": End(
        "unknown", lost("add", 500, "the PBX lists nothing at all"), read=False
    ),
    "too-bad action=add|null object=CUSTOM action=list n=3..": End(
        "failed", f"{DENIED.format('add')}; could not read back whether anything was written", read=False
    ),
    "too-bad action=add|status-500 object=CUSTOM action=list n=3..": End(
        "failed", f"{DENIED.format('add')}; could not read back whether anything was written", read=False
    ),
    "status-429 action=add|status-500 object=CUSTOM action=list n=3..": End(
        "failed",
        lost("add", 429, "could not read back whether anything was written", "the PBX has too much to do"),
        read=False,
    ),
}


def ends(workspace: Workspace, faults: str) -> Iterator[dict[str, Any]]:
    for fault in faults.split("|"):
        workspace.pbx.faults.add(fault)
    workspace.apply()
    for line in lines(workspace.journals[0]):
        if line["kind"] == "after":
            yield line


def told(line: dict[str, Any]) -> End:
    stored = {each["field"]: each["stored"] for each in line["stored_wrong"]}
    message, read = line["message"], line["live"] is not None
    return End(line["status"], message, line["untouched"], read=read, stored=stored.get("param1"))


@pytest.mark.parametrize("faults", UPDATES)
def test_an_update_ends(workspace: Workspace, faults: str) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["22'"]})
    (line,) = ends(workspace, faults)
    assert told(line) == UPDATES[faults]
    assert line["id"] == "1"


def test_a_param_that_was_not_to_change_and_reads_otherwise_is_a_failure(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="日本")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    (line,) = ends(workspace, "latin-1 action=get n=2")
    assert line["status"] == "failed"
    assert line["stored_wrong"] == [{"field": "param2", "wanted": "日本", "stored": "??"}]


@pytest.mark.parametrize("faults", ADDS)
def test_an_add_ends(workspace: Workspace, faults: str) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["22'"]})
    (line,) = ends(workspace, faults)
    assert told(line) == ADDS[faults]
    rows = workspace.pbx.rows("DEMO")
    assert line["id"] == (
        rows[0]["cu_id"] if (rows and line["status"] != "unknown") or "as 1" in line["message"] else None
    )


@pytest.mark.parametrize("fault", ["status-429", "status-500"])
def test_an_update_that_may_be_repeated_is_sent_as_often_as_retries_allows(workspace: Workspace, fault: str) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.pbx.faults.add(f"{fault} action=update")
    assert workspace.apply("--retries", "3").status == 1
    assert len(workspace.sent) == 3


def test_a_pbx_that_is_too_busy_for_an_update_is_not_asked_what_became_of_it(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.pbx.faults.add("status-429 action=update times=1")
    assert workspace.apply().status == 0
    assert [action for _, action, *_ in workspace.asked][-3:] == ["UPDATE", "UPDATE", "GET"]


def test_a_pbx_that_wants_to_be_left_alone_for_an_hour_is_not_waited_for(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.pbx.faults.add("status-429 retry-after=3600 action=update")
    assert workspace.apply("--retries", "3").status == 1
    assert len(workspace.sent) == 1


def test_a_write_that_was_repeated_is_told_as_such(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.pbx.faults.add("status-500 action=update times=1")
    assert " 1 repeated, 0 refused;" in workspace.apply("-v").out


@pytest.mark.parametrize(("dialect", "gets"), [("default", 1), ("typed", 1), ("params=list", 1), ("full", 0)])
def test_a_lost_add_is_found_with_no_more_questions_than_the_list_leaves_open(
    tmp_path: Path, dialect: str, gets: int
) -> None:
    with Emulator(demo=False, dialect=dialect) as pbx:
        workspace = Workspace(tmp_path, pbx)
        workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
        plan = workspace.save()
        pbx.clear_log()
        pbx.faults.add("reset-after-commit action=add")
        ran = workspace.run("apply", "-v", "--without-files", *QUICK, plan)  # what the files ask for takes the types
        assert ran.status == 0, ran.text
        assert "(the reply was lost; the read-back confirms it)" in ran.out
        assert [action for _, action, *_ in workspace.asked].count("GET") == gets
        assert {asked for asked, *_ in workspace.asked} == {"CUSTOM"}, "the types are of no concern"


def test_an_add_of_which_neither_name_nor_fields_were_kept_names_what_is_new_and_calls_none_of_it_ours(
    workspace: Workspace,
) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["22'"]})
    (line,) = ends(workspace, "status-500-after-commit action=add|cut-values=2 action=add")
    assert line["id"] is None
    assert line["message"] == lost(
        "add",
        500,
        'its name is not in the tenant\'s list, and it is not sent again in this run. New in the list: 1 ("Ni"). If one of'
        " these is it, stored differently, pin it with its id, or the next run adds another one",
    )


def test_of_many_rows_that_may_be_a_lost_add_a_few_are_named() -> None:
    others = tuple(Row(str(number), "Desk", None, None, None) for number in range(1, 8))
    assert 'New in the list: 1 ("Desk"), 2 ("Desk"), 3 ("Desk"), 4 ("Desk"), 5 ("Desk") and 2 more.' in missing(others)
    assert "more" not in missing(others[:5])


def test_an_apply_that_takes_long_shows_on_a_terminal_how_far_it_is(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    workspace.pbx.faults.add("latency=1500ms action=add")
    ran = workspace.run("apply", "--auto-approve", screen=True)
    assert ran.status == 0
    assert re.search("Applying [^ ]+ 0 of 1", ran.err), ran.err
