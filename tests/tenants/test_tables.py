"""Tables: a row is a tenant or a destination, and says the same as a tenant file would."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.errors import FilesError
from pbxsync.model.entry import Entry, Param, Place
from pbxsync.tenants.load import load
from pbxsync.tenants.table_file import damage
from tests.support.tenantfile import tenant_text
from tests.tenants.loading import cases, project, write
from tests.tenants.test_text import TEXT

if TYPE_CHECKING:
    from pbxsync.tenants.desired import Desired

TYPES = "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n"
WITH_PROFILE = "tables: [{file: t.csv, profile: office}]\n" + TYPES
WITHOUT = "tables: [{file: t.csv}]\n" + TYPES
OFFICE = """profile: office
inputs: {boss: {}, ring: {default: 25}}
destinations: [{name: Boss phone, type: FORWARD, params: [{input: boss}, x, {input: ring}]}]
"""
CELL = TEXT.filter(lambda text: text and damage(text) is None)


def refusals(paths: list[Path], folder: Path, text: str) -> list[str]:
    with pytest.raises(FilesError) as refused:
        load(paths, project(folder, text))
    return [str(problem) for problem in refused.value.problems]


def test_a_row_is_a_tenant_that_uses_the_profile(here: Path) -> None:
    write(
        here,
        {
            "profiles/office.yaml": OFFICE,
            "t.csv": "ring;tenant;boss\n;A;##21#\n\n030;B;#31#45\n",
        },
    )
    found = load((), project(here, WITH_PROFILE))
    office = "profiles/office.yaml"
    use = Place("t.csv", 2, 1)
    params = (
        Param("1", "##21#", "t.csv", 2, 4),
        Param("2", "x", office, 3, 74, use),
        Param("3", "25", office, 2, 36, use),
    )
    assert found.entries("A") == (
        Entry("A", Place(office, 3, 16, use), None, "Boss phone", "FORWARD", params, None, False),
    )
    assert (found.tenants, found.files, found.destinations, found.profiles) == (("A", "B"), 1, 2, {"office": 2})
    assert found.entries("B")[0].params[2] == Param("3", "030", "t.csv", 4, 1)
    assert found.entries("A")[0].place.source == "profiles/office.yaml:3 for t.csv:2"


def test_a_row_is_a_destination(here: Path) -> None:
    table = '\ufefftenant,name,type,id,number,5\r\nA,"a\r\nb",FORWARD,,+45,\r\n,,,,,\r\nB,,,7,,"x"\r\nA,c,9\r\n'
    write(here, {"t.csv": table})
    found = load((), project(here, f"unlisted_params: clear\n{WITHOUT}"))
    number = (Param("number", "+45", "t.csv", 3, 13),)
    assert found.entries("A") == (
        Entry("A", Place("t.csv", 2, 1), None, "a\nb", "FORWARD", number, None, True),
        Entry("A", Place("t.csv", 6, 1), None, "c", "9", (), None, True),
    )
    five = (Param("5", "x", "t.csv", 5, 8),)
    assert found.entries("B") == (Entry("B", Place("t.csv", 5, 1), "7", None, None, five, None, True),)
    assert found.files_of("A") == ("t.csv",)


@pytest.mark.parametrize(("text", "problems"), cases(Path(__file__).parent / "table_refusals.txt"))
def test_what_no_table_may_say_is_refused_at_its_place(
    here: Path, request: pytest.FixtureRequest, text: str, problems: list[str]
) -> None:
    has_profile = request.node.callspec.id.startswith("T ")
    write(here, {"t.csv": text + "\n"} | ({"profiles/office.yaml": OFFICE} if has_profile else {}))
    found = refusals([], here, WITH_PROFILE if has_profile else WITHOUT)
    assert sorted(found) == sorted(
        problem if "/" in problem.split(":")[0] else f"t.csv:{problem}" for problem in problems
    )
    assert "hunter2" not in "".join(found)


def test_files_that_are_missing_and_profiles_that_do_not_exist_have_their_places_in_the_project_file(
    here: Path,
) -> None:
    tables = "tables:\n  - {file: x.csv}\n  - {file: t.csv, profile: ofice}\n  - {file: u.csv, profile: office}\n"
    write(here, {"t.csv": "tenant\nA B\n", "u.csv/x": "", "profiles/office.yaml": OFFICE})
    assert refusals([], here, tables) == [
        "pbxsync.yaml:2:12: there is no file x.csv: correct its path, or remove the table",
        "pbxsync.yaml:3:28: there is no profile ofice (did you mean office?)",
        (
            "t.csv:2:1: a tenant's code has 1 to 64 letters, digits, dots, hyphens or underscores, and starts with a letter"
            " or digit"
        ),
        "u.csv: the file is not a regular file",
    ]


def test_tables_count_if_no_paths_are_given_or_if_they_are_named(here: Path) -> None:
    write(here, {"t.csv": "tenant,name\nA,a\n", "tenants/b.yaml": "tenant: B\ndestinations: [{name: b}]\n"})
    found = project(here, WITHOUT)
    assert [
        load(paths, found).tenants
        for paths in ((), [here / "t.csv"], [Path("tenants")], [Path("tenants/../t.csv"), Path("tenants")])
    ] == [
        ("A", "B"),
        ("A",),
        ("B",),
        ("A", "B"),
    ]
    write(here, {"other.csv": "tenant\n"})
    assert refusals([Path("other.csv"), Path("none.csv"), Path("t.csv")], here, WITHOUT) == [
        "none.csv: there is no such file or folder: name tenant files, or folders of them",
        "other.csv: this is not a table of the project: list it below tables: in pbxsync.yaml",
    ]


def test_the_folder_of_tenant_files_may_be_missing_only_if_there_are_tables(here: Path) -> None:
    write(here, {"t.csv": "tenant,name\nA,a\n"})
    assert load((), project(here, WITHOUT)).files == 1
    missing = "tenants: there is no such file or folder: name tenant files, or folders of them"
    assert refusals([], here, "retries: 2") == [missing]
    assert refusals([], here, f"{WITHOUT}tenants: [t/]\n") == ["t" + missing[7:]]


def test_names_and_ids_are_unique_over_tables_and_files(here: Path) -> None:
    write(
        here,
        {
            "t.csv": "tenant,name,id\nA,a,\nB,b,7\n",
            "tenants/a.yaml": "tenant: A\ndestinations: [{name: a}, {id: 7}]\n",
        },
    )
    assert refusals([], here, WITHOUT) == [
        (
            't.csv:2:1: "a" is already defined at tenants/a.yaml:2:16. Names are unique within a tenant: pin duplicates by'
            " id, without name"
        ),
        "tenants/a.yaml:2:27: id 7 is already pinned at t.csv:3:1: remove one of the two",
    ]


def test_a_table_of_another_project_is_refused(here: Path) -> None:
    write(here, {"b/pbxsync.yaml": "retries: 3", "b/t.csv": "tenant\n"})
    assert refusals([], here, "tables: [{file: b/t.csv}]\n")[0].startswith(
        "b/t.csv: belongs to b/pbxsync.yaml, but this run"
    )


def test_a_wrong_value_is_named_at_its_cell(here: Path) -> None:
    checks = "checks:\n  - {type: FORWARD, param: number, matches: '\\+\\d+', unique: fleet}\n"
    write(here, {"profiles/office.yaml": OFFICE, "t.csv": "tenant,ring,boss\nA,5,O45\nB,5,+45\nC,5,+45\n"})
    with pytest.raises(FilesError) as refused:
        load((), project(here, WITH_PROFILE + checks), with_checks=True)
    assert [str(problem).partition(" (check")[0] for problem in refused.value.problems] == [
        't.csv:2:5: number "O45" must match \\+\\d+',
        't.csv:4:5: number "+45" is also given at t.csv:3:5 (B)',
    ]


def test_a_profile_is_used_by_tables_too(here: Path) -> None:
    write(
        here,
        {
            "profiles/office.yaml": OFFICE,
            "t.csv": "tenant,boss\nA,1\n",
            "tenants/b.yaml": "tenant: B\ndestinations: []\n",
        },
    )
    found = project(here, WITH_PROFILE)
    assert load((), found).warnings == ()
    assert load([here / "tenants"], found).warnings == ()  # the tables were not read
    write(here, {"t.csv": "tenant,boss\n"})
    assert [str(warning) for warning in load((), found).warnings] == [
        "profiles/office.yaml:1:1: no tenant uses profile office: remove the file, or use the profile"
    ]


def test_what_a_profile_gives_to_a_table_is_bounded_by_row_and_in_all(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "{boss}" * 90
    profile = (
        f"profile: office\ninputs: {{boss: {{}}}}\ndestinations: [{{name: a, params: [{{template: '{text}'}}]}}]\n"
    )
    write(here, {"profiles/office.yaml": profile, "t.csv": f"tenant,boss\nA,1\nB,{'x' * 120_000}\nC,1\nD,1\n"})
    row = "t.csv:3:1: the profiles give more than 10 MiB to this row: use fewer, or shorter inputs"
    assert refusals([], here, WITH_PROFILE) == [row]
    monkeypatch.setattr("pbxsync.tenants.table_file.MOST_FILLED", 350)
    assert refusals([], here, WITH_PROFILE) == [row, "t.csv:4:1: the profile gives more than 0 MiB: split the table"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            CELL,
            st.sampled_from(["FORWARD", "AI AGENT", "9"]),
            st.dictionaries(st.sampled_from(["3", "4", "20"]), CELL),
        ),
        unique_by=lambda row: row[:2],
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_row_says_what_the_tenant_file_says_that_somebody_writes(
    here: Path, rows: list[tuple[str, str, str, dict[str, str]]], separator: str, line_end: str
) -> None:
    """Text never changes on its way through a cell."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out, ["tenant", "name", "type", "3", "4", "20"], delimiter=separator, lineterminator=line_end
    )
    writer.writeheader()
    for code, name, kind, params in rows:
        writer.writerow({"tenant": code, "name": name, "type": kind, **params})
    files = {"t.csv": out.getvalue()}
    for code in {row[0] for row in rows}:
        own = [
            {"name": name, "type": kind} | ({"params": params} if params else {})
            for of, name, kind, params in rows
            if of == code
        ]
        files[f"flat/{code}.yaml"] = tenant_text(code, own)
    for old in here.glob("flat/*.yaml"):
        old.unlink()
    write(here, files)
    found = project(here, WITHOUT)
    assert asked(load((), found), rows) == asked(load([here / "flat"], found), rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=3))
def test_text_never_changes_on_its_way_through_cell_input_and_template(here: Path, texts: list[str]) -> None:
    profile = "profile: office\ninputs: {x: {}}\ndestinations: [{name: a, params: [{input: x}, {template: '<{x}>'}]}]\n"
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["tenant", "x"], *([f"T{number}", text] for number, text in enumerate(texts))])
    write(here, {"profiles/office.yaml": profile, "t.csv": out.getvalue()})
    found = load((), project(here, WITH_PROFILE))
    values = [[param.value for param in found.entries(f"T{number}")[0].params] for number in range(len(texts))]
    assert values == [[text, f"<{text}>"] for text in texts]


def asked(found: Desired, rows: list[tuple[str, str, str, dict[str, str]]]) -> object:
    """Return what files ask for, without places."""
    return [
        (entry.tenant, entry.name, entry.type, {param.key: param.value for param in entry.params})
        for code in sorted({row[0] for row in rows})
        for entry in found.entries(code)
    ]


def test_a_table_has_a_bounded_number_of_rows_and_of_problems(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"t.csv": "tenant,name\n" + "A B,x\n" * 500_000})
    found = refusals([], here, WITHOUT)
    assert len(found) == 1_000
    monkeypatch.setattr("pbxsync.tenants.cells.MAX_ROWS", 2)
    write(here, {"t.csv": "tenant,name\nA,a\nA,b\n"})
    assert load((), project(here, WITHOUT)).destinations == 2
    write(here, {"t.csv": "tenant,name\nA,a\n\nA,b\nA,c\n"})
    assert refusals([], here, WITHOUT) == ["t.csv:5:1: a table may have at most 2 rows below its header: split it"]


def test_a_sensitive_param_takes_a_reference_from_a_cell_and_no_message_shows_another_value(here: Path) -> None:
    destination = "{name: a, type: AI AGENT, params: {api_key: {input: key}}}"
    profile = f"profile: office\ninputs: {{key: {{}}}}\ndestinations: [{destination}]\n"
    write(here, {"profiles/office.yaml": profile, "t.csv": "tenant,key\nA,${BOT_KEY}\nB,hunter2\nC,=hunter2\n"})
    found = refusals([], here, WITH_PROFILE)
    assert found == [
        (
            "t.csv:3:3: key is the value of api_key in profile office (profiles/office.yaml:1:1): this param is sensitive:"
            " write ${VARIABLE} or ${file:PATH}, never the value itself"
        ),
        "t.csv:4:3: a cell that begins with = is a formula of a spreadsheet: write its value",
    ]
    write(here, {"t.csv": "tenant,key\nA,${BOT_KEY}\n"})
    assert load((), project(here, WITH_PROFILE)).entries("A")[0].params[0].value == "${BOT_KEY}"
