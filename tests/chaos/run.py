"""Plays many cases: `make campaign WORLDS=300 FIRST=0`; replays one: `make campaign SEED=123 WITHOUT=0,5`.

Each case is drawn from its number. A violation is shrunk and printed with the command that replays it, and the exit status
is 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.apply import applier
from tests.chaos.cases import BLOCK, dialect_of, draw
from tests.chaos.runner import case_runner, described, violation
from tests.chaos.shrink import command, shrink
from tests.support.loopback import guard

if TYPE_CHECKING:
    from collections.abc import Iterator


class Failure(NamedTuple):
    """A case that failed, in words, and the command that replays it."""

    text: str
    command: str


class Batch(NamedTuple):
    """Cases of one dialect, played one after the other."""

    first: int
    last: int


def _folder() -> Path | None:
    """Return a folder in memory, where flushing to disk costs nothing; None if this system has none."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    return memory if memory.is_dir() else None


def play_batch(batch: Batch) -> list[Failure]:
    """Play the cases of a batch."""
    guard()
    applier.LIST_SECONDS = 1.0  # type: ignore[misc]  # three times the lag of a list: nobody waits for ten seconds here
    failures = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runner = stack.enter_context(case_runner(folder, dialect_of(batch.first)))
        for seed in range(batch.first, batch.last):
            found = violation(runner, draw(seed))
            if found is not None:
                without, left = shrink(seed, lambda case: violation(runner, case), found)
                text = f"{left}\n{described(draw(seed, without))}"
                failures.append(Failure(text, command(seed, without)))
    return failures


def _batches(first: int, count: int) -> Iterator[Batch]:
    """Cut a range of cases where the dialect changes."""
    last = first + count
    while first < last:
        end = min(last, (first // BLOCK + 1) * BLOCK)
        yield Batch(first, end)
        first = end


def campaign(first: int, count: int, jobs: int) -> int:
    """Play cases in several processes, and return how many failed."""
    begun, done, failed = time.monotonic(), 0, 0
    batches = list(_batches(first, count))
    with ExitStack() as stack:
        # All that the processes make, the PBX's data too, is in there.
        os.environ["TMPDIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-", dir=_folder()))
        pool = stack.enter_context(ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")))
        for batch, failures in zip(batches, pool.map(play_batch, batches), strict=True):
            done += batch.last - batch.first
            failed += len(failures)
            for failure in failures:
                print(f"\n{failure.text}\nReplay: {failure.command}", flush=True)
            if done % 1000 < BLOCK:
                _say(first, done, failed, begun)
    _say(first, done, failed, begun)
    return failed


def _say(first: int, done: int, failed: int, begun: float) -> None:
    seconds = time.monotonic() - begun
    print(
        f"seeds {first} to {first + done - 1}: {done:,} worlds, {failed} with a violation, {seconds:.0f} s,"
        f" {done / max(seconds, 0.001):.1f} a second",
        flush=True,
    )


def replay(seed: int, without: frozenset[int]) -> int:
    """Play one case again, and tell what it is and what does not hold."""
    case = draw(seed, without)
    print(described(case))
    with (
        tempfile.TemporaryDirectory(prefix="campaign-", dir=_folder()) as folder,
        case_runner(Path(folder), case.dialect) as runner,
    ):
        found = violation(runner, case)
    print(found or "nothing is violated")
    return 1 if found else 0


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--without", default="")
    given = parser.parse_args()
    if given.seed is not None:
        return replay(given.seed, frozenset(int(part) for part in given.without.split(",") if part))
    return 1 if campaign(given.first, given.worlds, given.jobs) else 0
