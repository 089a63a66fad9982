"""A mistake that many files have is one line, with its number and its first places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.cli.fold import folded
from pbxsync.model.entry import Place, Problem

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

found = st.lists(
    st.builds(Problem, st.builds(Place, st.sampled_from("abc"), st.integers(1, 99)), st.sampled_from(["x", "y"]))
)


def test_the_same_problem_of_sixty_files_is_one_line(workdir: Workspace) -> None:
    for number in range(60):
        workdir.tenant(f"T{number:02}", {"name": "Boss", "tipe": "FORWARD"})
    workdir.tenant("U", {"name": "Boss", "tip": "FORWARD"})
    ran = workdir.run("validate")
    assert ran.status == 1
    others = "the same at tenants/T01.yaml:4:5, tenants/T02.yaml:4:5 and 57 more; -v lists all"
    assert ran.err.splitlines() == [
        f"error: tenants/T00.yaml:4:5: unknown key tipe in a destination (did you mean type?) ({others})",
        "error: tenants/U.yaml:4:5: unknown key tip in a destination",
    ]
    everything = workdir.run("-v", "validate")
    assert len(everything.err.splitlines()) == 61
    assert "the same at" not in everything.err


def test_warnings_fold_too(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", "checks: [{type: FORWARD, param: timeout, max: 20, level: warning}]\n")
    for number in range(10):
        workdir.tenant(f"T{number}", {"name": "Boss", "type": "FORWARD", "params": ["1", "2", "30"]})
    ran = workdir.run("validate")
    assert (ran.status, len(ran.err.splitlines())) == (0, 1)
    assert "and 7 more" in ran.err


@pytest.mark.parametrize("tenants", [1, 3, 60])
def test_tenants_that_fail_alike_but_for_the_place_are_one_error(
    workdir: Workspace, pbx: Emulator, tenants: int
) -> None:
    pbx.put_type(8, "Agent")
    for number in range(tenants):
        workdir.tenant(
            f"T{number:02}",
            *({"name": f"n{at}", "type": "FORWARD"} for at in range(number)),
            {"name": "Robot", "type": "AI AGENT"},
        )
    ran = workdir.run("plan")
    assert ran.status == 1
    assert ran.out.count('the PBX has no type "AI AGENT"') == 1
    assert "tenants/T00.yaml:3:5" in ran.out
    assert f"{tenants} of {tenants} tenant" in ran.out


@given(found)
def test_nothing_is_lost(problems: list[Problem]) -> None:
    assert folded(problems, verbose=True) == [str(problem) for problem in problems]
    lines = folded(problems, verbose=False)
    for message in {problem.message for problem in problems}:
        same = [problem for problem in problems if problem.message == message]
        about = [line for line in lines if f": {message}" in line]
        if len(same) <= 3:
            assert about == [str(problem) for problem in same]
        else:
            assert len(about) == 1
            assert f"and {len(same) - 3} more" in about[0]
            assert about[0].startswith(str(same[0]))
