"""`make mutants`: does some test notice when the core is changed? Mutation testing with mutmut, each part by its own tests.

mutmut changes one thing in one function at a time (a mutant) and runs the tests that reach it: the tests of the part, which
are fast and run in this process, and never the whole suite. Before that mypy sorts out what would not get past
`make types`. What is left over has survived. Ends with status 1 where less than 90 % are caught, in all or of those that
the types let through, and where a survivor has no reason in docs/development/survivors.md.

    scripts/mutants.py [--again] [PART...]   all parts, or these; `--again` tries only what survived the last time
    scripts/mutants.py --told [PART...]      tries nothing, and tells what came of the last time

PROCESSES in the environment is how many mutants are tried at a time, 2 unless told.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import survivors

ROOT: Final = Path(__file__).parents[1]
WORK: Final = ROOT / "mutants"
PROCESSES: Final = os.environ.get("PROCESSES", "2")
ENOUGH: Final = 0.9
#: What a status of a mutant means; every other one is a test that failed, an error or a time-out: caught.
SURVIVED: Final = (0, 5, 33, None)
TYPES: Final = 37


class Part(NamedTuple):
    """Modules, without the suffix, and the tests that hold them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


PARTS: Final = {
    "matching": Part(("planning/match", "planning/diff"), ("planning/test_match.py", "planning/test_diff.py")),
    "replies": Part(
        ("pbx/replies", "pbx/rows"),
        (
            "pbx/test_rows.py",
            "pbx/test_gets_and_writes.py",
            "http/test_leftovers.py",
            "pbx/test_lists.py",
            "pbx/test_statuses.py",
        ),
    ),
    "redaction": Part(("redaction/redactor", "redaction/forms", "redaction/unescape"), ("redaction/test_redactor.py",)),
    "journal": Part(("journal/write",), ("journal/test_journal.py", "journal/test_write.py")),
    "logged": Part(("journal/read",), ("journal/test_read.py",)),
    "settling": Part(("apply/settle", "apply/readback"), ("apply/test_settle.py", "apply/test_readback.py")),
    "guards": Part(("apply/limits",), ("apply/test_limits.py", "apply/test_saved_plans.py")),
    "saved plans": Part(
        ("apply/staleness", "apply/sensitive"),
        (
            "apply/test_saved_plans.py",
            "apply/test_sensitive_plans.py",
        ),
    ),
    "reading": Part(
        ("live/reader",),
        (
            "planning/test_revert.py",
            "apply/test_ends.py::test_a_lost_add_is_found_with_no_more_questions_than_the_list_leaves_open",
            "apply/test_sensitive.py::test_a_type_change_hides_what_the_old_type_hid",
            "apply/test_sensitive.py::test_revert_does_not_show_what_has_become_sensitive_since",
            "apply/test_sensitive.py::test_what_is_stored_wrong_is_reported_without_the_value",
        ),
    ),
    "updating": Part(
        ("apply/circuit_breaker", "apply/result", "apply/update", "apply/write"),
        (
            "apply/test_ends.py",
            "apply/test_limits.py",
            "apply/test_circuit_breaker.py",
            "journal/test_journal.py::test_it_holds_the_run_and_each_write_with_old_and_new_values",
            "apply/test_sensitive.py::test_a_type_change_hides_what_the_old_type_hid_where_it_reads_otherwise",
            "apply/test_sensitive.py::test_what_became_sensitive_while_it_was_written_is_not_shown",
        ),
    ),
    "adding": Part(
        ("apply/add", "apply/applier"), ("apply/test_ends.py", "apply/test_limits.py", "apply/test_circuit_breaker.py")
    ),
}

#: Without our configuration, which finds fault with how mutants and mutmut's own lines are written, not with their types.
_MYPY: Final = ("mypy", "--config-file=", "--strict", "--disable-error-code=unused-ignore", "--output", "json")

#: A mutated TypeGuard is none for mypy any more, which then finds fault with what relies on it: that line is left out.
_SETTINGS: Final = r"""
[tool.mutmut]
source_paths = ["pbxsync"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:xdist", "-p", "tests.support.unshrunk", "--timeout", "20"]
type_check_command = {mypy}
do_not_mutate_patterns = ['return not lost\.open_outcome']
"""


class Count(NamedTuple):
    """How the mutants of one module ended; `survivors` by their names."""

    module: str
    by_tests: int
    by_types: int
    survivors: tuple[str, ...]
    changes: tuple[survivors.Mutant, ...] = ()

    @property
    def all(self) -> int:
        """How many there are."""
        return self.by_tests + self.by_types + len(self.survivors)

    @property
    def share(self) -> float:
        """The part of all that were caught."""
        return 1 - len(self.survivors) / self.all

    @property
    def tests_share(self) -> float:
        """The part of those that the types let through which a test caught."""
        return self.by_tests / max(1, self.by_tests + len(self.survivors))


def main(words: list[str]) -> int:
    """Run the parts, and show what came of them."""
    names = [word for word in words if not word.startswith("--")] or list(PARTS)
    if "--told" not in words:
        for name in names:
            _run(name, again="--again" in words)
    counts = [count for name in names for count in _counts(name)]
    total = _total(counts)
    print(f"\n{'module':24}{'mutants':>8}{'tests':>8}{'types':>8}{'survived':>10}{'caught':>9}{'by tests':>10}")
    for count in (*counts, total):
        row = f"{count.module:24}{count.all:8}{count.by_tests:8}{count.by_types:8}{len(count.survivors):10}"
        print(f"{row}{count.share:9.1%}{count.tests_share:10.1%}")
    print("\nby tests: of those that the types let through")
    return 0 if _explained(counts) and min(total.share, total.tests_share) >= ENOUGH else 1


def _explained(counts: list[Count]) -> bool:
    """Return whether each survivor has its reason; say which has none, and which reason is one for nothing any more."""
    reasons = survivors.explained()
    alive = {mutant for count in counts for mutant in count.changes}
    modules = {count.module for count in counts}
    page = survivors.PAGE.relative_to(ROOT)
    unexplained = alive - reasons.keys()
    stale = {mutant for mutant in reasons.keys() - alive if mutant.module in modules}
    if stale:
        print(f"\nThese have a reason in {page} and survive no more:\n\n{survivors.blocks(stale)}")
    if unexplained:
        print(f"\nThese survive and have no reason in {page}:\n\n{survivors.blocks(unexplained)}")
    return not unexplained


def _run(name: str, *, again: bool) -> None:
    """Let mutmut work in a folder of its own, which has the code and the tests as they are now."""
    folder = WORK / name
    left = [survivor for count in _counts(name) for survivor in count.survivors] if again else []
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for each in ("pbxsync", "tests"):
            (folder / each).symlink_to(ROOT / each)
    elif not left:
        return
    part = PARTS[name]
    settings = _SETTINGS.format(
        modules=json.dumps([f"pbxsync/{module}.py" for module in part.modules]),
        tests=json.dumps([f"tests/{test}" for test in part.tests]),
        mypy=json.dumps([*_MYPY, *(f"pbxsync/{module}.py" for module in part.modules)]),
    )
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")
    print(f"{name}: {', '.join(part.modules)}", flush=True)
    programs = Path(sys.executable).parent
    command = [str(programs / "mutmut"), "run", "--max-children", PROCESSES, *left]
    environ = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=folder, env=environ, check=False)
    if ended.returncode:
        raise SystemExit(f"mutmut ended with status {ended.returncode}")


def _counts(name: str) -> list[Count]:
    return [_count(WORK / name / "mutants" / "pbxsync" / f"{module}.py.meta", module) for module in PARTS[name].modules]


def _count(file: Path, module: str) -> Count:
    """Return what mutmut noted of one module."""
    ends: dict[str, int | None] = json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    left = tuple(name for name, end in ends.items() if end in SURVIVED)
    by_types = sum(end == TYPES for end in ends.values())
    changes = tuple(survivors.mutants(file.with_suffix(""), module, left).values())
    return Count(module, len(ends) - by_types - len(left), by_types, left, changes)


def _total(counts: list[Count]) -> Count:
    left = tuple(name for count in counts for name in count.survivors)
    return Count("all", sum(each.by_tests for each in counts), sum(each.by_types for each in counts), left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
