"""`apply --verify` proves afterwards that nothing is left to do; apply from files says what is in no commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.repo import Repo
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from tests.support.workspace import Workspace


@pytest.mark.parametrize("saved", [False, True])
def test_verify_plans_again_and_says_that_nothing_is_left(workspace: Workspace, saved: bool) -> None:
    workspace.tenant("A", forward("Night"))
    workspace.tenant("B")
    words = [workspace.save()] if saved else ["--auto-approve"]
    ran = workspace.run("apply", "--verify", *words)
    assert (ran.status, ran.last) == (0, "Verified: the PBX matches the files of 2 tenants.")
    last_write = max(number for number, request in enumerate(workspace.pbx.log) if request.committed)
    listed = [
        tenant for name, action, tenant, _ in workspace.asked[last_write:] if (name, action) == ("CUSTOM", "LIST")
    ]
    assert {"A", "B"} <= set(listed)


def test_verify_of_a_git_change_counts_the_drift_that_it_left(workspace: Workspace) -> None:
    boss = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["1", "2"]})
    repo = Repo(workspace.folder)
    repo.commit()
    workspace.tenant("DEMO", {"name": "Boss", "params": ["9", "2"]})
    workspace.pbx.change(boss, cu_param2="by hand")
    plan = workspace.save("--since", "HEAD")
    ran = workspace.run("apply", plan, "--verify")
    assert ran.status == 1
    assert "Apply complete: 0 added, 1 changed." in ran.out
    assert 'callerid  "by hand" -> "2"' in ran.out
    assert "\n\nPBX http" in ran.out.partition("Journal: ")[2]
    assert ran.err.splitlines()[-1] == (
        "error: the changes are applied, but --verify failed: the PBX still differs from the files, as the plan above shows"
    )
    assert workspace.pbx.rows("DEMO")[0]["cu_param2"] == "by hand"


def test_verify_covers_what_else_the_files_of_a_tenant_ask_for(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Night"))
    plan = workspace.save()
    workspace.tenant("DEMO", forward("Night"), forward("Day"))
    ran = workspace.run("apply", plan, "--verify")
    assert ran.status == 1
    assert '+ "Day"' in ran.out.partition("Apply complete")[2]


def test_verify_is_no_proof_if_the_pbx_cannot_be_read_again(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["2"]})
    plan = workspace.save()
    workspace.pbx.faults.add("status-500 action=list")
    ran = workspace.run("apply", plan, "--verify", "--retries", "1")
    assert ran.status == 1
    assert len(workspace.commits) == 1
    assert ran.err.splitlines()[-1] == (
        "error: the changes are applied, but --verify failed: some tenants could not be planned again, so nothing is proved"
    )


def test_verify_needs_the_files(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Night"))
    ran = workspace.run("apply", workspace.save(), "--verify", "--without-files")
    assert (ran.status, ran.err) == (1, "error: --without-files and --verify exclude each other\n")
    assert not workspace.sent


def test_an_apply_that_failed_is_not_verified(workspace: Workspace) -> None:
    workspace.pbx.faults.add("too-bad action=add")
    workspace.tenant("DEMO", forward("Night"))
    ran = workspace.run("apply", "--auto-approve", "--verify", "--retries", "1")
    assert ran.status == 1
    assert "Verified" not in ran.out
    assert "--verify" not in ran.err


def test_an_empty_saved_plan_is_verified_too(workspace: Workspace) -> None:
    workspace.tenant("DEMO")
    plan = workspace.save()
    assert workspace.run("apply", plan, "--verify").last == "Verified: the PBX matches the files of 1 tenant."
    workspace.tenant("DEMO", forward("Night"))
    assert workspace.run("apply", plan, "--verify").status == 1
    assert not workspace.sent


def test_apply_from_files_says_which_files_are_not_as_committed(workspace: Workspace) -> None:
    repo = Repo(workspace.folder)
    workspace.write("pbxsync.yaml", "tenants: [tenants]\n")
    for number in range(3):
        workspace.tenant(f"T{number}", forward("Night"))
    workspace.write("tenants/README.md", "no tenant file")
    repo.commit()
    assert "committed" not in workspace.apply().err
    workspace.tenant("T0", forward("Night", "200"))
    ran = workspace.apply()
    assert ran.status == 0
    assert ran.err.startswith(
        "warning: 1 file is not as committed: tenants/T0.yaml. What is applied now is in no commit\n"
    )
    workspace.tenant("NEW", forward("Night"))
    (workspace.folder / "tenants/T1.yaml").unlink()
    workspace.write("pbxsync.yaml", "tenants: [tenants]\nmax_changes: 5\n")
    workspace.write("tenants/README.md", "still none")
    assert (
        "warning: 4 files are not as committed: pbxsync.yaml, tenants/T0.yaml, tenants/T1.yaml, tenants/NEW.yaml."
        in (workspace.apply().err)
    )
    repo.commit()
    assert "committed" not in workspace.apply().err


def test_files_below_other_paths_do_not_matter(workspace: Workspace) -> None:
    repo = Repo(workspace.folder)
    workspace.tenant("A", forward("Night"))
    repo.commit()
    workspace.tenant("B", forward("Night"))
    assert "committed" not in workspace.apply("tenants/A.yaml").err
    assert "1 file is not as committed: tenants/B.yaml" in workspace.apply("tenants/B.yaml").err
