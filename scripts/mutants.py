"""`make mutants`: does a test notice if the core is changed? Mutation testing with mutmut, each module with its own tests.

mutmut makes one change in one function (a mutant) and runs the tests that reach it: the tests that mirror the module, which
are fast and run in this process, never the whole suite. Before that, mypy discards the mutants that `make types` would
refuse. Exits with status 1 if less than 90 % are caught, of all or of those that the types allow, and if
a survivor has no reason in docs/development/survivors.md.

    scripts/mutants.py [--again] [MODULE...]   all modules, or those named (`planning/match`, or a package: `pbx`);
                                               `--again` tries only last time's survivors
    scripts/mutants.py --last [MODULE...]      print the last results without running anything

The environment variable PROCESSES sets the number of mutants tried at a time (default: 2).
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
#: mutmut's statuses of a mutant that survived; any other one is a failed test, an error or a timeout: caught.
SURVIVED: Final = (0, 5, 33, None)
TYPES: Final = 37

#: The modules that are mutated by default, and the tests that cover them besides `tests/PACKAGE/test_MODULE*.py`.
MODULES: Final[dict[str, tuple[str, ...]]] = {
    "planning/match": (),
    "planning/diff": (),
    "planning/since": ("baseline/test_since.py",),
    "planning/revert_conflicts": (),
    "planning/case_twins": (),
    "text/lookalike": (),
    "document/misread": (),
    "project/allowed": (),
    "pbx/ownership": (),
    "pbx/replies": (
        *("pbx/test_gets_and_writes.py", "pbx/test_lists.py", "pbx/test_statuses.py"),
        "http/test_leftovers.py",
    ),
    "pbx/shapes": ("pbx/test_gets_and_writes.py", "pbx/test_lists.py"),
    "redaction/redactor": (),
    "redaction/forms": ("redaction/test_redactor.py",),
    "redaction/unescape": ("redaction/test_redactor.py",),
    "journal/write": ("journal/test_journal.py",),
    "journal/read": (),
    "apply/settle": ("apply/test_readback.py",),
    "apply/readback": ("apply/test_settle.py",),
    "apply/limits": ("apply/test_saved_plans.py",),
    "apply/staleness": ("apply/test_saved_plans.py", "apply/test_sensitive_plans.py"),
    "apply/file_check": ("apply/test_saved_plans.py", "apply/test_sensitive_plans.py"),
    "live/reader": (
        "planning/test_revert.py",
        "apply/test_outcomes.py::test_a_lost_add_is_found_with_no_more_questions_than_the_list_leaves_open",
        "apply/test_sensitive.py::test_a_type_change_hides_what_the_old_type_hid",
        "apply/test_sensitive.py::test_revert_does_not_show_what_has_become_sensitive_since",
        "apply/test_sensitive.py::test_what_is_stored_wrong_is_reported_without_the_value",
    ),
    "apply/resume": (),
    "cli/verify": ("apply/test_verify.py",),
    "baseline/change": ("baseline/test_since.py",),
    "baseline/committed": ("baseline/test_since.py",),
    "baseline/working_tree": ("apply/test_verify.py", "planfile/test_scope.py"),
    "git/command": ("git/test_repository.py",),
    "git/repository": (),
    "git/tree": ("git/test_repository.py",),
    "apply/circuit_breaker": ("apply/test_outcomes.py", "apply/test_limits.py"),
    **dict.fromkeys(
        ("apply/result", "apply/update", "apply/write"),
        (
            *("apply/test_outcomes.py", "apply/test_limits.py", "apply/test_circuit_breaker.py"),
            "journal/test_journal.py::test_it_holds_the_run_and_each_write_with_old_and_new_values",
            "apply/test_sensitive.py::test_a_type_change_hides_what_the_old_type_hid_where_it_reads_otherwise",
            "apply/test_sensitive.py::test_what_became_sensitive_while_it_was_written_is_not_shown",
        ),
    ),
    "apply/add": (
        *("apply/test_lists_after_adds.py", "apply/test_outcomes.py"),
        *("apply/test_limits.py", "apply/test_circuit_breaker.py"),
    ),
    "apply/applier": ("apply/test_outcomes.py", "apply/test_limits.py", "apply/test_circuit_breaker.py"),
}


def tests(module: str) -> list[str]:
    """Return the tests of a module: those that mirror it, then the others. Raises SystemExit if one does not exist."""
    folder, name = (ROOT / "tests" / module).parent, module.rpartition("/")[2]
    mirrors = [folder / f"test_{name}.py", *sorted(folder.glob(f"test_{name}_*.py"))]
    paths = [str(file.relative_to(ROOT / "tests")) for file in mirrors if file.exists()]
    paths += [test for test in MODULES.get(module, ()) if test not in paths]
    absent = [test for test in paths if not (ROOT / "tests" / test.partition("::")[0]).exists()]
    if absent:
        raise SystemExit(f"{module}: there is no tests/{absent[0]}")
    return paths


def selected(words: list[str]) -> list[str]:
    """Return the named modules, those of a named package that have tests, or all of `MODULES`. Raises SystemExit."""
    modules: list[str] = []
    for word in words:
        package = sorted((ROOT / "pbxsync" / word).glob("*.py"))
        named = [f"{word}/{file.stem}" for file in package] or [word]
        if not package and not (ROOT / "pbxsync" / f"{word}.py").exists():
            raise SystemExit(f"{word} is not a module such as planning/match or a package such as planning")
        tested = [module for module in named if tests(module)]
        if not tested:
            raise SystemExit(f"{word} has no tests/{Path(word).parent}/test_{Path(word).name}.py")
        modules += tested
    return modules or list(MODULES)


#: Without our configuration, whose checks other than types would reject mutants and mutmut's own lines.
_MYPY: Final = ("mypy", "--config-file=", "--strict", "--disable-error-code=unused-ignore", "--output", "json")

#: mypy does not recognise a mutated TypeGuard and then rejects the code that relies on it, so that line is not mutated.
_SETTINGS: Final = r"""
[tool.mutmut]
source_paths = ["pbxsync"]
also_copy = ["scripts"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:xdist", "-p", "tests.support.unshrunk", "--timeout", "20"]
type_check_command = {mypy}
do_not_mutate_patterns = ['return not lost\.open_outcome']
"""


class Count(NamedTuple):
    """How the mutants of one module ended. `survivors` has mutmut's names."""

    module: str
    by_tests: int
    by_types: int
    survivors: tuple[str, ...]
    changes: tuple[survivors.Mutant, ...] = ()

    @property
    def all(self) -> int:
        """The number of mutants."""
        return self.by_tests + self.by_types + len(self.survivors)

    @property
    def share(self) -> float:
        """The fraction of all mutants that were caught."""
        return 1 - len(self.survivors) / max(1, self.all)

    @property
    def tests_share(self) -> float:
        """The fraction that a test caught of those that the types allow."""
        return self.by_tests / max(1, self.by_tests + len(self.survivors))


def main(words: list[str]) -> int:
    """Mutate the modules and print the results."""
    modules = selected([word for word in words if not word.startswith("--")])
    if "--last" not in words:
        for module in modules:
            _run(module, again="--again" in words)
    counts = [_count(module) for module in modules]
    total = _total(counts)
    print(f"\n{'module':24}{'mutants':>8}{'tests':>8}{'types':>8}{'survived':>10}{'caught':>9}{'by tests':>10}")
    for count in (*counts, total):
        row = f"{count.module:24}{count.all:8}{count.by_tests:8}{count.by_types:8}{len(count.survivors):10}"
        print(f"{row}{count.share:9.1%}{count.tests_share:10.1%}")
    print("\nby tests: of those that the types allow")
    return 0 if _explained(counts) and min(total.share, total.tests_share) >= ENOUGH else 1


def _explained(counts: list[Count]) -> bool:
    """Return whether each survivor has a reason. Prints the ones without, and the reasons that are no longer needed."""
    reasons = survivors.explained()
    alive = {mutant for count in counts for mutant in count.changes}
    modules = {count.module for count in counts}
    page = survivors.PAGE.relative_to(ROOT)
    unexplained = alive - reasons.keys()
    stale = {mutant for mutant in reasons.keys() - alive if mutant.module in modules}
    if stale:
        print(f"\nThese have a reason in {page} but no longer survive:\n\n{survivors.blocks(stale)}")
    if unexplained:
        print(f"\nThese survive without a reason in {page}:\n\n{survivors.blocks(unexplained)}")
    return not unexplained


def _run(module: str, *, again: bool) -> None:
    """Run mutmut in a folder of its own with the present code and tests."""
    folder = WORK / module
    left = _count(module).survivors if again else ()
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("pbxsync", "tests", "scripts"):
            (folder / name).symlink_to(ROOT / name)
    elif not left:
        return
    settings = _SETTINGS.format(
        modules=json.dumps([f"pbxsync/{module}.py"]),
        tests=json.dumps([f"tests/{test}" for test in tests(module)]),
        mypy=json.dumps([*_MYPY, f"pbxsync/{module}.py"]),
    )
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")
    print(module, flush=True)
    programs = Path(sys.executable).parent
    command = [str(programs / "mutmut"), "run", "--max-children", PROCESSES, *left]
    environ = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=folder, env=environ, check=False)
    if ended.returncode:
        raise SystemExit(f"mutmut ended with status {ended.returncode}")


def _count(module: str) -> Count:
    """Return mutmut's notes on one module. Raises SystemExit if it has not been mutated."""
    file = WORK / module / "mutants" / "pbxsync" / f"{module}.py.meta"
    if not file.exists():
        raise SystemExit(f"{module} has not been mutated yet: run without --last and --again")
    statuses: dict[str, int | None] = json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    left = tuple(name for name, status in statuses.items() if status in SURVIVED)
    by_types = sum(status == TYPES for status in statuses.values())
    changes = tuple(survivors.mutants(file.with_suffix(""), module, left).values())
    return Count(module, len(statuses) - by_types - len(left), by_types, left, changes)


def _total(counts: list[Count]) -> Count:
    left = tuple(name for count in counts for name in count.survivors)
    return Count("all", sum(count.by_tests for count in counts), sum(count.by_types for count in counts), left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
