"""Limits refuse before anybody is asked, and a name that somebody else takes is noticed."""

from __future__ import annotations

import io
import json
import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.apply import applier
from pbxsync.apply.limits import check_complete, check_empty, check_limits
from pbxsync.errors import GuardError, PlanError
from pbxsync.model.plan import TenantPlan
from tests.apply.intercept import intercepted
from tests.render import samples
from tests.support.rawserver import RawServer, reply
from tests.support.records import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.model.plan import Plan
    from tests.support.workspace import Workspace


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    """Three tenants with one, two and three changes."""
    for count, tenant in enumerate(("ONE", "TWO", "THREE"), 1):
        workspace.tenant(tenant, *({"name": f"Desk {number}", "type": "FORWARD"} for number in range(count)))
    return workspace


def test_more_changes_in_all_than_allowed_are_refused_before_the_prompt(three: Workspace) -> None:
    ran = three.run("apply", "--max-changes", "5", answer="yes\n")
    assert ran.status == 1
    assert "the plan has 6 changes, and the limit is 5: THREE (3), TWO (2), ONE (1)" in ran.err
    assert "Only 'yes' is accepted" not in ran.err
    assert not three.sent
    assert three.run("apply", "--max-changes", "6", answer="yes\n").status == 0


def test_the_limits_of_the_project_file_hold_and_the_option_overrides_the_total(three: Workspace) -> None:
    three.write("pbxsync.yaml", "max_changes: 5")
    assert "the limit is 5" in three.apply().err
    assert not three.sent
    assert three.apply("--max-changes", "6").status == 0


def test_the_limit_of_a_tenant_names_those_over_it(three: Workspace) -> None:
    three.write("pbxsync.yaml", "max_changes: {total: 100, per_tenant: 1}")
    ran = three.apply()
    assert ran.status == 1
    assert "more than 1 change in one tenant: THREE (3), TWO (2)." in ran.err
    assert not three.sent
    assert "THREE (3), TWO (2)" in three.apply("--max-changes", "100").err, "the option is for the total alone"
    three.write("pbxsync.yaml", "max_changes: {total: 100, per_tenant: 3}")
    assert three.apply().status == 0


def test_the_limits_hold_for_saved_plans_and_refuse_before_any_request(three: Workspace) -> None:
    plan = three.save()
    three.pbx.clear_log()
    ran = three.run("apply", "--max-changes", "5", plan)
    assert ran.status == 1
    assert "THREE (3)" in ran.err
    assert not three.pbx.log


def plan(*counts: int, **further: Any) -> Plan:
    """A plan of tenants T0, T1, … with so many changes."""
    tenants = [
        TenantPlan(f"T{number}", (samples.add("T", "Night"),) * count, **further) for number, count in enumerate(counts)
    ]
    return samples.plan(*tenants)


def refusal(check: Callable[[], object], kind: type[Exception]) -> str:
    with pytest.raises(kind) as refused:
        check()
    return str(refused.value)


def test_a_refusal_says_what_the_limit_is_who_is_over_it_and_what_to_do() -> None:
    assert refusal(lambda: check_limits(plan(2, 0, 3, 2), 6, None), GuardError) == (
        "the plan has 7 changes, and the limit is 6: T2 (3), T0 (2), T3 (2). Nothing was written; if this is intended,"
        " use --max-changes 7, or narrow with --tenant"
    )
    assert refusal(lambda: check_limits(plan(2, 0, 3, 2), 7, 2), GuardError) == (
        "more than 2 changes in one tenant: T2 (3). Nothing was written; if this is intended, raise per_tenant: of"
        " max_changes: in the project file, or narrow with --tenant"
    )
    check_limits(plan(2, 0, 3, 2), 7, 3)
    check_limits(plan(2, 0, 3, 2), None, None)


@pytest.mark.parametrize(("count", "rest"), [(20, ""), (21, " and 1 more"), (1500, " and 1,480 more")])
def test_of_many_tenants_over_a_limit_twenty_are_named(count: int, rest: str) -> None:
    for total, per_tenant in ((0, None), (None, 0)):
        said = refusal(partial(check_limits, plan(*[1] * count), total, per_tenant), GuardError)
        assert f" (1){rest}. Nothing was written" in said
        assert said.count(" (1)") == 20


def test_an_incomplete_plan_names_the_tenants_that_it_lacks() -> None:
    check_complete(plan(1, 2))
    assert refusal(lambda: check_complete(plan(1, 0, error="no answer")), PlanError) == (
        "the plan is incomplete (T0, T1 could not be planned), so nothing is written: fix the cause, or narrow the run with"
        " --tenant"
    )


def test_a_doubtful_nothing_is_in_the_way_of_changes_alone() -> None:
    doubtful = plan(1, 0, doubtful_empty=True)
    assert refusal(lambda: check_empty(doubtful, allow_empty=False), PlanError) == (
        "the PBX lists no destinations for T0, but its answer may be an error, so nothing is written: if it"
        " really has none, use --allow-empty"
    )
    check_empty(doubtful, allow_empty=True)
    check_empty(plan(0, doubtful_empty=True), allow_empty=False)
    check_empty(plan(1), allow_empty=False)


def test_a_plan_in_which_everything_of_a_tenant_changes_says_so(workspace: Workspace) -> None:
    names = [f"Desk {number}" for number in range(5)]
    for name in names:
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="old")
    workspace.tenant("DEMO", *({"name": name, "params": ["new"]} for name in names))
    assert "all 5 destinations change" in workspace.run("plan").out
    workspace.tenant("DEMO", {"name": names[0]}, *({"name": name, "params": ["new"]} for name in names[1:]))
    assert "every one of" not in workspace.run("plan").out


def test_a_twin_that_somebody_made_between_list_and_add_is_reported(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    theirs: list[str] = []

    def look(action: str, tenant: str) -> None:
        if action == "add":
            theirs.extend(workspace.pbx.put(tenant, cu_name="Night", cu_param1="112") for _ in range(2))

    with intercepted(workspace, look):
        ran = workspace.apply()
    assert ran.status == 1
    (ours,) = {row["cu_id"] for row in workspace.pbx.rows("DEMO")} - set(theirs)
    assert (
        f'added as {ours}, but {", ".join(theirs)} has the name "Night" too: somebody added it at the same time.'
        " Remove one of them, or pin both with id\n"
    ) in ran.out
    assert len(workspace.pbx.rows("DEMO")) == 3, "what is added stays: nobody else's is touched"


def test_a_name_that_somebody_took_before_a_later_add_is_noticed_too(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="old")
    workspace.tenant("DEMO", {"name": "Desk", "params": ["new"]}, {"name": "Night", "type": "FORWARD"})

    def look(action: str, tenant: str) -> None:
        if action == "update":
            workspace.pbx.put(tenant, cu_name="Night")
            workspace.pbx.put(tenant, cu_name="Desk")

    with intercepted(workspace, look):
        ran = workspace.apply()
    assert ran.status == 1
    assert 'has the name "Night" too' in " ".join(ran.out.split())
    assert 'has the name "Desk" too' not in " ".join(ran.out.split()), "only what is added is looked at"


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("Noon", "somebody added this name since it was planned (id 2): nothing was written; plan again"),
        ("NOON", 'somebody added "NOON" (id 2), which looks the same, since this was planned: nothing was written'),
    ],
)
def test_a_name_that_somebody_took_since_the_last_list_is_not_added(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, theirs: str, told: str
) -> None:
    monkeypatch.setattr(applier, "FRESH_SECONDS", 0.0)  # nobody waits for ten seconds to pass
    workspace.tenant("DEMO", *({"name": name, "type": "FORWARD"} for name in ("Night", "Day", "Noon")))

    def look(action: str, tenant: str) -> None:
        if action == "add" and len(workspace.pbx.rows(tenant)) == 1:
            workspace.pbx.put(tenant, cu_name=theirs)

    with intercepted(workspace, look):
        ran = workspace.apply()
    assert ran.status == 1
    assert told in ran.out
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["Night", theirs, "Day"]


def test_an_id_that_the_pbx_tells_wrong_is_not_called_ours(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    rows: dict[str, str] = {}

    def answer(request: bytes) -> bytes:
        asked = request.split(b" ")[1]
        if b"CUSTOMTYPES" in asked:
            return reply('[{"ct_id": "1", "ct_name": "FORWARD"}]')
        if b"action=add" in asked:
            rows["8"] = "Night"
            return reply('{"cu_id": "987654321"}')  # the id of another tenant's
        if b"action=get" in asked:
            identity = "987654321" if b"objectid=987654321" in asked else "8"
            row = {
                "cu_id": identity,
                "cu_name": rows.get(identity, "Somebody else's"),
                "cu_ct_id": "1",
                "cu_param1": "",
            }
            return reply(json.dumps(row))
        return reply(json.dumps([{"cu_id": identity, "cu_name": name} for identity, name in rows.items()]))

    with RawServer(answer) as server:
        workspace.environ["PBXSYNC_URL"] = server.url
        ran = workspace.apply()
    assert (ran.status, "987654321" in ran.out) == (0, False), ran.text
    assert lines(workspace.journals[0])[2]["id"] == "8"
    assert sum(b"action=add" in request for request in server.requests) == 1


def test_an_unread_list_after_an_add_is_said_to_leave_twins_open(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="old")
    workspace.tenant("DEMO", {"name": "Desk", "params": ["new"]}, {"name": "Night", "type": "FORWARD"})
    workspace.pbx.faults.add("status-500 action=list object=CUSTOM n=3..")
    ran = workspace.apply()
    assert ran.status == 0
    said = (
        "added, but the tenant could not be listed to see whether somebody added the same name:"
        " MANAGEDB CUSTOM list of DEMO: the server failed (HTTP 500)"
    )
    assert re.findall(f'added: DEMO "Night".*\n    {re.escape(said)}', ran.out)
    assert ran.out.count(said) == 1


def test_nothing_is_added_for_want_of_a_row_that_a_second_list_has(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="1")
    night = workspace.pbx.put("DEMO", cu_name="Night", cu_param1="112")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    workspace.pbx.faults.add("missing-row times=1")
    ran = workspace.apply()
    assert ran.status == 1
    assert f"DEMO changed between two reads ({night})" in " ".join(ran.out.split())
    assert not workspace.sent
    assert "No changes" in workspace.run("plan").out


class _Slow(io.StringIO):
    """A terminal whose reader does something else before the answer."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("yes\n")
        self.meanwhile = meanwhile

    def isatty(self) -> bool:
        return True

    def readline(self, *_: object) -> str:  # type: ignore[override]  # nobody asks for a part of a line
        self.meanwhile()
        return super().readline()


@pytest.mark.parametrize("what", ["update", "add"])
def test_what_moved_while_somebody_was_asked_is_not_written(workspace: Workspace, what: str) -> None:
    identity = workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="old")
    wanted = {"name": "Desk", "params": ["new"]} if what == "update" else {"name": "Night", "type": "FORWARD"}
    workspace.tenant("DEMO", wanted)

    def meanwhile() -> None:
        if what == "update":
            workspace.pbx.change(identity, cu_param1="theirs", cu_param3="too")
        else:
            for _ in range(2):
                workspace.pbx.put("DEMO", cu_name="Night")

    ran = workspace.run("apply", terminal=_Slow(meanwhile))
    assert ran.status == 1
    how = (
        "changed it since it was planned (param1, param3)"
        if what == "update"
        else "added this name since it was planned (id 2, 3)"
    )
    assert f"    somebody {how}: nothing was written; plan again\n" in ran.out
    assert not workspace.sent


def test_what_cannot_be_read_again_after_somebody_was_asked_is_not_sent_and_the_others_are(
    workspace: Workspace,
) -> None:
    first, second = (workspace.pbx.put("DEMO", cu_name=name, cu_param1="old") for name in ("Desk", "Fax"))
    workspace.tenant("DEMO", *({"name": name, "params": ["new"]} for name in ("Desk", "Fax")))
    terminal = _Slow(lambda: workspace.pbx.faults.add(f"status-500 action=get objectid={first}"))
    ran = workspace.run("apply", "--retries", "1", terminal=terminal)
    assert ran.status == 1
    assert f'not sent: DEMO "Desk" (id {first})' in ran.out
    assert f"MANAGEDB CUSTOM get {first} of DEMO: the server failed (HTTP 500)" in ran.out
    assert [request.objectid for request in workspace.sent] == [second]


def test_a_working_directory_that_is_removed_in_the_middle_keeps_no_report_back(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="old")
    workspace.tenant("DEMO", {"name": "Desk", "params": ["new"]})
    gone = tmp_path_factory.mktemp("gone")

    def meanwhile() -> None:
        os.chdir(gone)
        gone.rmdir()

    ran = workspace.run("apply", terminal=_Slow(meanwhile))
    assert (ran.status, len(workspace.sent)) == (0, 1)
    assert "Apply complete: 0 added, 1 changed." in ran.out
    assert f"Journal: {workspace.journals[0]}" in ran.out


def test_a_tenant_that_is_empty_after_somebody_was_asked_gets_no_adds(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Desk")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    terminal = _Slow(lambda: workspace.pbx.faults.add("null object=CUSTOM action=list"))
    ran = workspace.run("apply", terminal=terminal)
    assert "    the PBX no longer lists anything for this tenant: nothing was written; plan again\n" in ran.out
    assert (ran.status, workspace.sent) == (1, [])


def test_the_name_of_a_destination_that_could_not_be_renamed_is_not_given_to_another(workspace: Workspace) -> None:
    first, second = (workspace.pbx.put("DEMO", cu_name=name) for name in ("A", "B"))
    workspace.tenant("DEMO", {"id": first, "name": "B"}, {"name": "C", "renamed_from": "B"})
    workspace.pbx.faults.add(f"lie objectid={second}")
    ran = workspace.apply()
    assert ran.status == 1
    assert (
        f'    destination {second} still has the name "B" because it could not be renamed: nothing was written, or two'
        " destinations would have that name\n"
    ) in ran.out
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["A", "B"]
    workspace.pbx.faults.clear()
    assert workspace.apply().status == 0
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["B", "C"]


def test_a_lost_add_is_not_taken_for_what_was_there_before_or_is_another_add_of_the_plan(workspace: Workspace) -> None:
    """Its neighbours have the very same fields but for the name, and one of them is updated just before."""
    old = workspace.pbx.put("DEMO", cu_name="Old", cu_param1="112")
    desk = workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="old")
    new = [{"name": name, "type": "FORWARD", "params": ["112"]} for name in ("Night", "Day")]
    workspace.tenant("DEMO", {"id": desk, "params": ["new"]}, *new)
    workspace.pbx.faults.add("reset action=add n=2")
    ran = workspace.apply()
    assert ran.status == 1
    text = " ".join(ran.out.split())
    assert "it is not in the tenant's list, and is not sent again in this run" in text
    assert "another name" not in text
    assert "1 added, 1 changed, 1 failed" in text
    del old


def test_a_lost_add_is_not_taken_for_a_row_that_one_list_left_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applier, "FRESH_SECONDS", 0.0)  # the tenant is listed once more before the add
    workspace.pbx.put("DEMO", cu_name="Old", cu_param1="112")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    workspace.pbx.faults.add("missing-row n=3")
    workspace.pbx.faults.add("reset action=add")
    ran = workspace.apply()
    assert ran.status == 1
    assert "it is not in the tenant's list, and is not sent again in this run" in ran.out
    assert "another name" not in ran.out


@pytest.mark.parametrize("what", ["update", "add"])
def test_a_pbx_that_is_gone_ends_the_run_early(workspace: Workspace, what: str) -> None:
    """What surely never got there is told from what may have."""
    for number in range(12):
        if what == "update":
            workspace.pbx.put(f"T{number}", cu_name="Night", cu_param1="old")
        workspace.tenant(f"T{number}", {"name": "Night", "type": "FORWARD", "params": ["new"]})
    plan = workspace.save()
    refuse = workspace.pbx.faults.add("refuse=60s method=POST")
    ran = workspace.run("apply", plan, "--parallel", "1", "--retries", "1", "--timeout", "1")
    assert ran.status == 1
    assert "no usable answer to the last 5 writes" in " ".join(ran.out.split())
    assert refuse.fired == 1
    told = [line for line in lines(workspace.journals[0]) if line["kind"] == "after"]
    assert [(line["status"], line["untouched"]) for line in told] == [("unknown", False), *[("failed", True)] * 4]
    assert all(line["message"].endswith("; nothing was written") for line in told[1:])


def test_a_pbx_that_is_gone_before_its_writes_ends_the_run_early_too(workspace: Workspace) -> None:
    """Each row is read again first, since somebody took long to say yes."""
    for number in range(8):
        workspace.pbx.put(f"T{number}", cu_name="Desk", cu_param1="old")
        workspace.tenant(f"T{number}", {"name": "Desk", "params": ["new"]})
    terminal = _Slow(lambda: workspace.pbx.faults.add("refuse=60s"))
    ran = workspace.run("apply", "--parallel", "1", "--retries", "1", "--timeout", "1", terminal=terminal)
    assert ran.status == 1
    assert "Stopped: the PBX gave no usable answer to the last 5 writes\n" in ran.out
    assert not workspace.sent


def test_a_lost_add_is_not_taken_for_what_a_list_just_before_it_had(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Old", cu_param1="112")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    workspace.pbx.faults.add("reset action=add")
    ran = workspace.run("apply", terminal=_Slow(lambda: None))
    assert ran.status == 1
    assert "it is not in the tenant's list, and is not sent again in this run" in ran.out


@pytest.mark.parametrize("what", ["update", "add"])
@pytest.mark.parametrize("fault", ["too-bad", "too-bad-after-commit|cut-values=4"])
def test_a_key_that_may_not_write_to_a_tenant_is_used_there_once(workspace: Workspace, what: str, fault: str) -> None:
    """Also where what was refused is there all the same, and not as it was to be."""
    for name in ("Desk", "Fax") if what == "update" else ():
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="11")
    workspace.tenant("DEMO", *({"name": name, "type": "FORWARD", "params": ["22222"]} for name in ("Desk", "Fax")))
    workspace.tenant("OTHER", {"name": "Night", "type": "FORWARD"})
    for each in fault.split("|"):
        workspace.pbx.faults.add(f"{each} action={what} tenant=DEMO")
    ran = workspace.apply("--parallel", "1")
    assert ran.status == 1
    assert sorted(request.tenant for request in workspace.sent) == ["DEMO", "OTHER"]
    said = re.search(r'not sent: DEMO "Fax".*\n +(.*)', ran.out)
    assert said is not None
    assert said[1].startswith("the key may read DEMO but not write there")


REFUSED = "    the PBX refused this write although it accepted others with the same key (MANAGEDB CUSTOM {} of DEMO: "


@pytest.mark.parametrize("what", ["update", "add"])
def test_one_refused_write_after_accepted_ones_is_the_failure_of_one_destination(
    workspace: Workspace, what: str
) -> None:
    names = [f"N{number}" for number in range(5)]
    for name in names if what == "update" else ():
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="11")
    workspace.tenant("DEMO", *({"name": name, "type": "FORWARD", "params": ["22"]} for name in names))
    workspace.pbx.faults.add(f"too-bad action={what} n=2")
    ran = workspace.apply()
    assert (ran.status, len(workspace.sent), len(workspace.commits)) == (1, 5, 4)
    assert re.findall(r"\n(?:failed|not sent): .*", ran.out) == re.findall(r'\nfailed: DEMO "N1".*', ran.out)
    assert ran.out.count(REFUSED.format("update 2" if what == "update" else "add")) == 1
    assert "read-only" not in ran.out
    workspace.pbx.faults.clear()
    assert workspace.apply().status == 0


def test_a_revert_goes_on_after_one_refused_write_too(workspace: Workspace) -> None:
    names = [f"N{number}" for number in range(4)]
    for name in names:
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="11")
    workspace.tenant("DEMO", *({"name": name, "params": ["22"]} for name in names))
    assert workspace.apply().status == 0
    workspace.pbx.clear_log()
    workspace.pbx.faults.add("too-bad action=update n=2")
    ran = workspace.run("revert", "--auto-approve", workspace.journals[0])
    assert (ran.status, len(workspace.sent), len(workspace.commits)) == (1, 4, 3)
    assert ran.out.count("    the PBX refused this write although it accepted others with the same key") == 1


def test_three_refused_writes_in_a_row_stop_a_tenant_although_the_key_may_write(workspace: Workspace) -> None:
    workspace.tenant("DEMO", *({"name": f"N{number}", "type": "FORWARD"} for number in range(9)))
    workspace.tenant("OTHER", {"name": "Night", "type": "FORWARD"})
    workspace.pbx.faults.add("too-bad action=add tenant=DEMO n=2..3")
    workspace.pbx.faults.add("too-bad action=add tenant=DEMO n=5..")
    ran = workspace.apply("--parallel", "1")
    assert (ran.status, [request.tenant for request in workspace.sent]) == (1, [*["DEMO"] * 7, "OTHER"])
    assert "Apply failed: 3 added, 0 changed, 5 failed, 2 not sent." in ran.out
    assert ran.out.count("    the last 3 writes to this tenant were refused (the PBX refused this write although") == 2


@pytest.mark.parametrize("what", ["update", "add"])
def test_a_text_that_a_firewall_dislikes_stops_no_other_destination(workspace: Workspace, what: str) -> None:
    names = [f"N{number}" for number in range(6)]
    for name in names if what == "update" else ():
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="11")
    workspace.tenant("DEMO", *({"name": name, "type": "FORWARD", "params": ["22"]} for name in names))
    workspace.pbx.faults.add(f"status-403 action={what} n=1..2")
    workspace.pbx.faults.add(f"status-403 action={what} n=4..5")
    ran = workspace.apply()
    assert (ran.status, len(workspace.sent)) == (1, 6)
    assert "not sent" not in ran.out
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO") if row["cu_param1"] == "22"] == ["N2", "N5"]


def test_a_firewall_that_lets_no_write_through_is_not_asked_for_ever(workspace: Workspace) -> None:
    names = [f"N{number}" for number in range(8)]
    workspace.tenant("DEMO", *({"name": name, "type": "FORWARD"} for name in names))
    workspace.pbx.faults.add("status-403 action=add")
    ran = workspace.apply()
    assert (ran.status, len(workspace.sent)) == (1, 3)
    assert "5 not sent" in ran.out


def test_a_tenant_is_listed_once_for_all_its_adds_after_somebody_said_yes(workspace: Workspace) -> None:
    workspace.tenant("DEMO", *({"name": f"N{number}", "type": "FORWARD"} for number in range(3)))
    ran = workspace.run("apply", terminal=_Slow(lambda: None))
    lists = [request for request in workspace.pbx.log if (request.object, request.action) == ("CUSTOM", "LIST")]
    assert (ran.status, len(workspace.sent)) == (0, 3)
    assert len(lists) == 4, "two for the plan, one before the first add, one after the last"
