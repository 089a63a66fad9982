"""Runs programs as whole processes, in turn, and measures time, CPU time and memory."""

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
    """One run: wall-clock seconds, CPU seconds (user and system) and peak memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Program:
    """A command to measure. `before` is called before each run and not measured."""

    name: str
    command: Sequence[str | Path]
    statuses: tuple[int, ...] = (0,)
    before: Callable[[], object] | None = None


@dataclass
class Result:
    """All runs of one program except the warm-up."""

    program: Program
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


def compare(programs: Sequence[Program], runs: int, environ: Mapping[str, str]) -> dict[str, Result]:
    """Run each program once to warm up, then all of them in turn `runs` times. Returns the results by name."""
    results = {program.name: Result(program) for program in programs}
    for number in range(runs + 1):
        for program in programs:
            run = run_once(program, environ)
            if number:
                results[program.name].runs.append(run)
    return results


def run_once(program: Program, environ: Mapping[str, str]) -> Run:
    """Run a program once. Raises RuntimeError with the end of its error output if it fails."""
    if program.before is not None:
        program.before()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen([str(word) for word in program.command], stdout=out, stderr=err, env=environ)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in program.statuses:
            err.seek(0)
            raise RuntimeError(f"{program.name} ended with {process.returncode}: {err.read()[-800:].decode()}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)
