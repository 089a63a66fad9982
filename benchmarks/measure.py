"""Runs commands as whole processes, in turns, and says what they took."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds of wall clock and of CPU (user and system), and its peak memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Contestant:
    """A command that is measured; `before` runs ahead of each run and is not counted."""

    name: str
    command: Sequence[str | Path]
    statuses: tuple[int, ...] = (0,)
    before: Callable[[], object] | None = None


@dataclass
class Result:
    """All runs of one contestant, the warm-up left out."""

    contestant: Contestant
    runs: list[Run] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """The median of the seconds."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return median(run.cpu for run in self.runs)

    @property
    def memory(self) -> float:
        """The median of the peak memory, in MB."""
        return median(run.memory for run in self.runs)


def heat(contestants: Sequence[Contestant], runs: int, environ: Mapping[str, str]) -> dict[str, Result]:
    """Let each contestant warm up once, then run all of them in turn, `runs` times; results by name."""
    results = {each.name: Result(each) for each in contestants}
    for number in range(runs + 1):
        for each in contestants:
            run = once(each, environ)
            if number:
                results[each.name].runs.append(run)
    return results


def once(contestant: Contestant, environ: Mapping[str, str]) -> Run:
    """Run a command once. Raises RuntimeError, with the end of what it said, where it fails."""
    if contestant.before is not None:
        contestant.before()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen([str(word) for word in contestant.command], stdout=out, stderr=err, env=environ)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in contestant.statuses:
            err.seek(0)
            raise RuntimeError(f"{contestant.name} ended with {process.returncode}: {err.read()[-800:].decode()}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)
