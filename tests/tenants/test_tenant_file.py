from __future__ import annotations

from pathlib import Path

import pytest

from pbxsync.model.entry import Entry, Param, Place
from tests.tenants.loading import cases, desired, refusals

SETTINGS = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
  "7": {params: [digits], sensitive: ["2"]}
"""


def of_demo(text: str) -> str:
    return f"tenant: DEMO\ndestinations:\n{text}"


def test_a_destination_arrives_as_it_is_written(here: Path) -> None:
    text = """tenant: DEMO
destinations:
  - name: Boss phone
    type: FORWARD
    params: [3564732920, INCOMINGDID, ""]
  - name: Night duty
    type: FORWARD
    params:
      number: +45 70 12 34 56
      3: 045
  - name: Boss private phone
    id: 286
  - id: 67
    params: {callerid: ~}
  - name: Front desk
    renamed_from: Reception
    type: 12
    params: {20: on}
"""
    file = "tenants/demo.yaml"
    found = desired(here, {file: text})

    def params(*written: tuple[str, str, int, int]) -> tuple[Param, ...]:
        return tuple(Param(key, value, file, line, column) for key, value, line, column in written)

    number, caller, time = ("1", "3564732920", 5, 14), ("2", "INCOMINGDID", 5, 26), ("3", "", 5, 39)
    night = ("number", "+45 70 12 34 56", 9, 15), ("3", "045", 10, 10)
    last = params(("20", "on", 18, 18))
    assert found.entries("DEMO") == (
        Entry("DEMO", Place(file, 3, 5), None, "Boss phone", "FORWARD", params(number, caller, time), None, False),
        Entry("DEMO", Place(file, 6, 5), None, "Night duty", "FORWARD", params(*night), None, False),
        Entry("DEMO", Place(file, 11, 5), "286", "Boss private phone", None, (), None, False),
        Entry("DEMO", Place(file, 13, 5), "67", None, None, params(("callerid", "~", 14, 24)), None, False),
        Entry("DEMO", Place(file, 15, 5), None, "Front desk", "12", last, "Reception", False),
    )
    assert (found.tenants, found.files, found.destinations, found.warnings) == (("DEMO",), 1, 5, ())


@pytest.mark.parametrize(
    ("project", "file", "clear"),
    [
        ("", "", False),
        ("unlisted_params: clear", "", True),
        ("unlisted_params: clear", "unlisted_params: keep", False),
        ("unlisted_params: keep", "unlisted_params: clear", True),
        ("", "unlisted_params: clear", True),
    ],
)
def test_unlisted_params_of_the_file_win_over_the_project(here: Path, project: str, file: str, clear: bool) -> None:
    text = f"tenant: DEMO\n{file}\ndestinations: [{{name: a}}]\n"
    (entry,) = desired(here, {"a.yaml": text}, project).entries("DEMO")
    assert entry.clear_unlisted is clear


def test_sensitive_params_are_references_or_cleared(here: Path) -> None:
    text = of_demo("""
  - {name: a, type: AI AGENT, params: [hello, "${KEY}"]}
  - {name: b, type: AI AGENT, params: {api_key: "${file:secrets/key}"}}
  - {name: c, type: AI AGENT, params: [$5, ""]}
  - {name: d, type: 7, params: {digits: "${not special}"}}
""")
    values = [
        [param.value for param in entry.params] for entry in desired(here, {"a.yaml": text}, SETTINGS).entries("DEMO")
    ]
    assert values == [["hello", "${KEY}"], ["${file:secrets/key}"], ["$5", ""], ["${not special}"]]


@pytest.mark.parametrize(("text", "problems"), cases(Path(__file__).parent / "refusals.txt"))
def test_what_no_file_may_say_is_refused_at_its_place(here: Path, text: str, problems: list[str]) -> None:
    text = of_demo(text) if text.startswith("  -") else text
    assert refusals(here, {"a.yaml": text}, SETTINGS) == [f"a.yaml:{problem}" for problem in problems]


def test_no_refusal_repeats_a_literal_secret(here: Path) -> None:
    for text in ("{api_key: hunter2}", "[a, hunter2]", "{api_key: *hunter2}", "{api_key: [hunter2]}", "{2: @hunter2}"):
        entry = of_demo(f"  - name: x\n    type: AI AGENT\n    params: {text}")
        assert "hunter2" not in "".join(refusals(here, {"a.yaml": entry}, SETTINGS))


def test_problems_of_reader_and_schema_come_together_and_in_order(here: Path) -> None:
    files: dict[str, str | bytes] = {
        "b.yaml": "tenant: B\ntenant: C\ndestinations: [{name: !x y, z: 1}]\n",
        "a.yml": "tenant: *12#\n",
        "c/d.yaml": "tenant: [\n",
    }
    assert refusals(here, files) == [
        "a.yml:1:12: a value that begins with * is an alias in YAML: put it in quotes",
        'b.yaml:2:1: "tenant" is given twice, first in line 1: remove one of them',
        "b.yaml:3:23: a value that begins with ! is a tag in YAML: put it in quotes, or remove the tag",
        "b.yaml:3:29: unknown key z in a destination",
        "c/d.yaml:1:9: a list in [ ] or a mapping in { } is not closed, or lacks a comma",
    ]
