"""`plan --since`: exactly what a git change asks for, whatever else differs; over real repositories and HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Ran
    from tests.support.workspace import Workspace

FLEET = ("NORDTAND", "SYDTAND", "VESTTAND")


def night(number: str, **more: Any) -> dict[str, Any]:
    return {"name": "Night", "type": "FORWARD", "params": {"number": number, "timeout": "30"} | more}


@pytest.fixture
def repo(workspace: Workspace) -> Repo:
    """A project of three tenants on main, all applied; and a branch `mine`, checked out."""
    repo = Repo(workspace.folder)
    workspace.write(".gitignore", ".pbxsync/\n*.plan\n*.jsonl\nstate/\n")
    workspace.write("pbxsync.yaml", "types: {}\n")
    for at, code in enumerate(FLEET):
        workspace.tenant(code, night(f"+452000{at}001"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    repo.commit()
    assert workspace.apply("tenants").status == 0
    repo.git("checkout", "-q", "-b", "mine")
    workspace.pbx.clear_log()
    return repo


def planned(workspace: Workspace, *words: str) -> dict[str, Any]:
    ran = workspace.run("plan", "--format", "json", "--since", "main", *words)
    assert ran.status == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    return document


def changes(document: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (tenant["tenant"], change["name"], [(row["field"], row["before"], row["after"]) for row in change["diff"]])
        for tenant in document["tenants"]
        for change in tenant["changes"]
    ]


def live(workspace: Workspace, code: str, name: str) -> dict[str, str]:
    (row,) = (row for row in workspace.pbx.rows(code) if row["cu_name"] == name)
    return dict(row)


def test_a_change_of_one_tenant_reads_that_tenant_alone(workspace: Workspace, repo: Repo) -> None:
    workspace.tenant("NORDTAND", night("+4520000999"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    document = planned(workspace)
    assert changes(document) == [("NORDTAND", "Night", [("param1", "+4520000001", "+4520000999")])]
    assert document["scope"]["since"]["not_read"] == 2
    requests = [(each.tenant, each.action.lower()) for each in workspace.pbx.log if each.object == "CUSTOM"]
    assert requests == [("NORDTAND", "list"), ("NORDTAND", "get"), ("NORDTAND", "get")]
    text = workspace.run("plan", "--since", "main").out
    assert "2 other tenants not read." in text
    assert repo.git("rev-parse", "main")[:12] in text


def test_what_somebody_changed_by_hand_is_left_alone_and_shown(workspace: Workspace, repo: Repo) -> None:
    workspace.pbx.change(live(workspace, "NORDTAND", "Night")["cu_id"], cu_param3="60")
    workspace.pbx.change(live(workspace, "NORDTAND", "Day")["cu_id"], cu_param1="114")
    workspace.tenant("NORDTAND", night("+4520000999"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    document = planned(workspace, "--out", "mine.plan")
    assert changes(document) == [("NORDTAND", "Night", [("param1", "+4520000001", "+4520000999")])]
    (tenant,) = document["tenants"]
    drift = [(row["name"], [(each["before"], each["after"]) for each in row["diff"]]) for row in tenant["drift"]]
    assert drift == [("Night", [("60", "30")]), ("Day", [("114", "112")])]
    text = workspace.run("plan", "--since", "main").out
    assert 'drift: left as it is: "Day"' in text
    repo.commit()
    assert workspace.run("apply", "mine.plan").status == 0
    assert live(workspace, "NORDTAND", "Night")["cu_param3"] == "60"
    assert live(workspace, "NORDTAND", "Day")["cu_param1"] == "114"
    assert live(workspace, "NORDTAND", "Night")["cu_param1"] == "+4520000999"


def test_a_live_value_that_is_neither_the_old_nor_the_new_one_is_said_to_be_overwritten(
    workspace: Workspace, repo: Repo
) -> None:
    del repo
    workspace.pbx.change(live(workspace, "NORDTAND", "Night")["cu_id"], cu_param1="+4520000777")
    workspace.tenant("NORDTAND", night("+4520000999"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    for fmt in ("text", "markdown", "html"):
        assert "set by hand" in workspace.run("plan", "--since", "main", "--format", fmt).out
    ran = workspace.run("plan", "--since", "main")
    assert 'overwrites "+4520000777", set by hand' in ran.out
    workspace.pbx.change(live(workspace, "NORDTAND", "Night")["cu_id"], cu_param1="+4520000001")
    assert "set by hand" not in workspace.run("plan", "--since", "main").out


@pytest.mark.parametrize("type_", ["", "FORWARD"])
def test_a_name_and_a_type_that_the_change_does_not_touch_stay_as_they_are(
    workspace: Workspace, repo: Repo, type_: str
) -> None:
    boss = workspace.pbx.put("BOSS", cu_name="Boss", cu_param1="1", cu_param2="2")
    pinned: dict[str, Any] = {"id": boss, "name": "Boss", **({"type": type_} if type_ else {})}
    workspace.tenant("BOSS", {**pinned, "params": ["1", "2"]})
    base = repo.commit()
    workspace.pbx.change(boss, cu_name="Chief", cu_ct_id="5", cu_param2="by hand")
    workspace.tenant("BOSS", {**pinned, "params": ["3", "2"]})
    document = json.loads(workspace.run("plan", "--format", "json", "--since", base).out)
    assert changes(document) == [("BOSS", "Chief", [("param1", "1", "3")])]
    drift = [row["field"] for row in document["tenants"][0]["drift"][0]["diff"]]
    assert drift == ["name", *(["type"] if type_ else []), "param2"]
    workspace.tenant("BOSS", {**pinned, "type": "AI AGENT", "params": ["1", "2"]})
    document = json.loads(workspace.run("plan", "--format", "json", "--since", base).out)
    assert [row[0] for row in changes(document)[0][2]] == ["type"]


def test_what_is_sensitive_in_another_type_only_is_said_to_be_overwritten(workspace: Workspace, repo: Repo) -> None:
    workspace.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n")
    boss = workspace.pbx.put("BOSS", cu_name="Boss", cu_param1="1", cu_param2="2")
    workspace.tenant("BOSS", {"name": "Boss", "params": ["1", "2"]})
    base = repo.commit()
    workspace.pbx.change(boss, cu_param2="by hand")
    workspace.tenant("BOSS", {"name": "Boss", "params": ["1", "3"]})
    assert 'overwrites "by hand", set by hand' in workspace.run("plan", "--since", base).out


def test_labels_that_change_places_in_the_project_are_a_change(workspace: Workspace, repo: Repo) -> None:
    workspace.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [first, second]}\n")
    workspace.pbx.put("BOT", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="2")
    workspace.tenant("BOT", {"name": "Bot", "params": {"first": "1", "second": "2"}})
    base = repo.commit()
    workspace.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [second, first]}\n")
    document = json.loads(workspace.run("plan", "--format", "json", "--since", base).out)
    assert changes(document) == [("BOT", "Bot", [("param1", "1", "2"), ("param2", "2", "1")])]


def test_what_was_sensitive_at_the_base_is_not_compared_with_what_is_live(workspace: Workspace, repo: Repo) -> None:
    types = "types:\n  AI AGENT: {params: [prompt, api_key]"
    workspace.write("pbxsync.yaml", f"{types}, sensitive: [api_key]}}\n")
    workspace.pbx.put("BOT", cu_name="Bot", cu_ct_id=8, cu_param1="1", cu_param2="2")
    workspace.tenant("BOT", {"name": "Bot", "type": "AI AGENT", "params": {"api_key": "${BOT_KEY}"}})
    base = repo.commit()
    workspace.write("pbxsync.yaml", f"{types}}}\n")
    workspace.tenant("BOT", {"name": "Bot", "type": "AI AGENT", "params": {"api_key": "3"}})
    ran = workspace.run("plan", "--since", base)
    assert 'api_key  "2" -> "3"' in ran.out
    assert "set by hand" not in ran.out


def test_what_leaves_the_files_is_named_and_stays_live(workspace: Workspace, repo: Repo) -> None:
    workspace.tenant("NORDTAND", night("+4520000001"))
    (workspace.folder / "tenants/SYDTAND.yaml").unlink()
    repo.commit()
    document = planned(workspace)
    assert changes(document) == []
    assert document["scope"]["since"]["left"] == ["SYDTAND"]
    assert [row["name"] for row in document["tenants"][0]["left"]] == ["Day"]
    ran = workspace.run("plan", "--since", "main")
    assert '"Day" leaves the files' in ran.out
    assert "SYDTAND leaves the files" in ran.out


def test_files_may_be_renamed_split_and_moved_and_nothing_is_planned(workspace: Workspace, repo: Repo) -> None:
    (workspace.folder / "tenants/NORDTAND.yaml").unlink()
    workspace.write(
        "tenants/nord/night.yml",
        "# moved\ntenant: NORDTAND\ndestinations:\n"
        "  - {type: FORWARD, name: Night, params: {3: '30', 1: '+4520000001'}}\n",
    )
    workspace.write(
        "tenants/nord/day.yml", "tenant: NORDTAND\ndestinations: [{name: Day, type: FORWARD, params: [112]}]\n"
    )
    repo.commit()
    document = planned(workspace)
    assert (document["tenants"], document["scope"]["since"]["not_read"]) == ([], 3)
    assert workspace.pbx.log == []


def test_a_project_that_moves_is_the_same_project(workspace: Workspace, repo: Repo) -> None:
    (workspace.folder / "fleet").mkdir()
    for name in ("pbxsync.yaml", "tenants"):
        (workspace.folder / name).rename(workspace.folder / "fleet" / name)
    repo.commit()
    assert planned(workspace, "fleet/tenants")["scope"]["since"]["not_read"] == 3


def test_a_destination_that_is_gone_is_drift_unless_the_change_touches_it(workspace: Workspace, repo: Repo) -> None:
    del repo
    for name in ("Night", "Day"):
        workspace.pbx.remove(live(workspace, "NORDTAND", name)["cu_id"])
    workspace.tenant("NORDTAND", night("+4520000999"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    document = planned(workspace)
    ((tenant, name, rows),) = changes(document)
    assert (tenant, name, [row[0] for row in rows]) == ("NORDTAND", "Night", ["name", "type", "param1", "param3"])
    assert [(row["name"], row["id"], row["diff"]) for row in document["tenants"][0]["drift"]] == [("Day", None, [])]


def test_a_rename_writes_the_name_alone(workspace: Workspace, repo: Repo) -> None:
    del repo
    entry = night("+4520000001") | {"name": "Night duty", "renamed_from": "Night"}
    workspace.tenant("NORDTAND", entry, {"name": "Day", "type": "FORWARD", "params": ["112"]})
    assert changes(planned(workspace)) == [("NORDTAND", "Night duty", [("name", "Night", "Night duty")])]


def test_a_base_that_has_moved_on_for_the_same_tenant_is_refused(workspace: Workspace, repo: Repo) -> None:
    workspace.tenant("NORDTAND", night("+4520000999"))
    repo.commit()
    repo.git("checkout", "-q", "main")
    workspace.tenant("SYDTAND", night("+4520001888"))
    repo.commit()
    repo.git("checkout", "-q", "mine")
    assert [row[0] for row in changes(planned(workspace))] == ["NORDTAND"]  # another tenant of main is no obstacle
    repo.git("checkout", "-q", "main")
    workspace.tenant("NORDTAND", night("+4520000888"))
    repo.commit()
    repo.git("checkout", "-q", "mine")
    workspace.pbx.clear_log()
    ran = workspace.run("plan", "--since", "main")
    assert ran.status == 1
    assert ran.err == (
        'error: "main" has changed NORDTAND since this branch began: bring the branch up to date first'
        " (for example `git merge main`), then plan again\n"
    )
    assert workspace.pbx.log == []


def test_a_tenant_that_leaves_the_files_while_the_base_changes_it_is_refused(workspace: Workspace, repo: Repo) -> None:
    (workspace.folder / "tenants/SYDTAND.yaml").unlink()
    repo.commit()
    repo.git("checkout", "-q", "main")
    workspace.tenant("SYDTAND", night("+4520001888"))
    repo.commit()
    repo.git("checkout", "-q", "mine")
    assert '"main" has changed SYDTAND since this branch began' in failed(workspace, "--since", "main").err
    assert planned(workspace, "--tenant", "NORD*")["scope"]["since"]["left"] == []


def test_the_first_eight_tenants_that_the_base_has_changed_are_named(workspace: Workspace, repo: Repo) -> None:
    for branch, number in (("mine", "1"), ("main", "2")):
        repo.git("checkout", "-q", branch)
        for at in reversed(range(10)):
            workspace.tenant(f"X{at}", night(number))
        repo.commit()
    repo.git("checkout", "-q", "mine")
    err = failed(workspace, "--since", "main").err
    assert '"main" has changed X0, X1, X2, X3, X4, X5, X6, X7 and 2 more since this branch began' in err


def test_only_the_tenants_that_are_asked_for_leave(workspace: Workspace, repo: Repo) -> None:
    for code in ("NORDTAND", "SYDTAND"):
        (workspace.folder / f"tenants/{code}.yaml").unlink()
    repo.commit()
    assert planned(workspace, "--tenant", "*TAND")["scope"]["since"]["left"] == ["NORDTAND", "SYDTAND"]
    assert planned(workspace, "--tenant", "VEST*", "--tenant", "[VS]*")["scope"]["since"]["left"] == ["SYDTAND"]


def test_before_the_project_file_the_rules_at_hand_hold(workspace: Workspace, repo: Repo) -> None:
    (workspace.folder / "pbxsync.yaml").unlink()
    base = repo.commit()
    workspace.write("pbxsync.yaml", "types: {}\ntenants: [tenants]\n")
    workspace.tenant("NORDTAND", night("+4520000999"))
    for paths in ((), ("tenants",), ("tenants/NORDTAND.yaml",)):
        ran = workspace.run("plan", "--format", "json", "--since", base, *paths)
        assert [row[0] for row in changes(json.loads(ran.out))] == ["NORDTAND"], ran.text


def test_the_tenants_of_the_base_are_those_that_its_own_project_file_names(workspace: Workspace, repo: Repo) -> None:
    workspace.write("pbxsync.yaml", "tenants: [elsewhere]\n")
    workspace.write("elsewhere/a.yaml", "tenant: OLD\ndestinations: []\n")
    base = repo.commit()
    workspace.write("pbxsync.yaml", "tenants: [tenants]\n")
    document = json.loads(workspace.run("plan", "--format", "json", "--since", base).out)
    assert document["scope"]["since"]["left"] == ["OLD"]
    assert document["scope"]["since"]["not_read"] == 0


def test_a_colleagues_merge_is_not_undone_by_a_branch_that_was_behind(workspace: Workspace, repo: Repo) -> None:
    """The first git case of the field: SYDTAND went back to its old number, with exit status 0."""
    workspace.tenant("NORDTAND", night("+4520000999"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    repo.commit()
    repo.git("checkout", "-q", "main")
    workspace.tenant("SYDTAND", night("+4520006888"), {"name": "Day", "type": "FORWARD", "params": ["112"]})
    repo.commit()
    assert workspace.apply("tenants").status == 0
    repo.git("checkout", "-q", "mine")
    assert changes(planned(workspace, "--out", "m.plan")) == [
        ("NORDTAND", "Night", [("param1", "+4520000001", "+4520000999")])
    ]
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "-m", "x", "mine")
    assert workspace.run("apply", "m.plan").status == 0
    assert live(workspace, "SYDTAND", "Night")["cu_param1"] == "+4520006888"
    assert live(workspace, "NORDTAND", "Night")["cu_param1"] == "+4520000999"
    assert "\n\nNo changes. The PBX matches the files.\n" in workspace.run("plan").out


def test_the_working_tree_counts_committed_or_not(workspace: Workspace, repo: Repo) -> None:
    workspace.tenant("NORDTAND", night("+4520000998"))
    repo.commit()
    workspace.tenant("NORDTAND", night("+4520000999"))
    assert changes(planned(workspace)) == [("NORDTAND", "Night", [("param1", "+4520000001", "+4520000999")])]


def failed(workspace: Workspace, *words: str) -> Ran:
    ran = workspace.run("plan", *words)
    assert ran.status == 1
    assert workspace.pbx.log == []
    return ran


def test_bad_input_says_what_to_do(workspace: Workspace, repo: Repo, tmp_path: Path) -> None:
    assert "fetch-depth: 0" in failed(workspace, "--since", "origin/main").err
    assert "is not the name of a commit" in failed(workspace, "--since", "").err
    workspace.write("tenants/SYDTAND.yaml", "tenant: SYDTAND\ndestinatons: []\n")
    broken = repo.commit()
    workspace.tenant("SYDTAND", night("+4520006888"))
    repo.commit()
    err = failed(workspace, "--since", broken).err
    assert f"{broken[:12]}:tenants/SYDTAND.yaml:2:1" in err
    assert err.splitlines()[0] == (
        f'error: {broken[:12]}: the files that "{broken}" begins from do not load: choose another REF, or plan'
        " without --since"
    )
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "a.yaml").write_text("tenant: A\ndestinations: []\n")
    assert (
        "is outside of the repository"
        in failed(workspace, "--config", "pbxsync.yaml", "--since", "main", str(outside)).err
    )


def test_outside_of_a_repository_it_says_so(workspace: Workspace) -> None:
    workspace.tenant("A", night("1"))
    assert "not a git repository" in failed(workspace, "--since", "main").err


def test_links_are_followed_within_the_repository_and_no_further(workspace: Workspace, repo: Repo) -> None:
    (workspace.folder / "shared").mkdir()
    (workspace.folder / "tenants/SYDTAND.yaml").rename(workspace.folder / "shared/syd.yaml")
    (workspace.folder / "tenants/syd.yaml").symlink_to("../shared/syd.yaml")
    linked = repo.commit()
    assert planned(workspace)["scope"]["since"]["not_read"] == 3
    (workspace.folder / "tenants/out.yaml").symlink_to("/etc/hostname")
    (workspace.folder / "tenants/syd.yaml").unlink()
    (workspace.folder / "tenants/syd.yaml").symlink_to("../shared/syd.yaml")
    out = repo.commit()
    (workspace.folder / "tenants/out.yaml").unlink()
    repo.commit()
    assert "leads out of the repository" in failed(workspace, "--since", out).err
    assert workspace.run("plan", "--since", linked).status == 0


def test_a_sensitive_param_is_compared_by_its_reference(workspace: Workspace, repo: Repo) -> None:
    workspace.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n")
    bot = {"name": "Bot", "type": "AI AGENT", "params": {"prompt": "Be kind", "api_key": "${OLD_KEY}"}}
    workspace.tenant("BOT", bot)
    base = repo.commit()
    workspace.environ["OLD_KEY"] = "the-old-secret-1"
    assert workspace.apply("tenants").status == 0
    bot["params"] = {"prompt": "Be brief", "api_key": "${OLD_KEY}"}
    workspace.tenant("BOT", bot)
    workspace.environ["OLD_KEY"] = "the-new-secret-2"  # rotated, but not by this change
    ran = workspace.run("plan", "--format", "json", "--since", base)
    (tenant,) = json.loads(ran.out)["tenants"]
    assert [row["field"] for row in tenant["changes"][0]["diff"]] == ["param1"]
    assert [row["field"] for row in tenant["drift"][0]["diff"]] == ["param2"]
    del workspace.environ["OLD_KEY"]
    workspace.environ["NEW_KEY"] = "the-new-secret-2"
    bot["params"] = {"prompt": "Be kind", "api_key": "${NEW_KEY}"}
    workspace.tenant("BOT", bot)
    ran = workspace.run("plan", "--format", "json", "--since", base)
    assert ran.status == 0, ran.err
    (tenant,) = json.loads(ran.out)["tenants"]
    assert [row["field"] for row in tenant["changes"][0]["diff"]] == ["param2"]
