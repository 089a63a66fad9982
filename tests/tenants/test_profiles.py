from __future__ import annotations

from pathlib import Path

import pytest

from pbxsync.errors import FilesError
from pbxsync.model.entry import Entry, Param, Place
from pbxsync.tenants.load import load
from tests.tenants.loading import cases, desired, project, refusals, tenant, write

SETTINGS = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
  "7": {params: [digits]}
"""
OFFICE = """profile: office
inputs:
  company: {description: spoken by the agent}
  boss: {}
  ring: {default: 25}
destinations:
  - name: Boss phone
    type: FORWARD
    params: {number: {input: boss}, callerid: INCOMINGDID, timeout: {input: ring}}
  - name: {template: "{company} {{{tenant}}}"}
    type: AI AGENT
    params: [{template: "You answer for {company}."}, "${AI_API_KEY}"]
"""
HANSEN = """tenant: HANSEN
profiles:
  - profile: office
    with: {company: Hansen & Søn, boss: +4520990401}
    overrides:
      - {name: Boss phone, id: 401, renamed_from: Boss, params: {3: 040, 5: x}}
destinations:
  - name: Fax
"""


def test_a_profile_gives_ordinary_destinations_with_both_places(here: Path) -> None:
    found = desired(here, {"t/hansen.yaml": HANSEN, "profiles/office.yaml": OFFICE}, SETTINGS)
    office, file = "profiles/office.yaml", "t/hansen.yaml"
    use = Place(file, 3, 5)
    boss = (
        Param("number", "+4520990401", file, 4, 41),
        Param("callerid", "INCOMINGDID", office, 9, 47, use),
        Param("3", "040", file, 6, 69),
        Param("5", "x", file, 6, 77),
    )
    agent = (
        Param("1", "You answer for Hansen & Søn.", office, 12, 14, use),
        Param("2", "${AI_API_KEY}", office, 12, 55, use),
    )
    assert found.entries("HANSEN") == (
        Entry("HANSEN", Place(office, 7, 5, use), "401", "Boss phone", "FORWARD", boss, "Boss", False),
        Entry("HANSEN", Place(office, 10, 5, use), None, "Hansen & Søn {HANSEN}", "AI AGENT", agent, None, False),
        Entry("HANSEN", Place(file, 8, 5), None, "Fax", None, (), None, False),
    )
    assert (found.files, found.profiles, found.warnings) == (1, {"office": 1}, ())
    assert str(found.entries("HANSEN")[0].place) == "profiles/office.yaml:7:5 for t/hansen.yaml:3:5"
    assert found.entries("HANSEN")[0].place.source == "profiles/office.yaml:7 for t/hansen.yaml:3"


def test_a_default_has_its_place_in_the_profile(here: Path) -> None:
    text = "tenant: A\nprofiles: [{profile: office, with: {company: A, boss: 1}, without: ['A {A}']}]\n"
    (entry,) = desired(here, {"t/a.yaml": text, "profiles/office.yaml": OFFICE}, SETTINGS).entries("A")
    assert entry.params[2] == Param("timeout", "25", "profiles/office.yaml", 5, 19, Place("t/a.yaml", 2, 12))


def test_a_tenant_may_use_a_profile_several_times(here: Path) -> None:
    profile = "profile: p\ninputs: {n: {}}\ndestinations: [{name: {template: 'Desk {n}'}, type: {input: n}}]\n"
    uses = "".join(f"  - {{profile: p, with: {{n: {number}}}}}\n" for number in (7, 8))
    found = desired(here, {"t/a.yaml": f"tenant: A\nprofiles:\n{uses}", "profiles/p.yml": profile})
    assert [(entry.name, entry.type) for entry in found.entries("A")] == [("Desk 7", "7"), ("Desk 8", "8")]


def test_other_places_of_profiles_and_settings_of_the_tenant_file(here: Path) -> None:
    profile = "profile: {}\ndestinations: [{{name: {}}}]\n"
    files = {
        "a.yaml": "tenant: A\nunlisted_params: clear\nprofiles: [{profile: x}, {profile: y}]\n",
        "more/x.yaml": profile.format("x", "X"),
        "y.yaml": profile.format("y", "Y"),
    }
    found = desired(here, files, "tenants: [.]\nprofiles: [more/, y.yaml]\n")
    assert [(entry.name, entry.clear_unlisted) for entry in found.entries("A")] == [("X", True), ("Y", True)]
    assert found.files == 1


def test_the_default_folder_may_be_missing_or_empty_but_not_one_that_is_named(here: Path) -> None:
    write(here, {"t/a.yaml": tenant("A"), "profiles/notes.txt": ""})
    assert load([Path("t")], project(here, "retries: 2")).files == 1
    with pytest.raises(FilesError) as refused:
        load([Path("t")], project(here, "profiles: [profiles/, elsewhere/]"))
    assert [str(problem) for problem in refused.value.problems] == [
        "elsewhere: there is no such file or folder: name profiles, or folders of them",
        "profiles: the folder has no profiles (*.yaml, *.yml): name another one",
    ]


def test_a_profile_is_not_a_tenant_file(here: Path) -> None:
    write(here, {"t/a.yaml": tenant("A"), "profiles/office.yaml": OFFICE, "t/stray.yaml": OFFICE})
    with pytest.raises(FilesError) as refused:
        load([Path("t"), Path("profiles/office.yaml"), Path("profiles")], project(here, SETTINGS))
    assert [str(problem) for problem in refused.value.problems] == [
        "profiles: the folder has only profiles: name the tenant files that use them, or no paths",
        "profiles/office.yaml: this is a profile, not a tenant file: name the tenant files that use it, or no paths",
        (
            "t/stray.yaml:1:1: this is a profile, not a tenant file: put it into profiles/, or list its place below"
            " profiles: in pbxsync.yaml"
        ),
    ]


def test_a_profile_of_another_project_is_refused(here: Path) -> None:
    write(here, {"b/pbxsync.yaml": "retries: 3", "b/profiles/x.yaml": "profile: x\ndestinations: []\n"})
    problems = refusals(here, {"a/t.yaml": tenant("A")}, "tenants: [a]\nprofiles: [b/profiles]\n")
    assert [problem.partition(", but")[0] for problem in problems] == ["b/profiles/x.yaml: belongs to b/pbxsync.yaml"]


def test_what_nobody_uses_gets_a_warning(here: Path) -> None:
    profile = "profile: x\ninputs:\n  a: {}\n  b: {default: 1}\ndestinations: [{name: {input: a}}]\n"
    files = {"tenants/a.yaml": "tenant: A\nprofiles: [{profile: x, with: {a: 1}}]\n", "tenants/b.yaml": tenant("B")}
    write(here, files | {"profiles/x.yaml": profile, "profiles/y.yaml": "profile: y\ndestinations: []\n"})
    unused = "profiles/x.yaml:4:3: no destination of the profile uses input b: remove it"
    nobody = "profiles/y.yaml:1:1: no tenant uses profile y: remove the file, or use the profile"
    settings = project(here)
    assert [str(warning) for warning in load([here / "tenants"], settings).warnings] == [unused, nobody]
    assert [str(warning) for warning in load([here / "tenants/a.yaml"], settings).warnings] == [unused]


def test_problems_of_a_profile_are_reported_once_with_the_number_of_tenants(here: Path) -> None:
    files = {f"t/{code}.yaml": f"tenant: {code}\nprofiles: [{{profile: x}}]\n" for code in "ABC"}
    profile = "profile: x\ninputs: {a: {}}\ndestinations:\n  - {nmae: x, type: FORWARD, params: {nmber: 1}}\n"
    users, labels = " (3 tenants use this profile)", "it has number, callerid, timeout"
    broken = "profile: y\ndestinations: [{name: z, params: [{input: q}]}]\n"
    assert refusals(here, files | {"profiles/x.yaml": profile, "profiles/y.yaml": broken}, "tenants: t") == [
        f"profiles/x.yaml:4:6: unknown key nmae in a destination of a profile (did you mean name?){users}",
        f"profiles/x.yaml:4:39: type FORWARD has no param nmber (did you mean number?): {labels}{users}",
        "profiles/y.yaml:2:43: the profile has no input q: add it to inputs:",
        *(f"t/{code}.yaml:2:12: profile x (profiles/x.yaml:1:1) needs a: add it below with:" for code in "ABC"),
    ]


def test_a_name_from_two_sources_is_refused_with_all_places(here: Path) -> None:
    files = {
        "t/a.yaml": "tenant: A\nprofiles:\n  - profile: x\n  - profile: x\ndestinations: [{name: X}]\n",
        "profiles/x.yaml": "profile: x\ndestinations:\n  - name: X\n",
    }
    advice = "Names are unique within a tenant: leave one of them out with without:, or give it another name"
    first = "profiles/x.yaml:3:5 for t/a.yaml:3:5"
    assert refusals(here, files, "tenants: t") == [
        f'profiles/x.yaml:3:5 for t/a.yaml:4:5: "X" is already defined at {first}. {advice}',
        f't/a.yaml:5:16: "X" is already defined at {first}. {advice}',
    ]


def test_two_names_of_one_use_that_come_out_equal_need_other_inputs(here: Path) -> None:
    profile = "profile: x\ninputs: {a: {}}\ndestinations:\n  - name: X\n  - name: {input: a}\n"
    files = {"t/a.yaml": "tenant: A\nprofiles:\n  - {profile: x, with: {a: X}}\n", "profiles/x.yaml": profile}
    (problem,) = refusals(here, files, "tenants: t")
    assert problem.endswith("Names are unique within a tenant: give the profile inputs that make them different")


def test_a_default_folder_that_is_a_file_holds_no_profiles(here: Path) -> None:
    assert desired(here, {"t/a.yaml": tenant("A"), "profiles": "x"}, "tenants: t").profiles == {}


def test_profiles_that_cannot_be_read_are_named_and_their_uses_are_not(here: Path) -> None:
    files: dict[str, str | bytes] = {"profiles/x.yaml": b"\xff", "profiles/y.yaml": ""}
    write(here, files | {"t/a.yaml": "tenant: A\nprofiles: [{profile: x}]\n"})
    (here / "profiles/loop.yaml").symlink_to("loop.yaml")
    assert refusals(here, files, "tenants: t") == [
        "profiles/loop.yaml: the file cannot be read: Too many levels of symbolic links",
        "profiles/x.yaml:1:1: byte 0xFF is not UTF-8: save the file as UTF-8",
        "profiles/y.yaml:1:1: the file is empty: add to it, or remove it",
    ]


def test_a_profile_name_that_two_files_have_is_refused(here: Path) -> None:
    text = "profile: x\ndestinations: []\n"
    files = {"t/a.yaml": tenant("A"), "profiles/a.yaml": text, "profiles/b.yaml": f"# B\n{text}"}
    assert refusals(here, files, "tenants: t") == [
        "profiles/b.yaml:2:1: profile x is already defined at profiles/a.yaml:1:1: rename one of them"
    ]


def test_one_id_in_two_overrides_is_refused(here: Path) -> None:
    use = "tenant: {}\nprofiles: [{{profile: x, overrides: [{{name: X, id: 7}}]}}]\n"
    files = {"t/a.yaml": use.format("A"), "t/b.yaml": use.format("B")}
    files["profiles/x.yaml"] = "profile: x\ndestinations:\n  - name: X\n"
    row = "profiles/x.yaml:3:5 for t/"
    (problem,) = refusals(here, files, "tenants: t")
    assert problem == f"{row}b.yaml:2:12: id 7 is already pinned at {row}a.yaml:2:12: remove one of the two"


@pytest.mark.parametrize(("text", "problems"), cases(Path(__file__).parent / "profile_refusals.txt"))
def test_what_no_profile_and_no_use_may_say_is_refused_at_its_place(here: Path, text: str, problems: list[str]) -> None:
    """A case has the profile, then after a line of dashes the tenant file."""
    profile, _, file = text.partition("\n----\n")
    files = {"profiles/p.yaml": profile, "t/a.yaml": file or tenant("A")}
    problems = [problem.replace("P:", "profiles/p.yaml:").replace("T:", "t/a.yaml:") for problem in problems]
    found = refusals(here, files, f"tenants: t\n{SETTINGS}")
    assert found == problems
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    ("text", "uses"), [("x" * 3_000_000, 1), ("", 170_000), ("x" * 700_000, 5)], ids=["long", "parts", "several uses"]
)
def test_what_profiles_give_to_one_file_is_bounded(here: Path, text: str, uses: int) -> None:
    """A small file could ask for any amount of text otherwise."""
    template = "{x}" * (4 if text else 66_000)
    profile = f"profile: p\ninputs: {{x: {{}}}}\ndestinations: [{{name: a, params: [{{template: '{template}'}}]}}]\n"
    one = f"  - {{profile: p, with: {{x: {text or chr(34) * 2}}}}}\n"
    files = {"profiles/p.yaml": profile, "t/a.yaml": f"tenant: A\nprofiles:\n{one * min(uses, 200)}"}
    problems = refusals(here, files, "tenants: t")
    assert [problem.partition(": ")[2] for problem in problems if "MiB" in problem][:1] == [
        "the profiles give more than 10 MiB to this file: use fewer, or shorter inputs"
    ]
