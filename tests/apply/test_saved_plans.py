"""A saved plan is applied to the letter, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.emulator import Emulator
from pbxsync.planfile.write import digest_of
from tests.support.records import columns, lines
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

PARAMS = {f"cu_param{number}": f"value {number}" for number in range(1, 21)}


@pytest.fixture
def boss(workspace: Workspace) -> str:
    """A destination of which one param is to change, and beside it one to be added; its id."""
    identity = workspace.pbx.put("DEMO", cu_name="Boss", **PARAMS)
    workspace.tenant(
        "DEMO", {"name": "Boss", "params": ["new"]}, {"name": "Night", "type": "FORWARD", "params": ["112"]}
    )
    return identity


def test_a_saved_plan_does_what_it_said_without_a_prompt_and_without_the_tenant_files(
    workspace: Workspace, boss: str
) -> None:
    plan = workspace.save()
    shutil.rmtree(workspace.folder / "tenants")
    ran = workspace.run("apply", plan, "--without-files")
    assert ran.status == 0, ran.text
    assert ran.err == "warning: the saved plan is not compared with the tenant files (--without-files)\n"
    assert [columns(row) for row in workspace.pbx.rows("DEMO")] == [
        {"cu_name": "Boss", "cu_ct_id": "1", **PARAMS, "cu_param1": "new"},
        {"cu_name": "Night", "cu_ct_id": "1", "cu_param1": "112"},
    ]
    assert "1 added, 1 changed" in ran.out
    assert lines(workspace.journals[0])[0]["plan"] == json.loads(plan.read_text())["digest"]
    del boss


@pytest.mark.parametrize("moved", ["cu_name", "cu_ct_id", *PARAMS])
def test_one_field_that_moved_refuses_the_whole_plan_and_says_what_is_live_now(
    workspace: Workspace, boss: str, moved: str
) -> None:
    workspace.pbx.put("OTHER", cu_name="Desk", cu_param1="1")
    workspace.tenant("OTHER", {"name": "Desk", "params": ["2"]})
    plan = workspace.save()
    now = "5" if moved == "cu_ct_id" else "moved meanwhile"
    workspace.pbx.change(boss, **{moved: now})
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "stale" in ran.err
    assert f"DEMO: destination {boss}: {moved.replace('cu_', '').replace('ct_id', 'type')}" in ran.err
    assert f'"{now}"' in ran.err
    assert ('was "value 1" when this was planned' in ran.err) == (moved == "cu_param1")
    assert not workspace.sent
    assert not workspace.journals


def test_a_field_that_is_emptied_is_a_move_too(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.change(boss, cu_param20="")
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "param20" in ran.err
    assert not workspace.sent


def test_everything_that_moved_is_said_at_once(workspace: Workspace, boss: str) -> None:
    gone = workspace.pbx.put("DEMO", cu_name="Gone", cu_param1="1")
    workspace.tenant(
        "DEMO",
        {"name": "Boss", "params": ["new"]},
        {"name": "Gone", "params": ["2"]},
        {"name": "Night", "type": "FORWARD"},
    )
    plan = workspace.save()
    workspace.pbx.change(boss, cu_param1="a", cu_param2="b")
    workspace.pbx.remove(gone)
    night = workspace.pbx.put("DEMO", cu_name="Night")
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    for part in (
        "param1",
        "param2",
        f"destination {gone}",
        f'"Night" was not live when this was planned, and is live now as {night}',
    ):
        assert part in ran.err
    assert not workspace.sent


def test_what_moved_is_said_with_what_it_was_and_is(workspace: Workspace) -> None:
    boss = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param9="nine")
    gone = workspace.pbx.put("DEMO", cu_name="Gone", cu_param1="1")
    workspace.tenant(
        "DEMO",
        {"name": "Boss", "type": "CALLBACK", "params": ["new"]},
        {"name": "Gone", "params": ["2"]},
        {"name": "Night", "type": "FORWARD"},
    )
    plan = workspace.save()
    workspace.pbx.change(boss, cu_param1="a", cu_ct_id="5", cu_param9="", cu_param10="ten")
    workspace.pbx.remove(gone)
    night = workspace.pbx.put("DEMO", cu_name="Night")
    assert workspace.run("apply", plan).err.splitlines() == [
        "error: the saved plan is stale, so nothing of it was written; plan again:",
        f'  DEMO: destination {boss}: type was "1" when this was planned and is "5" now',
        f'  DEMO: destination {boss}: param1 was "1" when this was planned and is "a" now',
        f'  DEMO: destination {boss}: param9 has changed: it is "" now',
        f'  DEMO: destination {boss}: param10 has changed: it is "ten" now',
        f'  DEMO: destination {gone} ("Gone") no longer exists',
        f'  DEMO: "Night" was not live when this was planned, and is live now as {night}',
    ]
    assert not workspace.sent


@pytest.mark.parametrize("count", [20, 21, 25])
def test_of_much_that_cannot_be_read_twenty_lines_are_shown(workspace: Workspace, count: int) -> None:
    names = [f"Desk {number:02}" for number in range(count - 1)]
    ids = [workspace.pbx.put("DEMO", cu_name=name, cu_param1="1") for name in names]
    workspace.tenant("DEMO", *({"name": name, "params": ["2"]} for name in names))
    workspace.tenant("NEW", {"name": "Night", "type": "FORWARD"})
    plan = workspace.save()
    workspace.pbx.faults.add("status-500 action=get")
    workspace.pbx.faults.add("status-500 object=CUSTOM action=list")
    ran = workspace.run("apply", plan, "--retries", "1")
    lines = [
        *(
            f"  DEMO: destination {identity}: cannot be read: MANAGEDB CUSTOM get {identity} of DEMO: the server failed"
            " (HTTP 500)"
            for identity in ids
        ),
        "  NEW: cannot be read: MANAGEDB CUSTOM list of NEW: the server failed (HTTP 500)",
    ]
    more = [f"  and {count - 20} more"] if count > 20 else []
    said, *listed = ran.err.splitlines()
    assert said == (
        "error: could not check the saved plan against the PBX, so nothing of it was written. The plan is still valid:"
        " apply it again later:"
    )
    assert listed == [*lines[:20], *more]
    assert (ran.status, workspace.sent) == (1, [])


def test_a_lost_add_of_a_saved_plan_is_not_taken_for_what_was_there_before(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Old", cu_param1="112")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    plan = workspace.save()
    workspace.pbx.faults.add("reset action=add")
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "it is not in the tenant's list, and is not sent again in this run" in ran.out


def test_an_add_whose_name_is_live_now_refuses_the_whole_plan(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.put("DEMO", cu_name="Night", cu_param1="112")
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "stale" in ran.err
    assert not workspace.sent
    del boss


def test_a_plan_applied_once_is_stale(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    assert workspace.run("apply", plan).status == 0
    commits = len(workspace.commits)
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert f"destination {boss}: param1" in ran.err
    assert '"Night" was not live' in ran.err
    assert len(workspace.commits) == commits == 2


def test_what_cannot_be_read_refuses_the_plan_but_is_not_called_stale(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.faults.add(f"status-500 action=get objectid={boss}")
    ran = workspace.run("apply", plan, "--retries", "1")
    assert ran.status == 1
    assert "cannot be read" in ran.err
    assert "stale" not in ran.err
    assert not workspace.sent


def test_only_what_the_plan_touches_is_read(workspace: Workspace, boss: str) -> None:
    for tenant in ("DEMO", "QUIET"):
        workspace.pbx.put(tenant, cu_name="Unmanaged", cu_param1="1")
        workspace.pbx.put(tenant, cu_name="Same", cu_param1="1")
    workspace.tenant("QUIET", {"name": "Same", "params": ["1"]})
    workspace.tenant("DEMO", {"name": "Boss", "params": ["new"]}, {"name": "Same", "params": ["1"]})
    plan = workspace.save()
    workspace.pbx.clear_log()
    assert workspace.run("apply", plan).status == 0
    read = ("CUSTOM", "GET", "DEMO", boss)
    assert workspace.asked == [read, ("CUSTOM", "UPDATE", "DEMO", boss), read]


def test_an_add_reads_the_list_the_types_and_its_own_row_and_nothing_else(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Unmanaged", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    plan = workspace.save()
    workspace.pbx.clear_log()
    assert workspace.run("apply", plan).status == 0
    made = next(row["cu_id"] for row in workspace.pbx.rows("DEMO") if row["cu_name"] == "Night")
    listed, types = ("CUSTOM", "LIST", "DEMO", ""), ("CUSTOMTYPES", "LIST", "DEMO", "")
    assert workspace.asked == [listed, types, ("CUSTOM", "ADD", "DEMO", ""), ("CUSTOM", "GET", "DEMO", made), listed]


def test_it_applies_with_another_key_than_it_was_planned_with(workspace: Workspace, boss: str) -> None:
    write_key = workspace.environ.pop("PBXSYNC_WRITE_KEY")
    plan = workspace.save()
    del workspace.environ["PBXSYNC_READ_KEY"]
    workspace.environ["PBXSYNC_WRITE_KEY"] = write_key
    workspace.pbx.revoke(workspace.pbx.read_key)
    assert workspace.run("apply", plan).status == 0
    del boss


def test_a_plan_of_another_url_is_refused_before_any_request(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    with Emulator(demo=False) as other:
        workspace.environ["PBXSYNC_URL"] = other.url
        ran = workspace.run("apply", plan)
        assert not other.log
    assert ran.status == 1
    assert workspace.pbx.url in ran.err
    assert other.url in ran.err
    del boss


def _edited(plan: Path, *, digest: bool, **changes: Any) -> None:
    tree = json.loads(plan.read_text())
    tree |= changes
    if digest:
        tree["digest"] = digest_of({key: value for key, value in tree.items() if key != "digest"})
    plan.write_text(json.dumps(tree))


def test_a_tenant_that_no_query_can_hold_is_refused_before_any_request(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.clear_log()
    tree = json.loads(plan.read_text())
    tree["tenants"][0]["tenant"] = "DE\ud800MO"
    _edited(plan, digest=True, tenants=tree["tenants"])
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert r'"DE\ud800MO" cannot be sent' in ran.err
    assert "should not have happened" not in ran.err
    assert not workspace.pbx.log
    del boss


@pytest.mark.parametrize(
    ("changes", "digest", "why"),
    [
        ({"created_at": "2031-05-04T09:30:00Z"}, False, "digest"),
        ({"format_version": "2.0"}, True, "newer pbxsync, format 2.0"),
        ({"format_version": "1.7", "new": 1}, False, "digest"),
        ({"complete": False}, True, "complete"),
    ],
)
def test_a_plan_that_was_edited_or_is_newer_is_refused_before_any_request(
    workspace: Workspace, boss: str, changes: dict[str, Any], digest: bool, why: str
) -> None:
    plan = workspace.save()
    workspace.pbx.clear_log()
    _edited(plan, digest=digest, **changes)
    for command in ("apply", "show"):
        ran = workspace.run(command, plan)
        assert ran.status == 1
        assert why in ran.err
    assert not workspace.pbx.log
    del boss


def test_a_plan_of_a_newer_minor_version_can_be_applied(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    _edited(plan, digest=True, format_version="1.7", something_new=[1])
    assert workspace.run("apply", plan).status == 0
    del boss


def test_the_shown_plan_can_be_stale(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.change(boss, cu_param1="moved")
    workspace.pbx.clear_log()
    ran = workspace.run("show", plan)
    assert ran.status == 0
    assert "Boss" in ran.out
    assert not workspace.pbx.log


def test_several_plans_are_applied_together_or_not_at_all(workspace: Workspace) -> None:
    ids = {}
    for tenant in ("A", "B"):
        ids[tenant] = workspace.pbx.put(tenant, cu_name="Desk", cu_param1="1")
        workspace.tenant(tenant, {"name": "Desk", "params": ["2"]})
    plans = [workspace.save("--tenant", tenant, name=f"{tenant}.plan") for tenant in ("A", "B")]
    assert workspace.run("show", *plans).out == workspace.run("show", *reversed(plans)).out
    workspace.pbx.change(ids["B"], cu_param2="moved")
    assert workspace.run("apply", *plans).status == 1
    assert not workspace.sent
    workspace.pbx.change(ids["B"], cu_param2="")
    assert workspace.run("apply", *reversed(plans)).status == 0
    assert [workspace.pbx.rows(tenant)[0]["cu_param1"] for tenant in ("A", "B")] == ["2", "2"]
    assert len(workspace.journals) == 1


def test_the_same_tenant_in_two_plans_is_refused_before_any_request(workspace: Workspace, boss: str) -> None:
    plans = [workspace.save(name=name) for name in ("one.plan", "two.plan")]
    workspace.pbx.clear_log()
    for given in (plans, [plans[0], plans[0]]):
        ran = workspace.run("apply", *given)
        assert ran.status == 1
        assert 'tenant "DEMO"' in ran.err
    assert not workspace.pbx.log
    del boss


def test_an_incomplete_plan_is_not_saved(workspace: Workspace, boss: str) -> None:
    workspace.tenant("LOST", {"id": "999", "name": "X"})
    ran = workspace.run("plan", "--out", "change.plan")
    assert ran.status == 1
    assert "incomplete" in ran.err
    assert not (workspace.folder / "change.plan").exists()
    del boss


def test_a_plan_file_is_for_its_owner_alone_whatever_was_there(workspace: Workspace, boss: str) -> None:
    before = os.umask(0)
    try:
        old = workspace.write("change.plan", "old")
        old.chmod(0o666)
        plan = workspace.save()
    finally:
        os.umask(before)
    assert plan.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in workspace.folder.iterdir()) == ["change.plan", "tenants"]
    del boss


def test_a_plan_kept_elsewhere_is_applied_in_the_project_where_one_stands(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace.write("pbxsync.yaml", "max_changes: 0")
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    plan = workspace.save(name=str(tmp_path_factory.mktemp("artefacts") / "change.plan"))
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "--max-changes" in ran.err, "the limit of the project that one stands in holds"
    assert workspace.run("apply", "--max-changes", "1", plan).status == 0
    assert len(workspace.journals) == 1


def test_tenant_files_and_plans_do_not_mix_and_a_plan_is_not_narrowed(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.clear_log()
    assert "together" in workspace.run("apply", plan, "tenants").err
    assert "--tenant" in workspace.run("apply", plan, "--tenant", "DEMO").err
    assert "end in .yaml" in workspace.run("plan", "--out", "change.yaml").err
    assert not workspace.pbx.log
    del boss


def test_a_list_that_may_be_an_error_wants_the_same_word_for_a_saved_plan(tmp_path: Path) -> None:
    with Emulator(demo=False, dialect="silent") as pbx:
        workspace = Workspace(tmp_path, pbx)
        workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
        plan = workspace.save()
        ran = workspace.run("apply", plan)
        assert ran.status == 1
        assert "--allow-empty" in ran.err
        assert not workspace.sent
        assert workspace.run("apply", plan, "--allow-empty").status == 0
        assert len(pbx.rows("DEMO")) == 1


def test_a_list_that_has_become_a_doubtful_nothing_wants_the_word_too(workspace: Workspace) -> None:
    desk = workspace.pbx.put("DEMO", cu_name="Desk")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    plan = workspace.save()
    workspace.pbx.remove(desk)
    workspace.pbx.faults.add("null object=CUSTOM action=list")
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "--allow-empty" in ran.err
    assert not workspace.sent


def test_a_value_that_moved_is_shown_whole_up_to_a_thousand_characters(workspace: Workspace, boss: str) -> None:
    plan = workspace.save()
    workspace.pbx.change(boss, cu_param1="x" * 1000, cu_param2="y" * 1001)
    said = workspace.run("apply", plan).err
    assert f'"{"x" * 1000}"' in said
    assert f'"{"y" * 1000}"… (1 more characters)' in said
