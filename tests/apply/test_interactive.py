"""`apply --interactive` asks about each group of equal changes, the rarest first, and writes after the last answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import Typed
from tests.support.tenantfile import forward
from tests.support.workspace import QUICK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.workspace import Workspace

GROUPS = ["1 of 3: ", "2 of 3: ", "3 of 3: "]
CHOICES = "[y]es, [n]o, [a]ll that follow too, [q]uit: "


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    """An odd update, two adds and three equal updates: three groups, in this order."""
    for tenant in ("ONE", "TWO"):
        workspace.pbx.put(tenant, cu_name="Desk", cu_param1="old")
        workspace.pbx.put(tenant, cu_name="Boss", cu_param1="old")
    odd = {"name": "Boss", "params": ["odd"]}
    desk, boss = ({"name": name, "params": ["new"]} for name in ("Desk", "Boss"))
    workspace.tenant("ONE", desk, odd, forward("Night"))
    workspace.tenant("TWO", desk, boss, forward("Day"))
    return workspace


def live(workspace: Workspace) -> dict[str, list[str]]:
    return {
        tenant: [f"{row['cu_name']}={row['cu_param1']}" for row in workspace.pbx.rows(tenant)]
        for tenant in ("ONE", "TWO")
    }


class Answers(Typed):
    """Answers, and what happens just before each of them is given."""

    def __init__(self, text: str, happens: Callable[[], object]) -> None:
        super().__init__(text)
        self.happens = happens

    def readline(self, *words: int) -> str:  # type: ignore[override]
        self.happens()
        return super().readline(*words)


@pytest.mark.parametrize("saved", [False, True])
def test_what_is_declined_is_left_out_and_said(three: Workspace, saved: bool) -> None:
    words = [three.save()] if saved else []
    ran = three.run("apply", "--interactive", *words, answer="n\ny\ny\n")
    assert ran.status == 0
    assert [ran.err.count(f"{group}{CHOICES}") for group in GROUPS] == [1, 1, 1]
    assert "3 groups of equal changes for" in ran.err
    assert "5 changes approved, 1 left out." in ran.err
    assert "Apply complete: 2 added, 3 changed." in ran.out
    assert "1 change declined: left out.\n" in ran.out
    assert live(three)["ONE"][:2] == ["Desk=new", "Boss=old"]
    assert len(three.commits) == 5


def test_the_rarest_group_is_asked_about_first(three: Workspace) -> None:
    err = three.run("apply", "--interactive", answer="q\n").err
    assert err.index('~ ONE "Boss" (id 2)') < err.index(f"1 of 3: {CHOICES}")
    assert '"old" -> "odd"' in err
    assert "2 of 3" not in err
    assert "Adds are permanent: no revert removes them." in err


@pytest.mark.parametrize("answer", ["q\n", "n\nn\nn\n", "", "n\n", "n\nquit\n", "x\n"])
def test_if_nothing_is_approved_nothing_is_written(three: Workspace, answer: str) -> None:
    ran = three.run("apply", "--interactive", answer=answer)
    assert (ran.status, three.sent) == (1, [])
    assert ran.err.endswith("error: not approved: nothing was written\n")


@pytest.mark.parametrize("answer", ["y\nq\n", "y\n", "Yes\nQUIT\n"])
def test_quit_and_the_end_of_the_input_approve_nothing_more(three: Workspace, answer: str) -> None:
    ran = three.run("apply", "--interactive", answer=answer)
    assert ran.status == 0
    assert "Apply complete: 0 added, 1 changed.\n5 changes declined: left out.\n" in ran.out
    assert live(three)["ONE"] == ["Desk=old", "Boss=odd"]


def test_all_approves_what_follows_but_not_what_was_declined(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", answer="n\na\n")
    assert "3 of 3" not in ran.err
    assert "Apply complete: 2 added, 3 changed." in ran.out
    assert live(three)["ONE"][1] == "Boss=old"


def test_what_is_no_answer_is_asked_again(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", answer="\nmaybe\nyes please\ny\nq\n")
    assert ran.err.count("Answer y, n, a or q.") == 3
    assert "Apply complete: 0 added, 1 changed." in ran.out


@pytest.mark.parametrize("saved", [False, True])
def test_nothing_is_written_before_the_last_question_is_answered(three: Workspace, saved: bool) -> None:
    words = [three.save()] if saved else []
    seen: list[int] = []
    three.run("apply", "--interactive", *words, terminal=Answers("y\ny\ny\n", lambda: seen.append(len(three.sent))))
    assert seen == [0, 0, 0]
    assert len(three.commits) == 6


def test_interrupted_at_a_question_writes_nothing(three: Workspace) -> None:
    def interrupt() -> None:
        if len(three.err_so_far().split("2 of 3: ")) > 1:
            raise KeyboardInterrupt

    ran = three.run("apply", "--interactive", terminal=Answers("y\ny\n", interrupt))
    assert (ran.status, three.sent) == (130, [])


def test_what_somebody_changes_meanwhile_is_not_overwritten(three: Workspace) -> None:
    ran = three.run(
        "apply", "--interactive", terminal=Answers("y\nq\n", lambda: three.pbx.change("2", cu_param1="by hand"))
    )
    assert ran.status == 1
    assert "somebody changed it since it was planned" in ran.out
    assert live(three)["ONE"][1] == "Boss=by hand"


@pytest.mark.parametrize("saved", [False, True])
def test_without_a_terminal_it_refuses_before_any_request(three: Workspace, saved: bool) -> None:
    words = [three.save()] if saved else []
    asked = len(three.asked)
    ran = three.run("apply", "--interactive", *words)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "error: --interactive asks about each group of changes, but there is no terminal: nothing was done\n"
    )
    assert len(three.asked) == asked


def test_it_excludes_auto_approve(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", "--auto-approve", answer="y\n")
    assert (ran.status, ran.err) == (1, "error: --interactive and --auto-approve exclude each other\n")


def test_limits_bound_what_is_approved(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", "--max-changes", "1", answer="a\n")
    assert (ran.status, three.sent) == (1, [])
    assert "the plan has 6 changes, and the limit is 1" in ran.err
    assert three.run("apply", "--interactive", "--max-changes", "1", answer="y\nq\n").status == 0


def test_the_result_has_what_was_declined(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", "--format", "json", answer="y\nq\n")
    document = json.loads(ran.out)
    assert (ran.status, document["outcome"]) == (0, "complete")
    assert {key: document["summary"][key] for key in ("changes", "done", "declined")} == {
        "changes": 6,
        "done": 1,
        "declined": 5,
    }
    one, two = document["tenants"]
    assert [(row["name"], row["status"]) for row in one["changes"]] == [("Boss", "done")]
    assert [row["name"] for row in one["declined"]] == ["Desk", "Night"]
    assert (two["changes"], [row["name"] for row in two["declined"]]) == ([], ["Desk", "Boss", "Day"])
    assert "Plan: 2 to add, 4 to change." in ran.err


def test_verify_counts_what_was_declined(three: Workspace) -> None:
    ran = three.run("apply", "--interactive", "--verify", answer="y\nq\n")
    assert ran.status == 1
    assert "--verify failed: the PBX still differs from the files" in ran.err


def test_a_resumed_run_asks_only_about_what_is_left(three: Workspace) -> None:
    plan = three.save()
    three.pbx.faults.add("too-bad action=add")
    ran = three.run("apply", plan, "--interactive", *QUICK, "--journal", "one.jsonl", answer="n\ny\ny\n")
    assert ran.status == 1
    assert "apply the same saved plans with --resume, --interactive and this journal" in ran.out
    three.pbx.faults.clear()
    words = ("apply", plan, "--interactive", "--resume", "one.jsonl", "--journal", "two.jsonl")
    ran = three.run(*words, answer="n\ny\n")
    assert ran.status == 0
    assert "2 groups of equal changes" in ran.err
    assert "3 of them were done before this run." in ran.out
    assert live(three)["ONE"][1] == "Boss=old"
    ran = three.run("apply", plan, "--interactive", "--resume", "two.jsonl", answer="y\n")
    assert ran.status == 0
    assert live(three)["ONE"][1] == "Boss=odd"


def test_a_change_to_a_name_that_a_declined_rename_keeps_is_left_out(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Night", cu_param1="1")
    workspace.pbx.put("DEMO", cu_name="Day", cu_param1="1")
    workspace.tenant("DEMO", {"id": "1", "name": "Old night"}, {"id": "2", "name": "Night"})
    ran = workspace.run("apply", "--interactive", answer="n\ny\n")
    assert (ran.status, workspace.sent) == (1, [])
    assert (
        'warning: 1 approved change left out, because a change that was declined keeps the name: DEMO "Night" (id 2)'
        in ran.err
    )
    assert ran.err.endswith(
        "error: nothing that was approved can be written without what was declined: nothing was written\n"
    )
