"""The goals: upper limits for ratios of medians within one comparison, and the measured values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.comparisons import Comparison
    from benchmarks.measure import Result


@dataclass(frozen=True)
class Goal:
    """One goal: `reached` must be at most `limit`, in `unit` (empty: a ratio). `by_cpu` is the ratio in CPU time."""

    text: str
    limit: float
    reached: float
    unit: str = ""
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        """Whether `reached` is within the limit."""
        return self.reached <= self.limit


def _ratio(text: str, limit: float, ours: Result, baseline: Result) -> Goal:
    return Goal(text, limit, ours.wall / baseline.wall, by_cpu=ours.cpu / baseline.cpu)


def goals(comparison: Comparison) -> Iterator[Goal]:
    """Yield the goals that a comparison measures."""
    results, world = comparison.results, comparison.world
    by_letter = {name[0]: result for name, result in results.items() if name[1:2] == ":"}
    if comparison.title == "Start":
        for name, limit in (("--help", 1.4), ("--version", 1.4), ("validate, three files", 2.0)):
            yield _ratio(f"`{name}` against `import click`", limit, results[f"pbxsync {name}"], by_letter["S"])
    if world is None:
        return
    plan = results.get("pbxsync plan")
    if comparison.title == "Files":
        yield _ratio(
            f"validate, {world.name}, against PyYAML's C loader", 2.0, results["pbxsync validate"], by_letter["Y"]
        )
    if comparison.title == "Profiles":
        flat, used = (results[f"pbxsync validate, {kind}"] for kind in ("flat files", "one profile"))
        yield _ratio(f"validate, {world.name}, one profile against flat files", 1.2, used, flat)
        flat, used = (results[f"pbxsync plan, {kind}"] for kind in ("flat files", "one profile"))
        memory = used.memory / flat.memory
        yield Goal(f"peak memory of a plan, {world.name}, one profile against flat files", 1.05, memory)
    if comparison.title == "Plan, 20 ms latency" and plan:
        yield _ratio(f"plan, {world.name}, 20 ms latency, against curl", 1.06, plan, by_letter["C"])
    if comparison.title.startswith("Plan of a git change") and plan:
        change = results["pbxsync plan --since HEAD"]
        yield _ratio(f"plan of one changed tenant of {world.name}, 20 ms latency, against all", 0.05, change, plan)
    if comparison.title == "Plan" and world.destinations >= 10_000 and plan:
        yield from _plan_goals(comparison, plan, by_letter)
    if comparison.title == "Memory" and plan and world.params_in_list and world.tenants == 1000:
        yield Goal(f"peak memory of a plan, {world.name}", 150, plan.memory, "MB")


def fleet_goals(comparisons: Sequence[Comparison]) -> Iterator[Goal]:
    """Yield the goal for the memory of twice as many tenants."""
    peaks = {
        comparison.world.tenants: comparison.results["pbxsync plan"].memory
        for comparison in comparisons
        if comparison.title == "Memory" and comparison.world
    }
    if {1000, 2000} <= peaks.keys():
        yield Goal("peak memory with twice as many tenants, against the same", 1.10, peaks[2000] / peaks[1000])


def _plan_goals(comparison: Comparison, plan: Result, by_letter: dict[str, Result]) -> Iterator[Goal]:
    world, transport = comparison.world, comparison.results["pbxsync's transport alone"]
    if world is None:
        return
    yield _ratio(f"plan, {world.name}, against requests", 0.60, plan, by_letter["R"])
    yield _ratio(f"plan, {world.name}, against urllib3", 1.35, plan, by_letter["U"])
    beyond = (plan.cpu - transport.cpu) / world.destinations * 1e6
    yield Goal(f"CPU time of a plan beyond the transport, {world.name}, per destination", 60, beyond, "µs")
    if "O" in by_letter:
        server, files = (comparison.results[f"O: octoDNS, {how}"] for how in ("same server", "files against files"))
        yield _ratio(f"plan, {world.name}, against octoDNS on the same server", 0.40, plan, server)
        yield _ratio(f"plan, {world.name}, against octoDNS without a network", 1.0, plan, files)
    if world.destinations == 10_000:
        yield Goal(f"peak memory of a plan, {world.name}", 90, plan.memory, "MB")
