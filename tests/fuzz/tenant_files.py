"""Feeds the loader inputs that nobody would write, and holds it to its promises: `make fuzz`, by hand and not by pytest.

    python -m tests.fuzz.tenant_files [--count N] [--seed S] [--one N] [--processes P]

For every input: no exception but FilesError, an answer within seconds and a gibibyte, places that are in the file,
sentences that are harmless to print; what is accepted is what another reader of YAML sees, and nothing forbidden.
Input N of a seed is always the same: `--one N` replays it.
"""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pbxsync.document.characters import FORBIDDEN
from pbxsync.errors import FilesError
from pbxsync.project import Project, find
from pbxsync.tenants.load import load
from pbxsync.text.sanitize import DANGEROUS

ROOT = Path(__file__).parents[2]
SETTINGS = "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n  '7': {params: [digits]}\n"
TOKENS = [
    *"[]{},:?-&*!|>'\"%@`#~=<\\$ \n\t\r.+/019aZ",
    *("\n  ", "\n    ", "\n- ", "  - ", ": ", " #", "&a ", "*a", "!!str ", "!x ", "<<: ", "---\n", "...\n", "%YAML 1.1\n"),
    *("%TAG ! x\n", "|2-\n", ">+\n", "\\e", "\\u2028", "\\ud800", "\\U0010ffff", "\\x", "##[", "::error::", "\r\n"),
    *("{input: boss}", "{template: '{boss}", "{{", "}}'}", "inputs:", "default: ", "with: ", "overrides: ", "without: "),
    *("tenant: ", "destinations:", "name: ", "type: ", "params: ", "id: ", "renamed_from: ", "number: ", "api_key: "),
    *("${VAR}", "FORWARD", "AI AGENT", "unlisted_params: clear\n", "params: [a, b]", "{1: a}", "æ", "😀", "\ue000"),
    *("\u0085", "\u2028", "\u2029", "\ufeff", "\ufffe", "\x00", "\x1b", "\x7f", "\ud800"),
]  # fmt: skip
SLOWEST = 5.0


def good() -> list[bytes]:
    """Return files that are accepted, small and large, in every style."""
    files = [file.read_bytes() for file in sorted((ROOT / "examples/tenants").rglob("*.yaml"))]
    styles = ("'a''b'", '"a\\u00e6\\n"', "|-\n      a\n      b", ">\n      a\n      b", "&x plain", "+45 70 12", '""')
    for style in styles:
        files.append(f"tenant: A\ndestinations:\n  - name: {style}\n    type: 1\n    params: [a, b]\n".encode())
        files.append(f"tenant: A\ndestinations:\n- id: 5\n  params:\n    number: {style}\n".encode())
    files.append(
        b"tenant: A\nunlisted_params: clear\ndestinations: [&x {name: a, params: &y [b]}, {id: 7, params: *y}]\n"
    )
    files.append(b"# c\n---\ntenant: A\ndestinations: []\n...\n")
    return files


def bad() -> list[bytes]:
    """Return the files that are refused in the tests."""
    files = []
    for case in (ROOT / "tests/tenants/refusals.txt").read_text().split("\n=== ")[1:]:
        lines = [line for line in case.split("\n")[1:] if not line.startswith("→")]
        head = "tenant: DEMO\ndestinations:\n" if lines[0].startswith("  -") else ""
        files.append((head + "\n".join(lines)).encode())
    return files


class Corpus(NamedTuple):
    """Inputs that are accepted, and inputs that are refused."""

    good: list[bytes]
    bad: list[bytes]


class Maker:
    """Makes input N."""

    def __init__(self, seed: int, of: Corpus | None = None) -> None:
        self._seed = seed
        self._good, refused = (good(), bad()) if of is None else of
        self._seeds = [*self._good, *refused]

    def make(self, number: int) -> bytes:
        """Return input `number`."""
        chance = random.Random(self._seed * 1_000_000_007 + number)  # noqa: S311 - to be replayed
        kind = chance.random()
        if kind < 0.05:
            return chance.randbytes(chance.randrange(200))
        if kind < 0.25:
            return b"".join(self._token(chance) for _ in range(chance.randrange(1, 60)))
        data = bytearray(chance.choice(self._good if kind < 0.75 else self._seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            self._mutate(chance, data)
        return bytes(data)

    def _mutate(self, chance: random.Random, data: bytearray) -> None:
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 0, 1, 1, 2, 5, 20, 80)))
        kind = chance.randrange(6)
        if kind == 0:
            data[start:end] = b""
        elif kind == 1:
            data[start:end] = bytes(data[start:end]) * chance.choice((2, 3, 30))
        elif kind == 2:
            other = chance.choice(self._seeds)
            at = chance.randrange(len(other) + 1)
            data[start:end] = other[at : at + chance.randrange(100)]
        elif kind == 3:
            data[start:end] = chance.randbytes(chance.randrange(4))
        elif kind == 4 and chance.random() < 0.05:
            data[start:end] = self._token(chance) * chance.randrange(2000)
        else:
            data[start:end] = self._token(chance)

    @staticmethod
    def _token(chance: random.Random) -> bytes:
        token: str = chance.choice(TOKENS)
        return token.encode("utf-8", "surrogatepass")


def check(data: bytes, path: Path, project: Project) -> str:
    """Return what became of one input; raise AssertionError where a promise is broken."""
    path.write_bytes(data)
    try:
        desired = load([path], project)
    except FilesError as error:
        lines = data.count(b"\n") + data.count(b"\r") + 2
        for problem in error.problems:
            assert 0 <= problem.place.line <= lines, problem
            assert 0 <= problem.place.column <= len(data) + 2, problem
            assert not DANGEROUS.search(str(problem)), problem
        return "refused"
    entries = [entry for tenant in desired.tenants for entry in desired.entries(tenant)]
    for entry in entries:
        texts = [entry.name, entry.type, entry.renamed_from, *(param.value for param in entry.params)]
        assert not any(FORBIDDEN.search(text) for text in texts if text), entry
    text = data.decode()
    if not any(odd in text for odd in "\u2028\u2029\ufeff\ufffe\uffff"):
        for row, entry in zip(elsewhere(text)["destinations"], entries, strict=True):
            fields = [row.get(key) for key in ("name", "id", "type", "renamed_from")]
            assert fields == [entry.name, entry.id, entry.type, entry.renamed_from], data
            params = row.get("params", [])
            expected = (
                params if isinstance(params, dict) else {str(at): value for at, value in enumerate(params, start=1)}
            )
            assert expected == {param.key: param.value for param in entry.params}, data
    return "accepted"


def elsewhere(text: str) -> Any:
    """Return what another reader of YAML sees; a tab alone in the last line is a blank here, and an error there."""
    try:
        return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes text alone
    except yaml.YAMLError:
        return yaml.load(text.rstrip("\t "), Loader=yaml.CBaseLoader)  # noqa: S506 - as above


def work(task: tuple[int, int, int]) -> dict[str, Any]:
    """Check the inputs from `start` on, `count` of them; return the counts, the slowest, and what failed."""
    seed, start, count = task
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    faulthandler.dump_traceback_later(600, exit=True)
    maker = Maker(seed)
    found: dict[str, Any] = {"accepted": 0, "refused": 0, "slowest": (0.0, 0), "failed": []}
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:  # noqa: S108
        project = project_in(Path(name))
        for number in range(start, start + count):
            before = time.perf_counter()
            try:
                found[check(maker.make(number), Path(name) / "a.yaml", project)] += 1
            except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                found["failed"].append((number, traceback.format_exc()))
            found["slowest"] = max(found["slowest"], (time.perf_counter() - before, number))
    faulthandler.cancel_dump_traceback_later()
    return found


def project_in(folder: Path) -> Project:
    """Return a project with labels and a sensitive param."""
    (folder / "pbxsync.yaml").write_text(SETTINGS)
    return find([folder], None, {}, folder)


def main() -> int:
    """Run, print the counts, return 1 where a promise was broken."""
    parser = argparse.ArgumentParser()
    for option, default in (("--count", 1_000_000), ("--seed", 1), ("--one", -1), ("--processes", os.cpu_count() or 1)):
        parser.add_argument(option, type=int, default=default)
    asked = parser.parse_args()
    if asked.one >= 0:
        return replay(asked.seed, asked.one)
    step = 5_000
    tasks = [(asked.seed, start, min(step, asked.count - start)) for start in range(0, asked.count, step)]
    started = time.perf_counter()
    results = []
    with multiprocessing.Pool(asked.processes, maxtasksperchild=20) as pool:
        for result in pool.imap_unordered(work, tasks):
            results.append(result)
            if len(results) % 20 == 0:
                print(f"{len(results)} of {len(tasks)} parts, {time.perf_counter() - started:.0f} s", flush=True)
    failed = sorted(failure for result in results for failure in result["failed"])
    slowest = max(result["slowest"] for result in results)
    accepted, refused = (sum(result[kind] for result in results) for kind in ("accepted", "refused"))
    for number, trace in failed[:5]:
        print(f"input {number}:\n{trace}")
    print(f"seed {asked.seed}: {accepted:,} accepted, {refused:,} refused, {len(failed):,} failed;")
    print(f"the slowest took {slowest[0]:.2f} s (input {slowest[1]:,}); {time.perf_counter() - started:.0f} s in all")
    return 1 if failed or slowest[0] > SLOWEST else 0


def replay(seed: int, number: int) -> int:
    """Show one input and what becomes of it."""
    data = Maker(seed).make(number)
    print(data)
    with tempfile.TemporaryDirectory() as name:
        print(check(data, Path(name) / "a.yaml", project_in(Path(name))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
