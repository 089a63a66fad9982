"""The text in which faults are ordered, and which requests it picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator, FaultError, FaultSpec, read_specs
from tests.emulator.http_client import ask, custom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator() as pbx:
        yield pbx


@pytest.fixture
def pbx(running: Emulator) -> Emulator:
    running.faults.clear()
    return running


def _pattern(pbx: Emulator, count: int) -> str:
    """A mark for every one of so many lists: x where it was hit."""
    return "".join("x" if custom(pbx, "list").text == "null" else "." for _ in range(count))


@pytest.mark.parametrize(
    ("spec", "pattern"),
    [
        ("null", "xxxxxx"),
        ("null n=3", "..x..."),
        ("null n=2..4", ".xxx.."),
        ("null n=4..", "...xxx"),
        ("null every=2", ".x.x.x"),
        ("null n=3.. every=2", "...x.x"),
        ("null times=2", "xx...."),
        ("null p=0", "......"),
        ("null action=LIST object=cust?m reqtype=ManageDB tenant=DE* method=GET", "xxxxxx"),
        ("null action=get", "......"),
        ("null tenant=demo", "......"),
        ("null objectid=1", "......"),
    ],
)
def test_a_spec_picks_requests(pbx: Emulator, spec: str, pattern: str) -> None:
    fault = pbx.faults.add(spec)
    assert _pattern(pbx, 6) == pattern
    assert fault.fired == pattern.count("x")


def test_only_requests_that_match_are_counted(pbx: Emulator) -> None:
    fault = pbx.faults.add("null action=list n=2")
    custom(pbx, "get", objectid="67")
    assert _pattern(pbx, 2) == ".x"
    assert fault.matched == 2
    pbx.faults.remove(fault)
    assert _pattern(pbx, 2) == ".."


def test_probability_draws_the_same_again_from_the_same_seed(pbx: Emulator) -> None:
    patterns = []
    for seed in (7, 7, 8):
        pbx.faults.clear()
        pbx.faults.add(f"null p=0.5 seed={seed}")
        patterns.append(_pattern(pbx, 24))
    assert patterns[0] == patterns[1] != patterns[2]
    assert 4 < patterns[0].count("x") < 20


def test_info_is_matched_as_the_action(pbx: Emulator) -> None:
    pbx.faults.add("null action=cdrs")
    assert ask(pbx, reqtype="INFO", info="CDRS", tenant="DEMO").text == "null"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("latency", 0.2), ("latency=50", 0.05), ("latency=2s", 2), ("timeout=5ms", 0.005), ("timeout", 60)],
)
def test_times_have_units(text: str, seconds: float) -> None:
    assert FaultSpec.parse(text).value == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "unknown kind ''; the kinds are refuse"),
        ("rest", "did you mean reset?"),
        ("latency-before", "unknown kind 'latency-before'"),
        ("null=3", "null takes no value"),
        ("latency=soon", "'soon' is not a time such as 2s or 50ms"),
        ("huge=3s", "'3s' is not a number"),
        ("null action", "'action' is not NAME=VALUE"),
        ("null n=1 n=2", "n is given twice"),
        ("null retry-after=1", "null does not take retry-after; it takes reqtype"),
        ("null n=x", "n=x is not a number or range such as 3, 2..5 or 4.."),
        ("null every=0", "'0' is not a whole number of at least 1"),
        ("null p=2", "p=2 is not a number between 0 and 1"),
        ("null p=often", "p=often is not a number between 0 and 1"),
    ],
)
def test_a_fault_that_is_not_understood_is_quoted_with_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(FaultError, match="fault ") as caught:
        FaultSpec.parse(text)
    assert complaint in str(caught.value)


def test_a_file_has_one_fault_a_line(pbx: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "faults.txt"
    path.write_text("# a bad day\n\nnull n=1   # at first\nfalse n=2\n", encoding="utf-8")
    pbx.faults.load(path)
    assert [custom(pbx, "list").text for _ in range(2)] == ["null", "false"]


def test_a_bad_line_of_a_file_is_named() -> None:
    with pytest.raises(FaultError, match=r"^bad\.txt:2: fault 'nul'"):
        list(read_specs(["null", "nul"], "bad.txt"))
