"""The comparisons: each has a server, a world and the programs that run in turn on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import octodns, server
from benchmarks.measure import Program, Result, compare
from benchmarks.world import KEY, World, targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.server import Server

PARALLEL: Final = "16"
PYTHON: Final = Path(sys.executable)
PBXSYNC: Final = PYTHON.parent / "pbxsync"
_ROOT: Final = Path(__file__).parent.parent
#: Without proxies, and with byte code, which an installed pbxsync and its libraries have.
_OMITTED: Final = ("_PROXY", "PYTHONDONTWRITEBYTECODE")
ENVIRON: Final = {
    **{name: value for name, value in os.environ.items() if not name.upper().endswith(_OMITTED)},
    "PBXSYNC_READ_KEY": KEY,
    "PBXSYNC_WRITE_KEY": KEY,
    "PYTHONPATH": str(_ROOT),
}


@dataclass(frozen=True)
class Comparison:
    """The results of one comparison, by the names of the programs."""

    title: str
    world: World | None
    results: Mapping[str, Result]


def start(runs: int) -> Comparison:
    """Measure commands with little work against `python -c "import click"` (baseline S)."""
    files = sorted((World(10, 30).folder / "tenants").iterdir())[:3]
    programs = (
        Program("S: python -c 'import click'", (PYTHON, "-c", "import click")),
        Program("pbxsync --help", (PBXSYNC, "--help")),
        Program("pbxsync --version", (PBXSYNC, "--version")),
        Program("pbxsync validate, three files", (PBXSYNC, "validate", *files)),
    )
    return Comparison("Start", None, compare(programs, runs * 2 + 1, ENVIRON))


def files(world: World, runs: int) -> Comparison:
    """Measure `validate` against PyYAML's C loader on the same files (baseline Y)."""
    folder = world.folder / "tenants"
    programs = (
        Program("Y: yaml.load(…, CBaseLoader)", (PYTHON, "-m", "benchmarks.baselines", "yaml", folder)),
        Program("pbxsync validate", (PBXSYNC, "validate", folder)),
    )
    return Comparison("Files", world, compare(programs, runs, ENVIRON))


def profiles(world: World, runs: int) -> Comparison:
    """Measure tenants that use one profile against the same as flat files."""
    with server.serving(world) as serving:
        config = _project(world, serving)
        programs = [
            Program(f"pbxsync {command}, {kind}", (PBXSYNC, "--config", config, command, *words, world.folder / folder))
            for command, *words in (("validate",), ("plan", "--parallel", PARALLEL))
            for kind, folder in (("flat files", "tenants"), ("one profile", "used"))
        ]
        return Comparison("Profiles", world, compare(programs, runs, ENVIRON))


def plan(world: World, runs: int, *, with_octodns: bool) -> Comparison:
    """Measure plans without changes on a server that answers at once."""
    with server.serving(world) as serving:
        programs = [
            _curl(world, serving),
            _baseline("R: requests, 16 threads", "requests", world, serving),
            _baseline("U: urllib3, 16 threads", "urllib3", world, serving),
            _baseline("pbxsync's transport alone", "transport", world, serving),
            _plan("pbxsync plan", world, serving),
        ]
        if with_octodns:
            programs.append(_plan("pbxsync plan --format json", world, serving, "--format", "json"))
            program = octodns.install()
            for name, target in (("O: octoDNS, same server", "pbx"), ("O: octoDNS, files against files", "others")):
                config = octodns.config(world, serving.url, target)
                programs.append(Program(name, (program, "--quiet", "--config-file", config)))
        return Comparison("Plan", world, compare(programs, runs, ENVIRON))


def slow(world: World, runs: int) -> Comparison:
    """Measure a plan on a server that takes 20 ms per answer, 16 at a time, against curl on the same URLs."""
    with server.serving(world, "slow") as serving:
        programs = (_curl(world, serving), _plan("pbxsync plan", world, serving))
        return Comparison("Plan, 20 ms latency", world, compare(programs, runs, ENVIRON))


def since(world: World, runs: int) -> Comparison:
    """Measure the plan of a git change of one tenant against a plan of all, at 20 ms per answer, 16 at a time."""
    with server.serving(world, "slow") as serving:
        folder = _repository(world, _project(world, serving))
        config = folder / "pbxsync.yaml"
        words: tuple[str | Path, ...] = (
            PBXSYNC,
            "--config",
            config,
            "plan",
            "--parallel",
            PARALLEL,
            folder / "tenants",
        )
        programs = (Program("pbxsync plan", words), Program("pbxsync plan --since HEAD", (*words, "--since", "HEAD")))
        return Comparison("Plan of a git change, 20 ms latency", world, compare(programs, runs, ENVIRON))


def _repository(world: World, config: Path) -> Path:
    """Return a repository with a project and the tenants of a world, committed, and one tenant changed since."""
    folder = world.folder / "repository"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(world.folder / "tenants", folder / "tenants")
    shutil.copy(config, folder)
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.invalid")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "Tenants")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    _, code = next(world.codes())
    shutil.copy(world.folder / "changed" / f"{code}.yaml", folder / "tenants" / f"{code}.yaml")
    return folder


def apply(world: World, runs: int) -> Comparison:
    """Measure an apply that changes 5 % of the destinations, on a server that remembers updates."""
    with server.serving(world, "stateful") as serving:
        config = _project(world, serving)
        words: tuple[str | Path, ...] = ("apply", "--auto-approve", "--parallel", PARALLEL, world.folder / "changed")
        journal = world.folder / ".pbxsync"

        def before() -> None:
            serving.forget()
            shutil.rmtree(journal, ignore_errors=True)

        program = Program("pbxsync apply, 5 % changed", (PBXSYNC, "--config", config, *words), before=before)
        return Comparison("Apply", world, compare([program], runs, ENVIRON))


def memory(worlds: Sequence[World]) -> Iterator[Comparison]:
    """Measure the peak memory of plans without changes, once each because it does not vary."""
    for world in worlds:
        with server.serving(world) as serving:
            yield Comparison("Memory", world, compare([_plan("pbxsync plan", world, serving)], 1, ENVIRON))


def _curl(world: World, serving: Server) -> Program:
    config = world.folder / "curl.conf"
    config.write_text("".join(f'url = "{serving.origin}{target}"\noutput = "/dev/null"\n' for target in targets(world)))
    command = ("curl", "--silent", "--fail", "--parallel", "--parallel-max", PARALLEL, "--config", config)
    return Program("C: curl --parallel", command)


def _baseline(name: str, baseline: str, world: World, serving: Server) -> Program:
    command = (PYTHON, "-m", "benchmarks.baselines", baseline, serving.origin, world.folder / "urls", PARALLEL)
    return Program(name, command)


def _plan(name: str, world: World, serving: Server, *more: str) -> Program:
    config = _project(world, serving)
    words: tuple[str | Path, ...] = ("plan", "--parallel", PARALLEL, *more, world.folder / "tenants")
    return Program(name, (PBXSYNC, "--config", config, *words))


def _project(world: World, serving: Server) -> Path:
    path = world.folder / "pbxsync.yaml"
    keys = "read_key: ${PBXSYNC_READ_KEY}\nwrite_key: ${PBXSYNC_WRITE_KEY}\n"
    path.write_text(f"url: {serving.url}\n{keys}")
    return path
