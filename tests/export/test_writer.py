from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.export.writer import export
from pbxsync.kinds.custom_destination import PARAM_COUNT
from pbxsync.live.types import TypeTable
from pbxsync.model.entry import Type
from pbxsync.model.plan import Destination
from pbxsync.planning.match import match
from pbxsync.planning.resolve import resolve
from pbxsync.project import Project, find
from pbxsync.tenants.load import load
from pbxsync.text.sanitize import DANGEROUS
from tests.tenants.test_text import TEXT

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
  "7": {params: [digits, "on"], sensitive: [3]}
"""
FORWARD, AGENT, QUEUE = Type("1", "FORWARD"), Type("2", "AI AGENT"), Type("3", "QUEUE")


def project(folder: Path, text: str = SETTINGS) -> Project:
    (folder / "pbxsync.yaml").write_text(text)
    return find([], None, {}, folder)


def row(number: int, name: str, kind: Type | None, *params: str) -> Destination:
    return Destination(str(number), name, kind, (*params, *[""] * (PARAM_COUNT - len(params))))


def test_the_file_is_as_a_person_would_have_written_it(here: Path) -> None:
    live = [
        row(9, "Night duty", FORWARD, "+4570123456", "", "045"),
        row(286, "Boss phone", FORWARD, "3564732920", "INCOMINGDID", "30", "", "extra"),
        row(3, "", FORWARD, "1"),
        row(5, "Fax", QUEUE, "sales, support", "on"),
        row(41, "Fax", QUEUE, "", "x"),
        row(6, "Robot", AGENT, "You are kind.\nBe brief.", "hunter2"),
        row(7, "On hold", QUEUE),
        row(8, "Bad\x1b[1m", QUEUE, "a\x07", "##[b"),
        row(10, "Long", QUEUE, "a" * 60, "b" * 60),
        row(11, "Odd type", Type("12", None), "x"),
        row(12, "Untold type", None, "x"),
    ]
    exported = export("DEMO", live, [FORWARD, AGENT, QUEUE], project(here))
    assert (
        exported.text
        == f"""tenant: DEMO
destinations:
  - id: 3  # its name is empty
    type: FORWARD
    params:
      number: 1
  - id: 8  # its name contains control characters: "Bad\\u001b[1m"
    type: QUEUE
    params:
      2: "#\\x23[b"
  - name: Boss phone
    type: FORWARD
    params:
      number: 3564732920
      callerid: INCOMINGDID
      timeout: 30
      5: extra
  - id: 5  # one of 2 named "Fax"
    type: QUEUE
    params: ["sales, support", "on"]
  - id: 41  # one of 2 named "Fax"
    type: QUEUE
    params:
      2: x
  - name: Long
    type: QUEUE
    params:
      - {"a" * 60}
      - {"b" * 60}
  - name: Night duty
    type: FORWARD
    params:
      number: "+4570123456"
      timeout: "045"
  - name: Odd type
    type: 12
    params: [x]
  - name: On hold
    type: QUEUE
  - name: Robot
    type: AI AGENT
    params:
      prompt: |-
        You are kind.
        Be brief.
  - name: Untold type
    params: [x]
"""
    )
    assert exported.warnings == (
        'destination 8 of tenant DEMO, "Bad\\u001b[1m": param1 is left out: it contains control characters',
        'destination 6 of tenant DEMO, "Robot": param2 ("api_key") is left out: it is sensitive',
    )


def test_an_empty_tenant_is_an_empty_list(here: Path) -> None:
    assert export("007", [], [], project(here)).text == 'tenant: "007"\ndestinations: []\n'


def test_the_order_of_the_server_makes_no_difference(here: Path) -> None:
    live = [row(number, f"n{number % 7}", QUEUE, str(number)) for number in range(1, 30)]
    texts = {export("A", order, [QUEUE], project(here)).text for order in (live, live[::-1], sorted(live, key=repr))}
    assert len(texts) == 1


def test_a_type_is_named_by_its_number_where_its_name_tells_too_little(here: Path) -> None:
    types = [
        Type("1", "FORWARD"),
        Type("2", "FORWARD"),
        Type("3", "44"),
        Type("4", "a\x07"),
        Type("5", ""),
        Type("6", "on"),
    ]
    live = [row(int(kind.id), f"n{kind.id}", kind) for kind in [*types, Type("7", "NOT LISTED")]]
    assert [line.strip() for line in export("A", live, types, project(here)).text.splitlines() if "type:" in line] == [
        "type: 1", "type: 2", "type: 3", "type: 4", "type: 5", 'type: "on"', "type: 7",
    ]  # fmt: skip


def test_params_that_are_left_out_are_kept_though_the_project_clears(here: Path) -> None:
    clears = project(here, SETTINGS + "unlisted_params: clear\n")
    kept = "unlisted_params: keep  # some params are left out below and stay as they are on the PBX"
    assert kept in export("A", [row(1, "x", QUEUE, "a\x07")], [QUEUE], clears).text
    assert "unlisted_params" not in export("A", [row(1, "x", AGENT, "", "hunter2")], [AGENT], clears).text


NAMES = st.one_of(st.sampled_from(["", "a", "A", " a", "on", "x\x00", "\ud800", "::error::", "1"]), TEXT)
VALUES = st.one_of(st.just(""), st.just(""), st.sampled_from(["30", "${VAR}", "a\r", "##[x", "a\nb"]), TEXT)
TYPES = [
    FORWARD,
    AGENT,
    QUEUE,
    Type("7", "SEVEN"),
    Type("8", "TWIN"),
    Type("9", "TWIN"),
    Type("10", "\x07"),
    Type("11", "12"),
]
UNLISTED = [Type("20", None), Type("21", "FORWARD"), None]
ROWS = st.builds(
    Destination,
    id=st.integers(1, 10**17).map(str),
    name=NAMES,
    type=st.sampled_from([*TYPES, *UNLISTED]),
    params=st.lists(VALUES, max_size=PARAM_COUNT).map(lambda values: (*values, *[""] * (PARAM_COUNT - len(values)))),
)


@given(st.lists(ROWS, max_size=6, unique_by=lambda each: each.id), st.booleans())
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_live_destination_is_matched_by_one_entry_with_equal_fields(
    here: Path, live: list[Destination], clear: bool
) -> None:
    words = project(here, SETTINGS + ("unlisted_params: clear" if clear else ""))
    exported = export("A", live, TYPES, words)
    assert all(not DANGEROUS.search(line) and not line.lstrip().startswith("::") for line in exported.text.splitlines())
    yaml.safe_load(exported.text)
    (here / "a.yaml").write_bytes(exported.text.encode())
    entries = load([here / "a.yaml"], words).entries("A")
    matching = match(entries, [(each.id or "", each.name or "") for each in live])
    assert matching.unmanaged == ()
    table = TypeTable(TYPES)
    by_id = {each.id: each for each in live}
    left_out = 0
    for entry, identity in matching.pairs:
        is_live = by_id[identity]
        numbers = [each.type.id for each in live if each.type]
        want = resolve(entry, is_live, table, numbers, words)
        assert want.destination.name in {None, is_live.name}
        assert (want.destination.type is None) == (is_live.type is None)
        assert want.destination.type is None or is_live.type is None or want.destination.type.id == is_live.type.id
        for desired, value in zip(want.destination.params, is_live.params, strict=True):
            assert desired in {None, value}
            left_out += bool(value) and desired is None
    assert left_out == len(exported.warnings)
