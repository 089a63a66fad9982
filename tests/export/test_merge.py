from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.errors import UsageError
from pbxsync.export.export_file import rewrite
from pbxsync.export.merge import insert, merge
from pbxsync.export.writer import Missing
from pbxsync.planning.match import match
from pbxsync.tenants.load import load
from tests.export.test_writer import FORWARD, QUEUE, ROWS, TYPES, project, row
from tests.tenants.loading import desired

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.model.plan import Destination

NEW = "  - name: New\n    params:\n      1: |-\n        a\n\n        b\n  - id: 5"
HEAD = "tenant: A\ndestinations:\n"
#: A file before and after; in its place after stands @.
LISTS = [
    ("tenant: A\ndestinations: []\n", f"{HEAD}@\n"),
    ("tenant: A\ndestinations: [ ]   # none\n# end\n", "tenant: A\ndestinations:   # none\n@\n# end\n"),
    ("destinations: []\ntenant: A\n", "destinations:\n@\ntenant: A\n"),
    ("\ufeffdestinations: []\ntenant: A", "\ufeffdestinations:\n@\ntenant: A"),
    ("destinations:\n  - name: x\n\n# about\ntenant: A\n", "destinations:\n  - name: x\n@\n\n# about\ntenant: A\n"),
    *((f"{HEAD}{before}{rest}", f"{HEAD}{before}\n@\n{rest.removeprefix(chr(10))}") for before, rest in (
        ("  - name: x", "\n"),
        ("  - name: x", ""),
        ("  - name: x  # why", "\n\n# about\n"),
        ("  - name: x", "\n...\n# end\n"),
        ("  - name: |-\n      x\n      # no comment", "\n# one\n"),
        ("  - {name: x,\n     id: 7}", "\n"),
        ("  - &a {name: x}", "\n"),
        ("  -\n    name: x", "\n"),
        ("  - # why\n\n    name: x", "\n# about\n"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), LISTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_new_destinations_stand_at_the_end_of_the_list_and_nothing_else_moves(
    before: str, after: str, end: str
) -> None:
    merged = insert(before.replace("\n", end).encode(), NEW, "a.yaml").decode()
    assert merged == after.replace("@", NEW).replace("\n", end)


@pytest.mark.parametrize("indent", ["", "    "])
def test_new_destinations_are_indented_as_the_others(indent: str) -> None:
    before = f"tenant: A\ndestinations:\n{indent}- name: x\n"
    new = "\n".join(indent + line.removeprefix("  ") if line else "" for line in NEW.split("\n"))
    assert insert(before.encode(), NEW, "a.yaml").decode() == f"{before}{new}\n"


@pytest.mark.parametrize(
    "before", ["tenant: A\ndestinations: [{name: x}]\n", "{tenant: A, destinations: []}", "broken: ["]
)
def test_a_list_without_dashes_is_left_alone(before: str) -> None:
    with pytest.raises(UsageError, match=r"^a.yaml: its destinations are not written as lines that begin with a dash"):
        insert(before.encode(), NEW, "a.yaml")


@pytest.mark.parametrize("before", ["tenant: A\nprofiles: []  # none", "tenant: A\r\nprofiles: []\r\n# end\r\n"])
def test_a_file_that_only_uses_profiles_gets_a_list(before: str) -> None:
    end = "\r\n" if "\r\n" in before else "\n"
    added = ("" if before.endswith("\n") else end) + f"destinations:{end}{NEW.replace(chr(10), end)}{end}"
    assert insert(before.encode(), NEW, "a.yaml").decode() == before + added


def test_nothing_to_add_changes_nothing() -> None:
    assert insert(b"anything", "", "a.yaml") == b"anything"


def test_only_unmanaged_destinations_are_added_and_names_in_use_are_pinned(here: Path) -> None:
    text = "tenant: A  # ours\ndestinations:\n  - id: 1\n    name: Fax\n  - name: Boss\n"
    live = [row(1, "Old", QUEUE), row(2, "Fax", QUEUE, "x"), row(3, "Boss", FORWARD), row(4, "New", FORWARD, "1")]
    merged = merge(text.encode(), "a.yaml", live, [FORWARD, QUEUE], project(here), Missing({"2", "4"}, {"Fax", "Boss"}))
    assert merged.content.decode() == text + (
        '  - id: 2  # another destination in the files is named "Fax"\n    type: QUEUE\n    params: [x]\n'
        "  - name: New\n    type: FORWARD\n    params:\n      number: 1\n"
    )
    assert merged.warnings == ()


@pytest.mark.parametrize("clears", ["unlisted_params: clear\n", ""])
def test_what_a_clearing_file_would_lose_is_not_added(here: Path, clears: str) -> None:
    text = f"tenant: A\n{clears}destinations: []\n"
    live = [row(1, "x", QUEUE, "a\x07", "b")]
    merged = merge(text.encode(), "a.yaml", live, [QUEUE], project(here), Missing({"1"}, ()))
    said = 'destination 1 of tenant A, "x": '
    assert (merged.content == text.encode()) == bool(clears)
    assert merged.warnings[0] == f"{said}param1 is left out: it contains control characters"
    assert merged.warnings[1:] == ((f"{said}left out, because its file clears unlisted params",) if clears else ())


def test_a_rewritten_file_keeps_its_mode(here: Path) -> None:
    path = here / "a.yaml"
    path.write_text("x")
    path.chmod(0o640)
    rewrite(path, b"y")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("y", 0o640)


def test_the_files_of_a_tenant_are_told(here: Path) -> None:
    one = "tenant: A\ndestinations: []"
    found = desired(here, {"b.yaml": one, "a.yaml": one})
    assert (found.files_of("A"), found.files_of("B")) == (("a.yaml", "b.yaml"), ())


@given(st.lists(ROWS, max_size=6, unique_by=lambda each: each.id), st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_a_merge_nothing_is_unmanaged(here: Path, live: list[Destination], data: st.DataObject) -> None:
    words = project(here)
    names = {each.name or "" for each in live}
    managed = [each for each in live if data.draw(st.booleans())]
    text = "tenant: A\ndestinations:\n" + "".join(f"  - id: {each.id}  # kept\n" for each in managed)
    (here / "a.yaml").write_text(text if managed else "tenant: A\ndestinations: []\n")
    unmanaged = {each.id or "" for each in live} - {each.id for each in managed}
    content = (here / "a.yaml").read_bytes()
    merged = merge(content, "a.yaml", live, TYPES, words, Missing(unmanaged, names & {"a"}))
    (here / "a.yaml").write_bytes(merged.content)
    entries = load([here / "a.yaml"], words).entries("A")
    assert match(entries, [(each.id or "", each.name or "") for each in live]).unmanaged == ()
    assert all(merged.content.count(f"id: {each.id}  # kept".encode()) == 1 for each in managed)
