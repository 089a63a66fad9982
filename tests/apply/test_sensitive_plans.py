"""A saved plan holds no value of a sensitive param: it finds each again, and only the one that was planned."""

from __future__ import annotations

import pytest

from tests.apply.sensitive_values import FROM_FILE, NEW, OLD, PROJECT, clean
from tests.support.workspace import Workspace


@pytest.mark.parametrize("change", ["another value", "no value", "no param", "no entry", "a literal"])
def test_a_saved_plan_wants_the_value_that_was_planned(workspace: Workspace, bot: str, change: str) -> None:
    plan = workspace.save()
    if change == "another value":
        workspace.environ["BOT_KEY"] = "sk-Another"
    elif change == "no value":
        del workspace.environ["BOT_KEY"]
    elif change == "no param":
        workspace.tenant("DEMO", {"name": "Bot"})
    elif change == "no entry":
        workspace.tenant("DEMO")
    else:
        workspace.tenant("DEMO", {"name": "Bot", "params": {"api_key": NEW}})
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert not workspace.sent
    assert not workspace.journals
    expected = {
        "another value": 'DEMO: "Bot": api_key: its value is not the planned one',
        "no value": "set the environment variable BOT_KEY",
        "no param": 'DEMO: "Bot": api_key: no tenant file gives its value any more',
        "no entry": f'DEMO: no tenant file asks for destination {bot} ("Bot"), which the plan would change: plan again',
        "a literal": "this param is sensitive",
    }[change]
    assert expected in ran.err
    if change != "a literal":
        assert clean(workspace, ran.text)
    assert NEW not in ran.text


def test_a_saved_plan_finds_its_values_in_the_files_at_hand_and_not_in_those_that_it_names(
    workspace: Workspace, bot: str
) -> None:
    elsewhere = workspace.folder / "elsewhere"
    (workspace.folder / "tenants").rename(elsewhere)
    plan = workspace.save("elsewhere")
    refused = workspace.run("apply", plan)
    assert refused.status == 1
    assert "name them with --files PATH" in refused.err
    assert not workspace.sent
    assert workspace.run("apply", plan, "--files", "elsewhere").status == 0
    assert [row["cu_param2"] for row in workspace.pbx.rows("DEMO")] == [NEW, FROM_FILE]
    del bot


def test_a_saved_plan_finds_the_values_of_entries_with_ids_and_of_a_new_type(workspace: Workspace, bot: str) -> None:
    other = workspace.pbx.put("DEMO", cu_name="Desk", cu_param1="1", cu_param2="2")
    workspace.tenant(
        "DEMO",
        {"id": other, "type": "AI AGENT", "params": {"prompt": "Be kind", "api_key": "${file:secret}"}},
        {"id": bot, "params": {"api_key": "${BOT_KEY}"}},
    )
    plan = workspace.save()
    assert workspace.run("apply", plan).status == 0
    assert [row["cu_param2"] for row in workspace.pbx.rows("DEMO")] == [NEW, FROM_FILE]


def test_every_value_that_is_not_as_planned_is_named(workspace: Workspace, bot: str) -> None:
    plan = workspace.save()
    workspace.environ["BOT_KEY"] = "sk-Another"
    workspace.write("secret", "sk-Others\n")
    ran = workspace.run("apply", plan)
    assert ran.err.splitlines() == [
        "error: the saved plan is not what the tenant files ask for, so nothing of it was written:",
        '  DEMO: "Bot": api_key: its value is not the planned one',
        '  DEMO: "Night bot": api_key: its value is not the planned one',
    ]
    assert not workspace.sent
    del bot


@pytest.mark.parametrize("key", ["another", "none"])
def test_another_read_key_is_named_as_what_is_wrong(workspace: Workspace, bot: str, key: str) -> None:
    plan = workspace.save()
    workspace.pbx.add_key("another-key-1", "read")
    if key == "another":
        workspace.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    else:
        del workspace.environ["PBXSYNC_READ_KEY"]
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "another key" in ran.err
    assert "read key" in ran.err
    assert "stale" not in ran.err
    assert not workspace.sent
    del bot


def test_a_destination_planned_with_another_key_is_named_with_what_to_do(workspace: Workspace, bot: str) -> None:
    plan = workspace.save()
    workspace.pbx.add_key("another-key-1", "read")
    workspace.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    assert workspace.run("apply", plan).err.splitlines()[1] == (
        f"  DEMO: destination {bot} has sensitive params, and was planned with another key: give apply the"
        " read key that plan had"
    )


def test_a_sensitive_param_without_a_label_is_told_by_its_number(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "types: {AI AGENT: {sensitive: [2]}}")
    workspace.environ["BOT_KEY"] = NEW
    workspace.tenant("DEMO", {"name": "Night bot", "type": "AI AGENT", "params": {"2": "${BOT_KEY}"}})
    plan = workspace.save()
    workspace.environ["BOT_KEY"] = "sk-Another"
    assert 'DEMO: "Night bot": param2: its value is not' in workspace.run("apply", plan).err
    workspace.pbx.add_key("another-key-1", "read")
    workspace.environ["PBXSYNC_READ_KEY"] = "another-key-1"
    assert 'DEMO: "Night bot": param2: planned with another key' in workspace.run("apply", plan).err
    workspace.tenant("DEMO", {"name": "Night bot", "type": "AI AGENT"})
    assert 'DEMO: "Night bot": param2: no tenant file gives' in workspace.run("apply", plan).err


def test_a_sensitive_value_of_a_type_that_only_live_destinations_have_is_found_again(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", 'types: {"99": {sensitive: [2]}}')
    workspace.environ["BOT_KEY"] = NEW
    workspace.pbx.put("DEMO", cu_name="Odd", cu_ct_id=99)
    workspace.tenant("DEMO", {"name": "Odd"}, {"name": "Night", "type": "99", "params": {"2": "${BOT_KEY}"}})
    ran = workspace.run("apply", workspace.save())
    assert ran.status == 0, ran.text
    assert workspace.pbx.rows("DEMO")[1]["cu_param2"] == NEW


def test_a_tenant_file_may_have_a_colon_in_its_path(workspace: Workspace, bot: str) -> None:
    (workspace.folder / "tenants").rename(workspace.folder / "a:b")
    plan = workspace.save("a:b")
    assert workspace.run("apply", plan, "--files", "a:b").status == 0
    del bot


def test_where_a_tenant_file_has_moved_the_values_are_found_in_the_project(workspace: Workspace, bot: str) -> None:
    elsewhere = workspace.folder / "elsewhere"
    (workspace.folder / "tenants").rename(elsewhere)
    plan = workspace.save("elsewhere")
    elsewhere.rename(workspace.folder / "tenants")
    assert workspace.run("apply", plan).status == 0
    del bot


def test_a_sensitive_value_that_moved_makes_the_plan_stale_unseen(workspace: Workspace, bot: str) -> None:
    plan = workspace.save()
    workspace.pbx.change(bot, cu_param2=NEW)
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert "param2 (sensitive) has changed" in ran.err
    assert clean(workspace, ran.text)


def test_a_sensitive_value_that_moved_stays_hidden_where_the_project_no_longer_says_so(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", PROJECT)
    identity = workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    workspace.tenant("DEMO", {"name": "Bot", "params": {"prompt": "Be brief"}})
    plan = workspace.save()
    (workspace.folder / "pbxsync.yaml").unlink()
    workspace.pbx.change(identity, cu_param2=NEW)
    ran = workspace.run("apply", plan)
    assert ran.status == 1
    assert clean(workspace, ran.text)


@pytest.mark.parametrize("what", ["update", "add"])
def test_a_plan_that_is_applied_without_its_project_file_says_that_it_is_missing(
    workspace: Workspace, bot: str, tmp_path_factory: pytest.TempPathFactory, what: str
) -> None:
    if what == "update":  # of a param that is not sensitive
        workspace.tenant("DEMO", {"name": "Bot", "params": {"prompt": "Be brief"}})
    plan = workspace.save(name="../x.plan").resolve()
    elsewhere = Workspace(tmp_path_factory.mktemp("elsewhere"), environ=workspace.environ)
    ran = elsewhere.run("apply", plan)
    assert ran.err == (
        "error: the saved plan was made with a project file that declares sensitive params, and there is no project file"
        " here: run the command in the folder of the project, or name its file with --config FILE\n"
    )
    assert (ran.status, workspace.sent) == (1, [])
    assert elsewhere.run("--config", workspace.folder / "pbxsync.yaml", "apply", plan).status == 0
    ran = elsewhere.run("revert", "--auto-approve", workspace.journals[0], checked=False)
    assert ran.status in {0, 1}, "the journal is in the folder of the project"
    journal = elsewhere.write("run.jsonl", workspace.journals[0].read_text())
    ran = elsewhere.run("revert", "--auto-approve", journal)
    assert ran.status == 1
    assert ran.err.startswith(
        "error: the journal was made with a project file that declares sensitive params, and there"
    )
    del bot


@pytest.mark.parametrize("types", ["AI AGENT: {params: [prompt, api_key]}", "AI AGENT: {sensitive: [1]}"])
def test_a_project_file_that_declares_other_params_sensitive_is_not_called_a_change_of_the_pbx(
    workspace: Workspace, bot: str, types: str
) -> None:
    workspace.tenant("DEMO", {"name": "Bot", "params": {"1": "Be brief"}})
    plan = workspace.save()
    workspace.write("pbxsync.yaml", f"types:\n  {types}\n")
    ran = workspace.run("apply", plan)
    assert (ran.status, workspace.sent) == (1, [])
    if "sensitive" not in types:
        line = (
            f"DEMO: destination {bot}: the project file declares other params of its type sensitive than when this was"
        )
        assert ran.err.splitlines()[1] == f"  {line} planned"


def test_a_plan_made_before_a_param_was_declared_sensitive_says_so(workspace: Workspace) -> None:
    bot = workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2="key")
    workspace.tenant("DEMO", {"name": "Bot", "params": {"1": "Be brief"}})
    plan = workspace.save()
    workspace.write("pbxsync.yaml", PROJECT)
    assert workspace.run("apply", plan).err.splitlines()[1] == (
        f"  DEMO: destination {bot}: the project file declares other params of its type sensitive than when this was"
        " planned"
    )
    assert not workspace.sent
