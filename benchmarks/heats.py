"""What is measured against what: each heat is one server, one world and its contestants, run in turns."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import peer, server
from benchmarks.measure import Contestant, Result, heat
from benchmarks.world import KEY, World, targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.server import Server

PARALLEL: Final = "16"
PYTHON: Final = Path(sys.executable)
PBXSYNC: Final = PYTHON.parent / "pbxsync"
_ROOT: Final = Path(__file__).parent.parent
#: Proxies are not to be measured, and an installed pbxsync has its byte code, as the libraries have.
_LEFT_OUT: Final = ("_PROXY", "PYTHONDONTWRITEBYTECODE")
ENVIRON: Final = {
    **{name: value for name, value in os.environ.items() if not name.upper().endswith(_LEFT_OUT)},
    "PBXSYNC_READ_KEY": KEY,
    "PBXSYNC_WRITE_KEY": KEY,
    "PYTHONPATH": str(_ROOT),
}


@dataclass(frozen=True)
class Heat:
    """The results of one heat, by the names of the contestants."""

    title: str
    world: World | None
    results: Mapping[str, Result]


def start(runs: int) -> Heat:
    """Measure what a command costs that has next to nothing to do, against `python -c "import click"` (floor S)."""
    files = sorted((World(10, 30).folder / "tenants").iterdir())[:3]
    contestants = (
        Contestant("S: python -c 'import click'", (PYTHON, "-c", "import click")),
        Contestant("pbxsync --help", (PBXSYNC, "--help")),
        Contestant("pbxsync --version", (PBXSYNC, "--version")),
        Contestant("pbxsync validate, three files", (PBXSYNC, "validate", *files)),
    )
    return Heat("Start", None, heat(contestants, runs * 2 + 1, ENVIRON))


def files(world: World, runs: int) -> Heat:
    """Measure `validate` against what PyYAML's C loader takes for the same files (floor Y)."""
    folder = world.folder / "tenants"
    contestants = (
        Contestant("Y: yaml.load(…, CBaseLoader)", (PYTHON, "-m", "benchmarks.floors", "yaml", folder)),
        Contestant("pbxsync validate", (PBXSYNC, "validate", folder)),
    )
    return Heat("Files", world, heat(contestants, runs, ENVIRON))


def plan(world: World, runs: int, *, with_peer: bool) -> Heat:
    """Measure plans with nothing changed over a server that answers at once."""
    with server.serving(world) as serving:
        contestants = [
            _curl(world, serving),
            _floor("R: requests, 16 threads", "requests", world, serving),
            _floor("U: urllib3, 16 threads", "urllib3", world, serving),
            _floor("pbxsync's wire alone", "wire", world, serving),
            _plan("pbxsync plan", world, serving),
        ]
        if with_peer:
            contestants.append(_plan("pbxsync plan --format json", world, serving, "--format", "json"))
            octodns = peer.install()
            for name, target in (("O: octoDNS, same server", "pbx"), ("O: octoDNS, files against files", "others")):
                config = peer.config(world, serving.url, target)
                contestants.append(Contestant(name, (octodns, "--quiet", "--config-file", config)))
        return Heat("Plan", world, heat(contestants, runs, ENVIRON))


def slow(world: World, runs: int) -> Heat:
    """Measure a plan over a server that takes 20 ms for each answer, 16 at a time, against curl on the same URLs."""
    with server.serving(world, "slow") as serving:
        contestants = (_curl(world, serving), _plan("pbxsync plan", world, serving))
        return Heat("Plan, 20 ms latency", world, heat(contestants, runs, ENVIRON))


def apply(world: World, runs: int) -> Heat:
    """Measure an apply that changes every twentieth destination, over a server that remembers its updates."""
    with server.serving(world, "keeping") as serving:
        config = _project(world, serving)
        words: tuple[str | Path, ...] = ("apply", "--auto-approve", "--parallel", PARALLEL, world.folder / "changed")
        journal = world.folder / ".pbxsync"

        def before() -> None:
            serving.forget()
            shutil.rmtree(journal, ignore_errors=True)

        contestant = Contestant("pbxsync apply, 5 % changed", (PBXSYNC, "--config", config, *words), before=before)
        return Heat("Apply", world, heat([contestant], runs, ENVIRON))


def memory(worlds: Sequence[World]) -> Iterator[Heat]:
    """Measure the peak memory of plans with nothing changed, once each: it does not vary."""
    for world in worlds:
        with server.serving(world) as serving:
            yield Heat("Memory", world, heat([_plan("pbxsync plan", world, serving)], 1, ENVIRON))


def _curl(world: World, serving: Server) -> Contestant:
    config = world.folder / "curl.conf"
    config.write_text("".join(f'url = "{serving.origin}{target}"\noutput = "/dev/null"\n' for target in targets(world)))
    command = ("curl", "--silent", "--fail", "--parallel", "--parallel-max", PARALLEL, "--config", config)
    return Contestant("C: curl --parallel", command)


def _floor(name: str, what: str, world: World, serving: Server) -> Contestant:
    command = (PYTHON, "-m", "benchmarks.floors", what, serving.origin, world.folder / "urls", PARALLEL)
    return Contestant(name, command)


def _plan(name: str, world: World, serving: Server, *more: str) -> Contestant:
    config = _project(world, serving)
    words: tuple[str | Path, ...] = ("plan", "--parallel", PARALLEL, *more, world.folder / "tenants")
    return Contestant(name, (PBXSYNC, "--config", config, *words))


def _project(world: World, serving: Server) -> Path:
    path = world.folder / "pbxsync.yaml"
    keys = "read_key: ${PBXSYNC_READ_KEY}\nwrite_key: ${PBXSYNC_WRITE_KEY}\n"
    path.write_text(f"url: {serving.url}\n{keys}")
    return path
