"""The goals: ratios of medians within one heat, what they are to be at most, and what they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.heats import Heat
    from benchmarks.measure import Result


@dataclass(frozen=True)
class Goal:
    """One goal: `reached` is to be at most `limit`, in `unit` (empty: a ratio). `by_cpu` is the same ratio in CPU time."""

    text: str
    limit: float
    reached: float
    unit: str = ""
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.reached <= self.limit


def _ratio(text: str, limit: float, ours: Result, floor: Result) -> Goal:
    return Goal(text, limit, ours.wall / floor.wall, by_cpu=ours.cpu / floor.cpu)


def goals(heat: Heat) -> Iterator[Goal]:
    """Yield the goals that a heat tells of."""
    results, world = heat.results, heat.world
    by_letter = {name[0]: result for name, result in results.items() if name[1:2] == ":"}
    if heat.title == "Start":
        for name, limit in (("--help", 1.4), ("--version", 1.4), ("validate, three files", 2.0)):
            yield _ratio(f"`{name}` against `import click`", limit, results[f"pbxsync {name}"], by_letter["S"])
    if world is None:
        return
    plan = results.get("pbxsync plan")
    if heat.title == "Files":
        yield _ratio(
            f"validate, {world.name}, against PyYAML's C loader", 2.0, results["pbxsync validate"], by_letter["Y"]
        )
    if heat.title == "Plan, 20 ms latency" and plan:
        yield _ratio(f"plan, {world.name}, 20 ms latency, against curl", 1.06, plan, by_letter["C"])
    if heat.title == "Plan" and world.destinations >= 10_000 and plan:
        yield from _plan_goals(heat, plan, by_letter)
    if heat.title == "Memory" and plan and world.params_in_list and world.tenants == 1000:
        yield Goal(f"peak memory of a plan, {world.name}", 150, plan.memory, "MB")


def fleet_goals(heats: Sequence[Heat]) -> Iterator[Goal]:
    """Yield what twice the tenants may cost in memory."""
    peaks = {
        heat.world.tenants: heat.results["pbxsync plan"].memory
        for heat in heats
        if heat.title == "Memory" and heat.world
    }
    if {1000, 2000} <= peaks.keys():
        yield Goal("peak memory with twice as many tenants, against the same", 1.10, peaks[2000] / peaks[1000])


def _plan_goals(heat: Heat, plan: Result, by_letter: dict[str, Result]) -> Iterator[Goal]:
    world, wire = heat.world, heat.results["pbxsync's wire alone"]
    if world is None:
        return
    yield _ratio(f"plan, {world.name}, against requests", 0.60, plan, by_letter["R"])
    yield _ratio(f"plan, {world.name}, against urllib3", 1.35, plan, by_letter["U"])
    beyond = (plan.cpu - wire.cpu) / world.destinations * 1e6
    yield Goal(f"CPU time of a plan beyond the wire, {world.name}, a destination", 60, beyond, "µs")
    if "O" in by_letter:
        server, files = (heat.results[f"O: octoDNS, {how}"] for how in ("same server", "files against files"))
        yield _ratio(f"plan, {world.name}, against octoDNS on the same server", 0.40, plan, server)
        yield _ratio(f"plan, {world.name}, against octoDNS without a network", 1.0, plan, files)
    if world.destinations == 10_000:
        yield Goal(f"peak memory of a plan, {world.name}", 90, plan.memory, "MB")
