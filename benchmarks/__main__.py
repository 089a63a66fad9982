"""Runs the benchmarks and writes their results: `make bench`, or `python -m benchmarks --quick`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import comparisons, report, server
from benchmarks.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.comparisons import Comparison

PAGE: Final = Path(__file__).parent.parent / "docs" / "development" / "benchmarks.md"
SMALL, MIDDLE, LARGE = World(10, 30), World(100, 100), World(1000, 30)
ALIKE: Final = World(10_000, 10, params_in_list=True, alike=True)
FLEETS: Final = (World(1000, 300, params_in_list=True), World(2000, 300, params_in_list=True))
#: Omitted with --quick.
_LONG: Final = {f"profiles, {ALIKE.name}", f"plan, {LARGE.name}", f"plan of a git change, {LARGE.name}", "memory"}


def main() -> int:
    """Run the selected benchmarks."""
    options = _options()
    if (problem := server.install()) is not None:
        print(problem, file=sys.stderr)
        return 1
    started = time.monotonic()
    failed: list[str] = []
    results = list(_comparisons(options, failed))
    words = " ".join(sys.argv[1:])
    command = f"python -m benchmarks {words}".strip()
    text = report.markdown(command, results, options.runs, time.monotonic() - started)
    print(text)
    if options.write and not failed:
        report.into(PAGE, text)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each program after the warm-up (default: 7)")
    parser.add_argument("--quick", action="store_true", help="small worlds, without octoDNS: a few minutes")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="start, files, profiles, plan, slow, since, apply, memory"
    )
    parser.add_argument("--write", action="store_true", help=f"write the results to {PAGE.relative_to(Path.cwd())}")
    return parser.parse_args()


def _comparisons(options: argparse.Namespace, failed: list[str]) -> Iterator[Comparison]:
    """Run the comparisons in turn. A failure is recorded, and the others still run."""
    runs, quick = options.runs, options.quick
    middle = SMALL if quick else MIDDLE
    plan: list[tuple[str, str, Callable[[], Iterable[Comparison]]]] = [
        ("start", "start", lambda: [comparisons.start(runs)]),
        ("files", "files", lambda: [comparisons.files(MIDDLE if quick else LARGE, runs)]),
        ("profiles", f"profiles, {ALIKE.name}", lambda: [comparisons.profiles(ALIKE, min(runs, 3))]),
        ("plan", f"plan, {SMALL.name}", lambda: [comparisons.plan(SMALL, runs, with_octodns=not quick)]),
        ("plan", f"plan, {MIDDLE.name}", lambda: [comparisons.plan(MIDDLE, runs, with_octodns=not quick)]),
        ("plan", f"plan, {LARGE.name}", lambda: [comparisons.plan(LARGE, runs, with_octodns=False)]),
        ("slow", f"plan, {middle.name}, 20 ms latency", lambda: [comparisons.slow(middle, runs)]),
        ("since", f"plan of a git change, {LARGE.name}", lambda: [comparisons.since(LARGE, min(runs, 3))]),
        ("apply", f"apply, {middle.name}", lambda: [comparisons.apply(middle, runs)]),
        ("memory", "memory", lambda: comparisons.memory(FLEETS)),
    ]
    for name, what, measure in plan:
        if (not options.only or name in options.only) and not (quick and what in _LONG):
            print(f"  {what} …", file=sys.stderr, flush=True)
            try:
                yield from measure()
            except RuntimeError as error:
                print(f"  failed: {error}", file=sys.stderr)
                failed.append(what)


if __name__ == "__main__":
    sys.exit(main())
