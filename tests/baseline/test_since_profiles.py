"""`plan --since` and what belongs to a git change, for tenants that use profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.repo import Repo

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

OFFICE = """profile: office
inputs: {boss: {}, ring: {default: 25}}
destinations:
  - name: Boss phone
    type: FORWARD
    params: {number: {input: boss}, timeout: {input: ring}}
"""
USE = "tenant: {0}\nprofiles: [{{profile: office, with: {{boss: '{1}'}}}}]\n"
FLEET = {"NORDTAND": "+4520000001", "SYDTAND": "+4520000002"}


@pytest.fixture
def repo(workspace: Workspace) -> Repo:
    """Two tenants of one profile and one without, all applied; and a branch `mine`, checked out."""
    repo = Repo(workspace.folder)
    workspace.write(".gitignore", ".pbxsync/\n*.plan\n*.jsonl\nstate/\n")
    workspace.write("pbxsync.yaml", "types: {}\n")
    workspace.write("profiles/office.yaml", OFFICE)
    for code, number in FLEET.items():
        workspace.write(f"tenants/{code}.yaml", USE.format(code, number))
    workspace.tenant("VESTTAND", {"name": "Day", "type": "FORWARD", "params": ["112"]})
    repo.commit()
    assert workspace.apply("tenants").status == 0
    repo.git("checkout", "-q", "-b", "mine")
    workspace.pbx.clear_log()
    return repo


def planned(workspace: Workspace, *words: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    ran = workspace.run("plan", "--format", "json", "--since", "main", *words)
    assert ran.status == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    return [
        (tenant["tenant"], change["source"], [(row["field"], row["before"], row["after"]) for row in change["diff"]])
        for tenant in document["tenants"]
        for change in tenant["changes"]
    ]


@pytest.mark.usefixtures("repo")
def test_a_changed_profile_touches_every_tenant_that_uses_it_and_no_other(workspace: Workspace) -> None:
    workspace.write("profiles/office.yaml", OFFICE.replace("default: 25", "default: 30"))
    assert planned(workspace) == [
        (code, f"profiles/office.yaml:4 for tenants/{code}.yaml:2", [("param3", "25", "30")]) for code in FLEET
    ]
    assert {request.tenant for request in workspace.pbx.log if request.object == "CUSTOM"} == set(FLEET)


@pytest.mark.usefixtures("repo")
def test_a_new_profile_that_says_the_same_touches_nobody(workspace: Workspace) -> None:
    (workspace.folder / "profiles/office.yaml").unlink()
    workspace.write("shared/all.yaml", OFFICE.replace("profile: office", "profile: all"))
    workspace.write("pbxsync.yaml", "types: {}\nprofiles: [shared/]\n")
    for code, number in FLEET.items():
        workspace.write(f"tenants/{code}.yaml", USE.format(code, number).replace("office", "all"))
    assert planned(workspace) == []
    assert not workspace.pbx.log


@pytest.mark.usefixtures("repo")
def test_a_tenant_that_leaves_a_profile_keeps_what_its_file_says(workspace: Workspace) -> None:
    flat = {"name": "Boss phone", "type": "FORWARD", "params": {"number": "+4520000001", "3": "40"}}
    workspace.tenant("NORDTAND", flat)
    assert planned(workspace) == [("NORDTAND", "tenants/NORDTAND.yaml:3", [("param3", "25", "40")])]


def test_a_profile_of_the_base_that_does_not_load_is_named_with_its_commit(workspace: Workspace, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    workspace.write("profiles/office.yaml", OFFICE.replace("profile:", "profil:"))
    commit = repo.commit()[:12]
    repo.git("checkout", "-q", "-B", "mine")
    workspace.write("profiles/office.yaml", OFFICE)
    ran = workspace.run("plan", "--since", "main")
    assert ran.status == 1
    assert f"{commit}:profiles/office.yaml:1:1: unknown key profil in a profile" in ran.err


@pytest.mark.usefixtures("repo")
def test_a_profile_that_is_not_committed_counts_as_the_files_do(workspace: Workspace) -> None:
    def state() -> tuple[bool, str]:
        document = json.loads(workspace.run("plan", "--format", "json").out)
        return document["git"]["clean"], document["scope"]["files"]

    clean, digest = state()
    workspace.write("profiles/office.yaml", OFFICE.replace("default: 25", "default: 30"))
    dirty, other = state()
    assert (clean, dirty, digest != other) == (True, False, True)
    assert "profiles/office.yaml" in workspace.apply("tenants").err


@pytest.mark.usefixtures("repo")
def test_a_saved_plan_is_compared_with_the_profiles_at_hand(workspace: Workspace) -> None:
    workspace.write("profiles/office.yaml", OFFICE.replace("default: 25", "default: 30"))
    assert workspace.run("plan", "--out", "fleet.plan").status == 0
    workspace.write("profiles/office.yaml", OFFICE.replace("default: 25", "default: 35"))
    ran = workspace.run("apply", "fleet.plan")
    assert ran.status == 1
    for code in FLEET:
        place = f"profiles/office.yaml:2 for tenants/{code}.yaml:2"
        assert f'{place} says "35", the plan would write "30": plan again' in ran.err
    assert not workspace.sent
    workspace.write("profiles/office.yaml", OFFICE.replace("default: 25", "default: 30"))
    assert workspace.run("apply", "fleet.plan").status == 0
    assert "profiles/office.yaml:4 for tenants/NORDTAND.yaml:2" in workspace.journals[-1].read_text()
