"""The results as Markdown: the machine, the goals, and the median, minimum and maximum of every comparison."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.goals import fleet_goals, goals
from benchmarks.octodns import PINNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.comparisons import Comparison
    from benchmarks.measure import Result

#: A run replaces everything between these two lines of the page.
BEGIN: Final = "<!-- results: written by `make bench` -->"
END: Final = "<!-- end of results -->"


def into(page: Path, text: str) -> None:
    """Write the results to the page."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def markdown(command: str, comparisons: Sequence[Comparison], runs: int, seconds: float) -> str:
    """Return all results."""
    parts = [
        f"`{command}`, {runs} runs each in turn after one to warm up, {seconds / 60:.0f} minutes, on {machine()}.",
        "\n".join(_goals(comparisons)),
        *("\n".join(_comparison(comparison)) for comparison in comparisons if comparison.title != "Memory"),
        "\n".join(_memory(comparisons)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def machine() -> str:
    """Describe this machine: processor, cores, memory, system, versions and load."""
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("click", "PyYAML", "requests", "urllib3"))
    tools = ", ".join((_first_line("nginx", "-v"), _first_line("curl", "--version"), PINNED[0].replace("==", " ")))
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, {packages}, {tools};"
        f" load average at the end {load}"
    )


def _first_line(*command: str) -> str:
    environ = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    words = (done.stdout + done.stderr).splitlines()[0].removeprefix("nginx version: ").split()
    return " ".join(words[:2]) if words[0] == "curl" else words[0]


def _goals(comparisons: Sequence[Comparison]) -> Iterator[str]:
    yield "| goal | at most | reached | the same in CPU time | |"
    yield "| --- | ---: | ---: | ---: | --- |"
    measured = [goal for comparison in comparisons for goal in goals(comparison)]
    for goal in (*measured, *fleet_goals(comparisons)):
        unit = f" {goal.unit}" if goal.unit else ""
        digits = 0 if goal.unit else 2
        cpu = "" if goal.by_cpu is None else f"{goal.by_cpu:.2f}"
        met = "met" if goal.met else "**missed**"
        yield f"| {goal.text} | {goal.limit:g}{unit} | {goal.reached:.{digits}f}{unit} | {cpu} | {met} |"


def _comparison(comparison: Comparison) -> Iterator[str]:
    world = comparison.world
    yield f"### {comparison.title}" if world is None else f"### {comparison.title}, {world.name}"
    yield ""
    yield "| | seconds: median | minimum | maximum | CPU seconds | peak memory |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    yield from (_row(name, result) for name, result in comparison.results.items())


def _row(name: str, result: Result) -> str:
    walls = [run.wall for run in result.runs]
    return (
        f"| {name} | {result.wall:.3f} | {min(walls):.3f} | {max(walls):.3f} | {result.cpu:.3f} |"
        f" {result.memory:.0f} MB |"
    )


def _memory(comparisons: Sequence[Comparison]) -> Iterator[str]:
    rows = [
        f"| {comparison.world.name} | {plan.memory:.0f} MB | {plan.cpu:.2f} |"
        for comparison in comparisons
        if comparison.world is not None and comparison.title in {"Plan", "Memory"}
        for plan in [comparison.results["pbxsync plan"]]
    ]
    if rows:
        yield "### Memory of `pbxsync plan` without changes\n"
        yield "| world | peak | CPU seconds |"
        yield "| --- | ---: | ---: |"
        yield from rows
