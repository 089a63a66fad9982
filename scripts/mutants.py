"""`make mutants`: does some test notice when the core is changed? Mutation testing with mutmut, each part by its own tests.

mutmut changes one thing in one function at a time (a mutant) and runs the tests that reach it: the tests of the part, which
are fast and run in this process, and never the whole suite. Before that mypy sorts out what would not get past
`make types`. What is left over has survived. Ends with status 1 where less than 90 % are caught.

    scripts/mutants.py [--again] [PART...]   all parts, or these; `--again` tries only what survived the last time
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

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
    "matching": Part(("planning/match", "planning/diff"), ("plan/test_matching.py", "plan/test_differing.py")),
    "replies": Part(
        ("wire/recognise", "wire/rows"),
        (
            "wire/test_any_json.py",
            "wire/test_gets_and_writes.py",
            "wire/test_leftovers.py",
            "wire/test_lists.py",
            "wire/test_statuses.py",
        ),
    ),
    "redaction": Part(("wire/redact", "wire/keyforms", "wire/unescape"), ("secrecy/test_redactor.py",)),
    "journal": Part(("journal/writing",), ("apply/test_journal.py", "apply/test_journal_lines.py")),
    "logged": Part(("journal/reading",), ("apply/test_logged.py",)),
    "settling": Part(("apply/settle", "apply/target"), ("apply/test_settle.py", "apply/test_target.py")),
    "guards": Part(("apply/guards",), ("apply/test_guards.py", "apply/test_saved_plans.py")),
    "saved plans": Part(
        ("apply/fresh", "apply/sensitive"),
        (
            "apply/test_saved_plans.py",
            "apply/test_sensitive.py::test_a_saved_plan_finds_its_values_in_the_files_that_it_was_made_of",
            "apply/test_sensitive.py::test_a_saved_plan_wants_the_value_that_was_planned",
            "apply/test_sensitive.py::test_a_sensitive_value_that_moved_makes_the_plan_stale_unseen",
            "apply/test_sensitive.py::test_a_sensitive_value_that_moved_stays_hidden_where_the_project_no_longer_says_so",
            "apply/test_sensitive.py::test_a_saved_plan_finds_the_values_of_entries_with_ids_and_of_a_new_type",
            "apply/test_sensitive.py::test_another_read_key_is_named_as_what_is_wrong",
            "apply/test_sensitive.py::test_every_value_that_is_not_as_planned_is_named",
        ),
    ),
    "reading": Part(
        ("apply/reading",),
        (
            "apply/test_revert.py",
            "apply/test_sensitive.py::test_a_type_change_hides_what_the_old_type_hid",
            "apply/test_sensitive.py::test_revert_does_not_show_what_has_become_sensitive_since",
            "apply/test_sensitive.py::test_what_is_stored_wrong_is_reported_without_the_value",
        ),
    ),
    "updating": Part(
        ("apply/halt", "apply/sending", "apply/updating", "apply/write"),
        ("apply/test_ends.py", "apply/test_guards.py"),
    ),
    "adding": Part(("apply/adding", "apply/run"), ("apply/test_ends.py", "apply/test_guards.py")),
}

#: Without our configuration, which finds fault with how mutants and mutmut's own lines are written, not with their types.
_MYPY: Final = ("mypy", "--config-file=", "--strict", "--disable-error-code=unused-ignore", "--output", "json")

#: A mutated TypeGuard is none for mypy any more, which then finds fault with what relies on it: that line is left out.
_SETTINGS: Final = r"""
[tool.mutmut]
source_paths = ["pbxsync"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:xdist", "-p", "tests.support.unshrunk", "--timeout", "60"]
type_check_command = {mypy}
do_not_mutate_patterns = ['return not lost\.open_outcome']
"""


class Count(NamedTuple):
    """How the mutants of one module ended; `survivors` by their names."""

    module: str
    by_tests: int
    by_types: int
    survivors: tuple[str, ...]

    @property
    def all(self) -> int:
        """How many there are."""
        return self.by_tests + self.by_types + len(self.survivors)


def main(words: list[str]) -> int:
    """Run the parts, and show what came of them."""
    again = "--again" in words
    names = [word for word in words if word != "--again"] or list(PARTS)
    for name in names:
        _run(name, again=again)
    counts = [count for name in names for count in _counts(name)]
    for count in counts:
        print("\n".join(count.survivors))
    print(f"\n{'module':28}{'mutants':>8}{'tests':>8}{'types':>8}{'survived':>10}{'caught':>9}")
    for count in (*counts, _total(counts)):
        share = 1 - len(count.survivors) / count.all
        row = f"{count.module:28}{count.all:8}{count.by_tests:8}{count.by_types:8}{len(count.survivors):10}{share:9.1%}"
        print(row)
    total = _total(counts)
    return 0 if len(total.survivors) <= (1 - ENOUGH) * total.all else 1


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
    survivors = tuple(name for name, end in ends.items() if end in SURVIVED)
    by_types = sum(end == TYPES for end in ends.values())
    return Count(module, len(ends) - by_types - len(survivors), by_types, survivors)


def _total(counts: list[Count]) -> Count:
    survivors = tuple(name for count in counts for name in count.survivors)
    return Count("all", sum(each.by_tests for each in counts), sum(each.by_types for each in counts), survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
