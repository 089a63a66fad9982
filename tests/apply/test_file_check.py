"""A saved plan writes only what the tenant files at hand ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.planfile.write import digest_of
from tests.apply.sensitive_values import NEW, PROJECT
from tests.support.repo import Repo
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.workspace import Workspace

HEAD = "error: the saved plan is not what the tenant files ask for, so nothing of it was written:"


def refused(workspace: Workspace, plan: Path, *lines: str) -> None:
    """Apply a plan, which must be refused with these lines, without a write."""
    ran = workspace.run("apply", plan)
    assert (ran.status, ran.err.splitlines()) == (1, [HEAD, *(f"  {line}: plan again" for line in lines)])
    assert not workspace.sent
    assert not workspace.journals


def forge(plan: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Alter the changes of a saved plan, as somebody who knows the format can."""
    tree = json.loads(plan.read_text())
    for row in tree["tenants"][0]["changes"]:
        change(row)
    tree["digest"] = digest_of({key: value for key, value in tree.items() if key != "digest"})
    plan.write_text(json.dumps(tree))
    return plan


def test_a_plan_of_a_branch_that_was_behind_does_not_undo_what_a_colleague_merged(workspace: Workspace) -> None:
    repo = Repo(workspace.folder)
    for code in ("NORDTAND", "SYDTAND"):
        workspace.pbx.put(code, cu_name="Night", cu_param1="+4520006001")
        workspace.tenant_json(code, {"name": "Night", "params": ["+4520006001"]})
    repo.commit()
    repo.git("checkout", "-q", "-b", "mine")
    workspace.tenant_json("NORDTAND", {"name": "Night", "params": ["+4520006002"]})
    repo.commit()
    repo.git("checkout", "-q", "main")
    workspace.tenant_json("SYDTAND", {"name": "Night", "params": ["+4520006888"]})
    repo.commit()
    assert workspace.apply("tenants/SYDTAND.yaml").status == 0
    sent = len(workspace.sent)
    repo.git("checkout", "-q", "mine")
    plan = workspace.save(name="m.plan")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "mine")

    ran = workspace.run("apply", plan)

    assert ran.status == 1
    assert ran.err.splitlines() == [
        HEAD,
        '  tenants/SYDTAND.yaml:7 says "+4520006888", the plan would write "+4520006001": plan again',
    ]
    assert len(workspace.sent) == sent
    assert workspace.run("apply", workspace.save(name="m.plan")).status == 0


def test_a_plan_of_what_the_files_said_for_a_while_is_refused_at_their_line(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="411")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["455"]})
    plan = workspace.save(name="a.plan")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["411"]})
    refused(workspace, plan, 'tenants/DEMO.yaml:4 says "411", the plan would write "455"')


def test_the_param_is_found_by_its_label_and_the_type_by_name_or_number(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_ct_id=5, cu_param1="1")
    workspace.tenant_json("DEMO", {"name": "Boss", "type": "FORWARD", "params": {"number": "2", "timeout": "30"}})
    plan = workspace.save()
    workspace.tenant_json("DEMO", {"name": "Boss", "type": "1", "params": {"1": "2", "3": "45"}})
    refused(workspace, plan, 'tenants/DEMO.yaml:9 says "45", the plan would write "30"')
    workspace.tenant_json("DEMO", {"name": "Boss", "type": "1", "params": {"1": "2", "3": "30"}})
    assert workspace.run("apply", plan).status == 0


def test_another_type_is_refused_by_its_number_whatever_name_the_plan_gives_it(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Night"))
    plan = workspace.save()

    def other_type(row: dict[str, Any]) -> None:
        next(field for field in row["diff"] if field["field"] == "type")["after_id"] = "5"

    refused(
        workspace,
        forge(plan, other_type),
        'tenants/DEMO.yaml:3 says "FORWARD" (1), the plan would write "FORWARD" (5)',
    )


def test_a_field_that_no_file_gives_is_not_written(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["9", "8"]})
    plan = workspace.save()
    workspace.tenant("DEMO", {"name": "Boss", "params": {"1": "9"}})
    refused(workspace, plan, 'tenants/DEMO.yaml:3 leaves callerid as it is, the plan would write "8"')


def test_what_the_files_ask_for_and_the_plan_does_not_have_is_no_obstacle(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["9"]})
    plan = workspace.save()
    workspace.tenant("DEMO", {"name": "Boss", "params": ["9", "8"]}, forward("Night"))
    workspace.tenant("OTHER", forward("Night"))
    assert workspace.run("apply", plan).status == 0
    assert [(row["cu_param1"], row["cu_param2"]) for row in workspace.pbx.rows("DEMO")] == [("9", "2")]


def test_an_add_is_refused_if_it_is_not_the_whole_of_what_the_file_says(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    plan = workspace.save()
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD", "params": ["112", "", "045"]})
    refused(workspace, plan, 'tenants/DEMO.yaml:5 says "045", the plan would leave timeout out')
    workspace.tenant("DEMO", {"name": "Day", "type": "FORWARD", "params": ["112"]})
    refused(workspace, plan, 'DEMO: no tenant file asks for "Night", which the plan would add')
    (workspace.folder / "tenants/DEMO.yaml").unlink()
    workspace.tenant("OTHER", {"name": "Night", "type": "FORWARD", "params": ["112"]})
    refused(workspace, plan, 'DEMO: no tenant file asks for "Night", which the plan would add')


def test_an_add_that_the_files_have_made_a_rename_is_refused(workspace: Workspace) -> None:
    old, other = (workspace.pbx.put("DEMO", cu_name="Reception") for _ in range(2))
    workspace.tenant("DEMO", forward("Front desk"))
    plan = workspace.save()
    workspace.tenant("DEMO", forward("Front desk", renamed_from="Reception"))
    line = f'tenants/DEMO.yaml:3 renames destination {old}, {other} to "Front desk", the plan would add it'
    refused(workspace, plan, line)


def test_an_add_whose_old_name_is_not_live_is_an_add(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Front desk", renamed_from="Reception"))
    assert workspace.run("apply", workspace.save()).status == 0


@pytest.mark.parametrize("by", ["id", "renamed_from"])
def test_a_rename_is_applied_if_the_files_ask_for_it_and_for_this_name(workspace: Workspace, by: str) -> None:
    old = workspace.pbx.put("DEMO", cu_name="Reception", cu_param1="1")
    pinned = {"id": old} if by == "id" else {"renamed_from": "Reception"}
    workspace.tenant("DEMO", {"name": "Front desk", **pinned})
    plan = workspace.save()
    workspace.tenant("DEMO", {"name": "Back desk", **pinned})
    refused(workspace, plan, 'tenants/DEMO.yaml:3 says "Back desk", the plan would write "Front desk"')
    workspace.tenant("DEMO", {"name": "Front desk", **pinned})
    assert workspace.run("apply", plan).status == 0
    assert [row["cu_name"] for row in workspace.pbx.rows("DEMO")] == ["Front desk"]


def test_a_rename_to_a_name_that_has_become_live_is_refused(workspace: Workspace) -> None:
    old = workspace.pbx.put("DEMO", cu_name="Reception", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Front desk", "renamed_from": "Reception"})
    plan = workspace.save()
    new, newer = (workspace.pbx.put("DEMO", cu_name="Front desk") for _ in range(2))
    line = f'tenants/DEMO.yaml:3 is about destination {new}, {newer}, which has the name "Front desk" already'
    refused(workspace, plan, f"{line}, the plan would change {old}")


def test_a_destination_that_no_file_asks_for_is_not_changed(workspace: Workspace) -> None:
    boss = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    plan = workspace.save()
    workspace.tenant("DEMO", {"id": "999", "name": "Boss", "params": ["2"]})
    refused(workspace, plan, f'DEMO: no tenant file asks for destination {boss} ("Boss"), which the plan would change')


def test_a_destination_without_a_name_is_shown_without_one(workspace: Workspace) -> None:
    boss = workspace.pbx.put("DEMO", cu_name="", cu_param1="1")
    workspace.tenant("DEMO", {"id": boss, "params": ["2"]})
    plan = workspace.save()
    workspace.tenant("DEMO", forward("Night"))
    refused(workspace, plan, f'DEMO: no tenant file asks for destination {boss} (""), which the plan would change')


def test_params_that_unlisted_params_clears_are_what_the_files_ask_for(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param7="7")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["1"]}, unlisted_params="clear")
    plan = workspace.save()
    workspace.tenant("DEMO", {"name": "Boss", "params": ["1"]})
    refused(workspace, plan, 'tenants/DEMO.yaml:3 leaves param7 as it is, the plan would write ""')
    workspace.tenant("DEMO", {"name": "Boss", "params": ["1"]}, unlisted_params="clear")
    assert workspace.run("apply", plan).status == 0
    assert not workspace.pbx.rows("DEMO")[0].get("cu_param7")


def test_many_differences_are_counted_and_the_first_twenty_shown(workspace: Workspace) -> None:
    names = [f"Desk {number:02}" for number in range(25)]
    for name in names:
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="1")
    workspace.tenant("DEMO", *({"name": name, "params": ["2"]} for name in names))
    plan = workspace.save()
    workspace.tenant("DEMO", *({"name": name, "params": ["3"]} for name in names))
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 22
    assert ran.err.splitlines()[-1] == "  and 5 more"
    assert not workspace.sent


def test_a_sensitive_param_may_not_be_in_the_open(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "types: {AI AGENT: {params: [prompt, api_key]}}")
    workspace.tenant("DEMO", {"name": "Bot", "type": "AI AGENT", "params": {"api_key": "${BOT_KEY}"}})
    plan = workspace.save()
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.set(BOT_KEY=NEW)
    refused(workspace, plan, "tenants/DEMO.yaml:5: api_key is sensitive, and the plan was made when it was not")


def test_variables_of_params_that_the_plan_does_not_write_need_not_be_set(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=NEW)
    workspace.set(BOT_KEY=NEW)
    workspace.tenant("DEMO", {"name": "Bot", "params": {"prompt": "Be brief", "api_key": "${BOT_KEY}"}})
    plan = workspace.save()
    del workspace.environ["BOT_KEY"]
    assert workspace.run("apply", plan).status == 0


def test_without_files_a_plan_is_applied_with_a_word_but_not_with_sensitive_params(
    workspace: Workspace, bot: str
) -> None:
    plan = workspace.save()
    asked = len(workspace.asked)
    ran = workspace.run("apply", plan, "--without-files")
    assert (ran.status, len(workspace.asked)) == (1, asked)
    assert ran.err == (
        "error: the saved plan sets sensitive params (DEMO), whose values are only in the tenant files and their variables:"
        " apply it without --without-files\n"
    )
    del bot


def test_the_first_five_tenants_with_sensitive_params_are_named(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.set(BOT_KEY=NEW)
    for number in range(7):
        workspace.tenant(f"T{number}", {"name": "Bot", "type": "AI AGENT", "params": {"api_key": "${BOT_KEY}"}})
    ran = workspace.run("apply", workspace.save(), "--without-files")
    assert ran.err.startswith(
        "error: the saved plan sets sensitive params (T0, T1, T2, T3, T4 and 2 more tenants), whose values are"
    )


def test_a_sensitive_param_that_a_forged_plan_leaves_out_is_not_shown(workspace: Workspace) -> None:
    project = "types:\n  AI AGENT: {params: [prompt, api_key, other_key], sensitive: [api_key, other_key]}\n"
    workspace.write("pbxsync.yaml", project)
    workspace.set(BOT_KEY=NEW, OTHER_KEY="sk-Other-1")
    params = {"prompt": "Be kind", "api_key": "${BOT_KEY}", "other_key": "${OTHER_KEY}"}
    workspace.tenant("DEMO", {"name": "Bot", "type": "AI AGENT", "params": params})
    plan = forge(workspace.save(), lambda row: row["diff"].pop())
    refused(workspace, plan, "tenants/DEMO.yaml:5 says (sensitive), the plan would leave other_key out")


def test_a_plan_that_puts_old_values_back_is_not_for_the_files(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    assert workspace.apply().status == 0
    assert workspace.run("revert", "--out", "back.plan", workspace.journals[0]).status == 0
    ran = workspace.run("apply", "back.plan")
    assert ran.status == 1
    assert ran.err == (
        "error: the saved plan was made by `pbxsync revert` (DEMO), so the tenant files do not ask for what it writes:"
        " apply it with --without-files, and correct the files, or the next apply undoes it\n"
    )


def of_types(workspace: Workspace) -> int:
    return sum(name == "CUSTOMTYPES" for name, *_ in workspace.asked)


def test_numbers_alone_need_no_types(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "type": "5", "params": {"1": "2"}})
    plan = workspace.save()
    asked = of_types(workspace)
    assert workspace.run("apply", plan).status == 0
    assert of_types(workspace) == asked


@pytest.mark.parametrize(
    ("project", "entry"),
    [
        (PROJECT, {"params": {"1": "2"}}),
        ("types: {}\n", {"params": {"number": "2"}}),
        ("types: {}\n", {"type": "FORWARD", "params": {"1": "2"}}),
    ],
    ids=["maybe sensitive", "a label", "a name"],
)
def test_all_else_needs_the_types_and_says_so(workspace: Workspace, project: str, entry: dict[str, Any]) -> None:
    workspace.write("pbxsync.yaml", project)
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", **entry})
    plan = workspace.save()
    workspace.pbx.faults.add("php-fatal object=CUSTOMTYPES")
    ran = workspace.run("apply", plan, "--retries", "1")
    assert ran.status == 1
    assert "MANAGEDB CUSTOMTYPES list of DEMO: " in ran.text
    assert not workspace.sent


def test_a_type_that_came_after_the_types_were_read_is_asked_for_again(workspace: Workspace) -> None:
    workspace.pbx.put_type(99, "NEW")
    workspace.tenant("A", forward("Night"))
    workspace.tenant("B", {"name": "Night", "type": "NEW", "params": ["1"]})
    plan = workspace.save()
    workspace.pbx.faults.add("missing-row object=CUSTOMTYPES times=1")
    assert workspace.run("apply", plan, "--parallel", "1").status == 0
    assert workspace.pbx.rows("B")[0]["cu_ct_id"] == "99"


def test_the_files_are_those_of_the_project_at_hand_and_not_of_one_beside_the_plan(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "tenants: [tenants]")
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    workspace.write("artifact/pbxsync.yaml", "tenants: [tenants]")
    workspace.write("artifact/tenants/demo.yaml", "tenant: DEMO\ndestinations: [{name: Boss, params: ['666']}]\n")
    assert workspace.run("plan", "artifact/tenants", "--out", "artifact/change.plan").status == 0
    plan = workspace.folder / "artifact/change.plan"
    refused(workspace, plan, 'tenants/DEMO.yaml:4 says "2", the plan would write "666"')


def test_options_that_belong_to_saved_plans_are_refused_without_one(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Night"))
    plan = workspace.save()
    for words in (["--files", "tenants"], ["--without-files"]):
        assert "are for saved plans" in workspace.run("apply", "--auto-approve", *words).err
    assert "exclude each other" in workspace.run("apply", plan, "--files", "tenants", "--without-files").err
    assert not workspace.sent
