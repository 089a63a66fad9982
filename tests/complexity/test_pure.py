"""Matching, checking names, loading and rendering grow with what they are given, and not faster."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from pbxsync.model.entry import Entry, Place, Secret
from pbxsync.model.plan import Plan, TenantPlan, TextDiff, Update
from pbxsync.planning.match import match
from pbxsync.project import find
from pbxsync.redaction.redactor import Redactor
from pbxsync.render import FORMATS, Options, render
from pbxsync.tenants.load import load
from pbxsync.tenants.spool import IN_MEMORY
from tests.complexity.counting import Name, at_most_linear, calls
from tests.support.tenantfile import forward, tenant_text

if TYPE_CHECKING:
    from pathlib import Path


def alike_in(number: int) -> str:
    """One of many names that differ in capitals alone."""
    bits = f"{number:016b}"
    return "".join(
        letter.upper() if bit == "1" else letter for letter, bit in zip("abcdefghijklmnop", bits, strict=True)
    )


NAMES = {
    "all of them different": lambda number: f"D{number}",
    "all of them alike": alike_in,
}


def entries(count: int, kind: str) -> list[Entry]:
    name = NAMES[kind]
    return [
        Entry("T", Place("t.yaml", number + 1, 1), None, Name(name(number)), "FORWARD", (), None, clear_unlisted=False)
        for number in range(count)
    ]


def looks(count: int, kind: str) -> int:
    wanted = entries(count, kind)
    live = [(str(number + 1), Name(NAMES[kind](number))) for number in range(count)]
    Name.looks = 0
    match(wanted, live)
    return Name.looks


@pytest.mark.parametrize("kind", NAMES)
def test_matching_looks_at_each_name_a_fixed_number_of_times(kind: str) -> None:
    assert at_most_linear(looks(500, kind), looks(4000, kind), 8)


@pytest.mark.parametrize("kind", NAMES)
def test_matching_is_linear(kind: str) -> None:
    def work(count: int) -> int:
        wanted, live = entries(count, kind), [(str(number + 1), NAMES[kind](number)) for number in range(count)]
        return calls(lambda: match(wanted, live))

    assert at_most_linear(work(500), work(4000), 8)


def write(folder: Path, tenants: int, files: int, each: int) -> Path:
    folder.mkdir()
    for tenant in range(tenants):
        for file in range(files):
            rows = (forward(f"D{file} {number}") for number in range(each))
            (folder / f"t{tenant}-{file}.yaml").write_text(tenant_text(f"T{tenant}", rows))
    return folder


@pytest.mark.parametrize(
    ("few", "many"),
    [((10, 1, 20), (80, 1, 20)), ((1, 10, 20), (1, 80, 20)), ((1, 1, 200), (1, 1, 1600))],
    ids=["tenants", "files of a tenant", "destinations of a file"],
)
def test_loading_is_linear(tmp_path: Path, few: tuple[int, int, int], many: tuple[int, int, int]) -> None:
    def work(size: tuple[int, int, int]) -> int:
        folder = write(tmp_path / "-".join(map(str, size)), *size)
        project = find([folder], None, {}, tmp_path)
        return calls(lambda: load([folder], project))

    work((1, 1, 1))  # what is imported and compiled once is not to count
    assert at_most_linear(work(few), work(many), 8)


def test_what_a_fleet_wants_takes_a_megabyte_and_a_little(tmp_path: Path) -> None:
    folder = write(tmp_path / "tenants", 100, 1, 200)
    project = find([folder], None, {}, tmp_path)
    load([folder], project)
    tracemalloc.start()
    desired = load([folder], project)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert desired.destinations == 20_000
    assert held < 1.2 * IN_MEMORY, "bytes: the rest of them is in a file"


def plan(changes: int) -> Plan:
    rows = (TextDiff("param1", "100", "200", "number"),)
    made = [
        Update("T", str(number + 1), f"D{number}", f"t.yaml:{number + 1}", rows, "sha256:plain:0:0")
        for number in range(changes)
    ]
    return Plan("https://pbx.example/", "2026-01-01T00:00:00Z", "0", (TenantPlan("T", changes=tuple(made)),))


@pytest.mark.parametrize("fmt", FORMATS)
def test_showing_a_plan_is_linear(fmt: str) -> None:
    def work(count: int) -> int:
        made = plan(count)
        return calls(lambda: render(made, fmt, Options()))

    work(1)
    assert at_most_linear(work(500), work(4000), 8)


def test_looking_for_keys_does_not_hang_on_how_many_there_are() -> None:
    def work(keys: int) -> int:
        redact = Redactor([Secret(f"key-{number:024}") for number in range(keys)])
        redact("warm up")
        return calls(lambda: redact("a sentence about nothing in particular " * 20))

    assert at_most_linear(work(100), work(3000), 1)
