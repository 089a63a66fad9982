"""Runs the benchmarks and writes their results: `make bench`, or `python -m benchmarks --quick`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import heats, report, server
from benchmarks.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.heats import Heat

PAGE: Final = Path(__file__).parent.parent / "docs" / "development" / "benchmarks.md"
SMALL, MIDDLE, LARGE = World(10, 30), World(100, 100), World(1000, 30)
FLEETS: Final = (World(1000, 300, params_in_list=True), World(2000, 300, params_in_list=True))
#: What --quick leaves out.
_LONG: Final = {f"plan, {LARGE.name}", "memory"}


def main() -> int:
    """Run what was asked for."""
    options = _options()
    if (wrong := server.install()) is not None:
        print(wrong, file=sys.stderr)
        return 1
    begun = time.monotonic()
    failed: list[str] = []
    done = list(_heats(options, failed))
    words = " ".join(sys.argv[1:])
    command = f"python -m benchmarks {words}".strip()
    text = report.markdown(command, done, options.runs, time.monotonic() - begun)
    print(text)
    if options.write and not failed:
        report.into(PAGE, text)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each contestant after the warm-up (7)")
    parser.add_argument("--quick", action="store_true", help="small worlds, no peer: some two minutes")
    parser.add_argument("--only", action="append", metavar="HEAT", help="start, files, plan, slow, apply, memory")
    parser.add_argument("--write", action="store_true", help=f"put the results into {PAGE.relative_to(Path.cwd())}")
    return parser.parse_args()


def _heats(options: argparse.Namespace, failed: list[str]) -> Iterator[Heat]:
    """Run one heat after the other; one that fails is noted, and the others go on."""
    runs, quick = options.runs, options.quick
    middle = SMALL if quick else MIDDLE
    programme: list[tuple[str, str, Callable[[], Iterable[Heat]]]] = [
        ("start", "start", lambda: [heats.start(runs)]),
        ("files", "files", lambda: [heats.files(MIDDLE if quick else LARGE, runs)]),
        ("plan", f"plan, {SMALL.name}", lambda: [heats.plan(SMALL, runs, with_peer=not quick)]),
        ("plan", f"plan, {MIDDLE.name}", lambda: [heats.plan(MIDDLE, runs, with_peer=not quick)]),
        ("plan", f"plan, {LARGE.name}", lambda: [heats.plan(LARGE, runs, with_peer=False)]),
        ("slow", f"plan, {middle.name}, 20 ms latency", lambda: [heats.slow(middle, runs)]),
        ("apply", f"apply, {middle.name}", lambda: [heats.apply(middle, runs)]),
        ("memory", "memory", lambda: heats.memory(FLEETS)),
    ]
    for name, what, measure in programme:
        if (not options.only or name in options.only) and not (quick and what in _LONG):
            print(f"  {what} …", file=sys.stderr, flush=True)
            try:
                yield from measure()
            except RuntimeError as error:
                print(f"  failed: {error}", file=sys.stderr)
                failed.append(what)


if __name__ == "__main__":
    sys.exit(main())
