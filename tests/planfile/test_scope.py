"""A plan says how far it goes and which commit it is from; shards are complete together or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.planfile.documents import refusal, signed
from tests.support.repo import Repo
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace

CODES = [f"T{number}" for number in range(8)]


@pytest.fixture
def fleet(workspace: Workspace) -> Workspace:
    """Eight tenants with one add each."""
    for code in CODES:
        workspace.tenant(code, forward("Night"))
    return workspace


def shards(workspace: Workspace, count: int = 4, *words: str) -> list[Path]:
    """Save the plans of all shards."""
    return [
        workspace.save("--shard", f"{number}/{count}", *words, name=f"{number}.plan") for number in range(1, count + 1)
    ]


def document(plan: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(plan.read_text())
    return tree


def refused(workspace: Workspace, *plans: Path) -> str:
    """Apply plans, which must be refused before any request, and return why."""
    asked = len(workspace.asked)
    ran = workspace.run("apply", *plans)
    assert (ran.status, len(workspace.asked), workspace.journals) == (1, asked, [])
    return ran.err


def test_a_shard_is_saved_with_the_word_that_it_is_applied_with_the_others(fleet: Workspace) -> None:
    saved = fleet.run("plan", "--shard", "1/2", "--out", "1.plan").err
    assert saved.endswith("Saved shard 1/2. To apply it with all the others: pbxsync apply 1.plan OTHER-SHARD...\n")
    assert "Saved. To apply exactly this plan" in fleet.run("plan", "--shard", "1/1", "--out", "1.plan").err


def test_two_of_four_shards_never_pass_for_the_whole(fleet: Workspace) -> None:
    first, second, third, fourth = shards(fleet)
    assert refused(fleet, second, fourth) == (
        "error: the plans are not the whole of what was planned: shards 1/4, 3/4 are missing. Nothing was written: give all"
        " shards of one plan, or use --partial\n"
    )
    assert "shards 2/4, 3/4, 4/4 are missing" in refused(fleet, first)
    ran = fleet.run("apply", "--partial", second, fourth)
    assert ran.status == 0, ran.text
    assert "Only shards 2/4, 4/4 of the tenants." in ran.out
    assert len(fleet.commits) == 4
    del third


def test_all_shards_together_are_the_whole(fleet: Workspace) -> None:
    plans = shards(fleet)
    ran = fleet.run("apply", *reversed(plans))
    assert ran.status == 0, ran.text
    assert "Only shard" not in ran.out
    assert len(fleet.commits) == len(CODES)


def test_shards_of_different_files_are_refused_although_their_numbers_add_up(fleet: Workspace) -> None:
    repo = Repo(fleet.folder)
    before = repo.commit()
    plans = shards(fleet, 2)
    fleet.tenant(CODES[0], forward("Night", "200"))
    after = repo.commit()
    mixed = [plans[0], fleet.save("--shard", "2/2", name="2.plan")]
    assert refused(fleet, *mixed) == (
        f"error: {mixed[0]} and {mixed[1]} are shards that were planned from different files (commits {before[:12]} and"
        f" {after[:12]}). Nothing was written: give all shards of one plan, or use --partial\n"
    )
    shown = fleet.run("show", *mixed)
    assert shown.status == 0
    assert "are shards that were planned from different files" in shown.err


def test_another_project_file_makes_them_different_files_too(fleet: Workspace) -> None:
    first = fleet.save("--shard", "1/2", name="1.plan")
    fleet.write("pbxsync.yaml", "unlisted_params: clear\n")
    second = fleet.save("--shard", "2/2", name="2.plan")
    assert "different files" in refused(fleet, first, second)


def test_show_says_what_is_missing_in_every_format(fleet: Workspace) -> None:
    first, *_ = shards(fleet)
    for fmt in ("text", "markdown", "html"):
        shown = fleet.run("show", first, "--format", fmt)
        assert shown.status == 0
        assert "Only shard 1/4 of the tenants." in shown.out
        assert "shards 2/4, 3/4, 4/4 are missing: apply refuses them without --partial" in shown.err
    assert json.loads(fleet.run("show", first, "--format", "json").out)["scope"]["shard"] == "1/4"


def test_some_shards_that_were_saved_as_one_document_are_still_some(fleet: Workspace) -> None:
    first, second, third, fourth = shards(fleet)
    joined = fleet.write("joined.plan", fleet.run("show", first, third, "--format", "json").out)
    assert document(joined)["scope"]["shard"] == "1,3/4"
    assert "shards 2/4, 4/4 are missing" in refused(fleet, joined)
    assert fleet.run("apply", joined, second, fourth).status == 0


def test_a_plan_that_was_narrowed_by_tenant_is_whole_in_its_scope(fleet: Workspace) -> None:
    plan = fleet.save("--tenant", "T1", "--tenant", "T[23]")
    assert document(plan)["scope"]["tenants"] == ["T1", "T[23]"]
    ran = fleet.run("apply", plan)
    assert ran.status == 0
    assert "Only tenants that match T1 or T[23]." in ran.out
    assert "Only shard" not in ran.out
    first, second = shards(fleet, 2, "--tenant", "T[45]")
    assert "shard 2/2 is missing" in refused_after(fleet, first)
    assert fleet.run("apply", first, second).status == 0


def refused_after(workspace: Workspace, plan: Path) -> str:
    """Apply a plan in a workspace that has journals already."""
    sent = len(workspace.sent)
    ran = workspace.run("apply", plan)
    assert (ran.status, len(workspace.sent)) == (1, sent)
    return ran.err


def test_shards_of_a_git_change_add_up_like_any(fleet: Workspace) -> None:
    repo = Repo(fleet.folder)
    base = repo.commit()
    for code in CODES[:3]:
        fleet.tenant(code, forward("Night"), forward("Day"))
    first, second = shards(fleet, 2, "--since", base)
    assert document(first)["scope"]["since"] == {"ref": base, "commit": base, "not_read": 5, "left": []}
    assert "shard 1/2 is missing" in refused(fleet, second)
    ran = fleet.run("apply", first, second)
    assert ran.status == 0, ran.text
    assert "5 other tenants not read." in ran.out


def test_the_document_tells_commit_branch_and_whether_the_files_are_as_committed(fleet: Workspace) -> None:
    assert document(fleet.save())["git"] is None
    repo = Repo(fleet.folder)
    assert document(fleet.save())["git"] is None, "there is no commit yet"
    commit = repo.commit()
    assert document(fleet.save())["git"] == {"commit": commit, "branch": "main", "clean": True}
    fleet.write("tenants/README.md", "no tenant file")
    assert document(fleet.save())["git"]["clean"] is True
    fleet.tenant("NEW", forward("Night"))
    assert document(fleet.save())["git"]["clean"] is False
    repo.commit()
    repo.git("checkout", "-q", "--detach")
    (fleet.folder / "tenants/NEW.yaml").unlink()
    state = json.loads(fleet.run("plan", "--format", "json").out)["git"]
    assert (state["branch"], state["clean"]) == (None, False)


def test_a_document_of_format_1_0_has_neither_and_is_still_read(fleet: Workspace) -> None:
    tree = document(fleet.save())
    del tree["git"], tree["scope"]
    fleet.write("old.plan", signed({**tree, "format_version": "1.0"}))
    assert fleet.run("apply", "old.plan").status == 0


@pytest.mark.parametrize(
    ("key", "value", "fact"),
    [
        ("scope", [], "scope must be an object"),
        ("scope", {"files": "", "shard": "3/2", "tenants": [], "since": None}, 'scope.shard must be like "1/4"'),
        ("scope", {"files": "", "shard": "2,1/4", "tenants": [], "since": None}, 'scope.shard must be like "1/4"'),
        ("scope", {"files": "", "shard": "", "tenants": [], "since": None}, 'scope.shard must be like "1/4"'),
        (
            "scope",
            {"files": "", "shard": None, "tenants": "A", "since": None},
            "scope.tenants must be a list of strings",
        ),
        ("scope", {"files": "", "shard": None, "tenants": [], "since": {}}, "scope.since.ref must be a string"),
        ("git", {"commit": "c", "branch": None, "clean": 1}, "git.clean must be true or false"),
        ("git", "main", "git must be an object"),
    ],
)
def test_what_pbxsync_would_not_write_is_refused(fleet: Workspace, key: str, value: Any, fact: str) -> None:
    tree = document(fleet.save())
    assert fact in refusal(signed({**tree, key: value}))
