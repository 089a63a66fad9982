"""The schemas for editors, held by an independent validator to the files that the loader takes and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pbxsync.export.writer import export
from pbxsync.model.entry import Type
from pbxsync.project import find
from pbxsync.schemas.profile_file import profile_schema
from pbxsync.schemas.project_file import project_schema
from pbxsync.schemas.tenant_file import tenant_schema
from pbxsync.tenants.profiles import known_profiles
from tests.export.test_writer import row
from tests.tenants.loading import cases
from tests.tenants.test_tenant_file import SETTINGS, of_demo

if TYPE_CHECKING:
    from pbxsync.project import Project
    from pbxsync.tenants.profile_file import Profile

ROOT = Path(__file__).parents[2]
#: What only the loader sees: how a value was written, or what it means beside others.
UNSEEN_BY_A_SCHEMA = {
    "id 007", "id 0x1F", "id 1_000", "id 1.0", "name twice", "id twice", "position 01",
    "name of a sign that begins lines of text",
    "comment that would drop a param",
}  # fmt: skip


OFFICE = """profile: office
inputs:
  company: {description: spoken by the agent}
  næste: {default: 25}
  key: {}
destinations:
  - {name: Boss phone, type: FORWARD, params: {number: {input: company}, callerid: "", timeout: 030}}
  - {name: {template: "{company} {{{tenant}}}"}, type: AI AGENT, params: [{template: x}, {input: key}]}
  - {name: {input: company}, type: {input: company}, params: {prompt: x, 20: {input: næste}}, renamed_from: 5}
  - {name: b, type: AI AGENT, params: {prompt: 1.5, api_key: "${KEY}"}}
"""
USE = "tenant: A\nprofiles:\n  - {profile: office, with: {company: 5, key: '${KEY}'}"
#: What only the loader sees of profiles and their uses: what the names in it stand for.
UNSEEN_OF_PROFILES = {
    "inputs of sensitive params", "a type from an input, whose params it does not have", "an input that is empty",
    "nothing to override",
}  # fmt: skip


class EditorLoader(yaml.SafeLoader):
    """Types what stands without quotes as editors do, but leaves dates as text, as JSON has none."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_an_editor(text: str) -> Any:
    """Return a file as an editor holds it against a schema."""
    return json.loads(json.dumps(yaml.load(text, Loader=EditorLoader)))  # noqa: S506 - a SafeLoader


def project(folder: Path, settings: str = SETTINGS) -> Project:
    (folder / "pbxsync.yaml").write_text(settings)
    return find([folder], None, {}, folder)


def complaints(schema: dict[str, Any], text: str) -> list[str]:
    try:
        value = as_an_editor(text)
    except (yaml.YAMLError, ValueError) as error:
        return [str(error)]
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


def office(folder: Path) -> list[Profile]:
    """Write two profiles and return them as the command does."""
    for name, text in {"office": OFFICE, "none": "profile: 7\ndestinations: [{name: Fax}]\n"}.items():
        (folder / "profiles").mkdir(exist_ok=True)
        (folder / f"profiles/{name}.yaml").write_text(text)
    return known_profiles(find([folder], None, {}, folder))


def test_the_schemas_are_schemas(tmp_path: Path) -> None:
    settings = project(tmp_path)
    for schema in (tenant_schema(settings, office(tmp_path)), profile_schema(settings), project_schema()):
        Draft202012Validator.check_schema(schema)
        assert json.loads(json.dumps(schema)) == schema


def test_the_examples_have_no_complaints() -> None:
    examples = find([ROOT / "examples"], None, {}, ROOT)
    files = sorted((ROOT / "examples/tenants").rglob("*.yaml"))
    assert len(files) >= 3
    for file in files:
        assert complaints(tenant_schema(examples), file.read_text()) == [], file
    assert complaints(project_schema(), (ROOT / "examples/pbxsync.yaml").read_text()) == []


GOOD = [
    of_demo('  - {name: a, type: AI AGENT, params: [hello, "${KEY}"]}'),
    of_demo('  - {name: a, type: AI AGENT, params: {1: x, api_key: ""}}'),
    of_demo("  - {name: 5, type: 7, params: {digits: 045, 20: on}}"),
    of_demo("  - {id: 286}\n  - {id: '287', name: '~', params: {callerid: 'null', prompt: x}}"),
    of_demo("  - {name: a, renamed_from: 2020-01-31, type: 12, params: [1, 1.5, true, '~', 12:30]}"),
    of_demo("  - {name: a, type: QUEUE, params: {1: x}}"),
    "tenant: 42\nunlisted_params: clear\ndestinations: []",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_files_have_no_complaints(tmp_path: Path, text: str) -> None:
    assert complaints(tenant_schema(project(tmp_path)), text) == []


def test_an_exported_file_has_no_complaints(tmp_path: Path) -> None:
    words = project(tmp_path)
    kinds = [Type("1", "FORWARD"), Type("2", "AI AGENT"), Type("7", "SEVEN"), Type("9", "QUEUE")]
    live = [row(number, f"n{number % 5}", kinds[number % 4], "0636", "", "x\ny", "on") for number in range(1, 20)]
    assert complaints(tenant_schema(words), export("DEMO", live, kinds, words).text) == []


@pytest.mark.parametrize(("text", "problems"), cases(ROOT / "tests/tenants/refusals.txt"))
def test_what_the_loader_refuses_the_tenant_schema_refuses(
    tmp_path: Path, request: pytest.FixtureRequest, text: str, problems: list[str]
) -> None:
    text = of_demo(text) if text.startswith("  -") else text
    found = complaints(tenant_schema(project(tmp_path)), text)
    assert bool(found) != (request.node.callspec.id in UNSEEN_BY_A_SCHEMA), problems


@pytest.mark.parametrize(("text", "problems"), cases(ROOT / "tests/project/refusals.txt"))
def test_what_pbxsync_refuses_the_project_schema_refuses(text: str, problems: list[str]) -> None:
    assert complaints(project_schema(), text), problems


@pytest.mark.parametrize("settings", [SETTINGS, ""])
def test_a_good_profile_has_no_complaints(tmp_path: Path, settings: str) -> None:
    text = OFFICE if settings else OFFICE.replace("prompt:", "1:").replace("api_key:", "2:")
    assert complaints(profile_schema(project(tmp_path, settings or "retries: 2")), text) == []
    assert complaints(profile_schema(project(tmp_path)), "profile: 5\ninputs: {}\ndestinations: []") == []


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (f"{USE}}}\n", True),
        (f"{USE}, without: [5, '~'], overrides: [{{name: x, id: 7}}]}}\ndestinations: []\n", True),
        (f"{USE}, overrides: [{{name: x, renamed_from: y, params: {{timeout: 030, prompt: a, 20: b}}}}]}}\n", True),
        (f"{USE}, overrides: [{{name: x, params: [1, 2]}}]}}\n", True),
        ("tenant: A\nprofiles: [{profile: 7}, {profile: not yet known, with: {a: 1}}]\n", True),
        ("tenant: A\nprofiles: []\n", True),
        ("tenant: A\nprofiles: [{profile: office}]\n", False),
        ("tenant: A\nprofiles: [{profile: office, with: {company: x}}]\n", False),
        ("tenant: A\nprofiles: [{profile: 7, with: {company: x}}]\n", False),
        (USE.replace("key: '${KEY}'", "key: hunter2") + "}\n", False),
        (USE.replace("key:", "tenant: A, key:") + "}\n", False),
        (USE.replace("key:", "kye: 1, key:") + "}\n", False),
        (USE.replace("company: 5", "company: ") + "}\n", False),
        (f"{USE}, overrides: [{{name: x}}]}}\n", False),
        (f"{USE}, overrides: [{{name: x, type: y}}]}}\n", False),
        (f"{USE}, overrides: [{{id: 7, params: [1]}}]}}\n", False),
        (f"{USE}, overrides: [{{name: x, params: {{nmber: 1}}}}]}}\n", False),
        (f"{USE}, without: [a, a]}}\n", False),
    ],
)
def test_the_use_of_a_profile_is_held_to_its_inputs(tmp_path: Path, text: str, good: bool) -> None:
    settings = project(tmp_path)
    assert (complaints(tenant_schema(settings, office(tmp_path)), text) == []) == good


@pytest.mark.parametrize(("text", "problems"), cases(ROOT / "tests/tenants/profile_refusals.txt"))
def test_what_the_loader_refuses_of_profiles_the_schemas_refuse(
    tmp_path: Path, request: pytest.FixtureRequest, text: str, problems: list[str]
) -> None:
    profile, _, file = text.partition("\n----\n")
    settings = project(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/p.yaml").write_text(profile)
    found = complaints(profile_schema(settings), profile)
    found += complaints(tenant_schema(settings, known_profiles(settings)), file) if file else []
    assert bool(found) != (request.node.callspec.id in UNSEEN_OF_PROFILES), (found, problems)


def test_labels_and_types_of_the_project_are_offered(tmp_path: Path) -> None:
    schema = json.dumps(tenant_schema(project(tmp_path)))
    for word in ("FORWARD", "AI AGENT", "callerid", "prompt", "digits"):
        assert f'"{word}"' in schema
