"""Checks of the project file: what they find, where they say it, and that they never change anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.errors import ProjectError
from pbxsync.project import find
from pbxsync.text.phone import comparable
from tests.tenants.loading import cases

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

CHECKS = r"""types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
checks:
  - {type: FORWARD, param: number, required: true, matches: ['\+\d{8,15}', '\d{3,6}']}
  - {type: FORWARD, param: number, phone: {region: DK, forbid: [premium_rate, emergency]}, message: not such numbers}
  - {type: FORWARD, param: callerid, matches: [INCOMINGDID, ORIGINAL, '\+\d{8,15}']}
  - {type: FORWARD, param: timeout, min: 5, max: 120, level: warning}
  - {param: number, unique: fleet, level: warning, except: ['+4570990400']}
  - {tenant: 'A*', field: name, forbid: ['[a-z].*'], one_of: [Boss, Night, Fax]}
"""


@pytest.fixture
def checked(workdir: Workspace) -> Workspace:
    workdir.write("pbxsync.yaml", CHECKS)
    return workdir


def problems(ran_err: str) -> list[str]:
    return ran_err.splitlines()


def test_values_that_the_checks_allow_are_valid(checked: Workspace) -> None:
    checked.tenant(
        "ALPHA",
        {"name": "Boss", "type": "FORWARD", "params": ["+4520990401", "INCOMINGDID", "30"]},
        {"name": "Night", "type": "FORWARD", "params": {"number": "204", "timeout": "005"}},
        {"name": "Fax", "type": "AI AGENT", "params": {"prompt": "x", "api_key": "${KEY}"}},
    )
    ran = checked.run("validate")
    assert (ran.status, ran.err) == (0, "")


def test_everything_that_is_wrong_is_said_at_its_place_all_at_once(checked: Workspace) -> None:
    checked.write(
        "tenants/a.yaml",
        """tenant: ALPHA
destinations:
  - name: boss
    type: FORWARD
    params: [+457O123456, incomingdid, 3]
  - {name: Night, type: FORWARD, params: {number: +4590123456, timeout: ten}}
  - name: Fax
    type: FORWARD
    params: {number: "", timeout: 99999999999999999999}
  - {name: Boss, type: FORWARD, params: {3: 25}}
""",
    )
    checked.write(
        "tenants/b.yaml",
        "tenant: BETA\ndestinations: [{name: x, type: FORWARD, params: [+45 90 12 34 56, ORIGINAL]}]\n",
    )
    ran = checked.run("validate")
    assert ran.status == 1
    alpha = r"must match \+\d{8,15} or \d{3,6} (check at pbxsync.yaml:4:5)"
    caller = r"must match INCOMINGDID or ORIGINAL or \+\d{8,15} (check at pbxsync.yaml:6:5)"
    premium = "is of a kind that is not allowed (premium rate) (check at pbxsync.yaml:5:5)"
    assert problems(ran.err) == [
        'error: tenants/a.yaml:3:5: name "boss" must not match [a-z].* (check at pbxsync.yaml:9:5)',
        'error: tenants/a.yaml:3:5: name "boss" must be "Boss" or "Night" or "Fax" (check at pbxsync.yaml:9:5)',
        f'error: tenants/a.yaml:5:14: number "+457O123456" {alpha}',
        f'error: tenants/a.yaml:5:27: callerid "incomingdid" {caller}',
        f'error: tenants/a.yaml:6:51: not such numbers: number "+4590123456" {premium}',
        'error: tenants/a.yaml:9:22: number "" is required, and empty (check at pbxsync.yaml:4:5)',
        f'error: tenants/a.yaml:9:22: number "" {alpha}',
        "error: tenants/a.yaml:10:5: number is required, and not given (check at pbxsync.yaml:4:5)",
        f'error: tenants/b.yaml:2:50: number "+45 90 12 34 56" {alpha}',
        f'error: tenants/b.yaml:2:50: not such numbers: number "+45 90 12 34 56" {premium}',
    ]


def test_warnings_are_warnings(checked: Workspace, pbx: Emulator) -> None:
    checked.tenant("B", {"name": "x", "type": "FORWARD", "params": ["+4520990401", "ORIGINAL", "3"]})
    checked.tenant(
        "C",
        {"name": "y", "type": "FORWARD", "params": ["+4520990401", "ORIGINAL", "121"]},
        {"name": "z", "type": "FORWARD", "params": ["+4570990400", "ORIGINAL", "12x"]},
    )
    checked.tenant("D", {"name": "w", "type": "FORWARD", "params": ["+4570990400"]})
    for words in (["validate"], ["plan"]):
        ran = checked.run(*words)
        assert ran.status == 0, ran.err
        assert all(line.startswith("warning: tenants/") for line in problems(ran.err))
        assert [line.split(": ", 2)[2].split(" (check")[0] for line in problems(ran.err)] == [
            'timeout "3" must be at least 5',
            'number "+4520990401" is also given at tenants/B.yaml:5:14 (B)',
            'timeout "121" must be at most 120',
            'timeout "12x" must be a whole number',
        ]
    assert pbx.rows("B") == []


@pytest.mark.parametrize("words", [["plan"], ["apply", "--auto-approve"]])
def test_no_request_is_sent_for_files_that_break_a_check(checked: Workspace, pbx: Emulator, words: list[str]) -> None:
    checked.tenant("B", {"name": "x", "type": "FORWARD", "params": ["12"]})
    ran = checked.run(*words)
    assert (ran.status, list(pbx.log)) == (1, [])


def test_an_export_and_a_revert_do_not_ask_the_checks(checked: Workspace, pbx: Emulator) -> None:
    pbx.put("B", cu_name="x", cu_param1="12")
    assert checked.run("export", "B", "--out", "tenants").status == 0
    assert checked.run("validate").status == 1
    assert checked.run("export", "B", "--out", "tenants", "--merge").status == 0


def test_a_literal_of_a_profile_is_wrong_once_and_an_input_where_it_is_given(checked: Workspace) -> None:
    checked.write(
        "profiles/office.yaml",
        "profile: office\ninputs: {boss: {}}\ndestinations:\n"
        "  - {name: Boss, type: FORWARD, params: {number: {input: boss}, callerid: nobody}}\n",
    )
    for number, boss in enumerate(["+4520990401", "2O4", "+4520990402"]):
        checked.write(
            f"tenants/b{number}.yaml", f"tenant: B{number}\nprofiles: [{{profile: office, with: {{boss: {boss}}}}}]\n"
        )
    ran = checked.run("validate")
    assert ran.status == 1
    assert [line.split(" must")[0] for line in problems(ran.err)] == [
        'error: profiles/office.yaml:4:75: callerid "nobody"',
        'error: tenants/b1.yaml:2:43: number "2O4"',
    ]
    assert problems(ran.err)[0].endswith("(3 uses of the profile)")


def test_a_type_is_the_same_by_its_name_on_the_pbx(workdir: Workspace) -> None:
    workdir.write(
        "pbxsync.yaml",
        "types: {FORWARD: {params: [number], on_pbx: Forward call}}\nchecks: [{type: FORWARD, param: number, min: 5}]\n",
    )
    workdir.tenant(
        "A", {"name": "x", "type": "Forward call", "params": ["3"]}, {"name": "y", "type": "OTHER", "params": ["3"]}
    )
    ran = workdir.run("validate")
    assert 'tenants/A.yaml:4:14: number "3"' not in ran.err
    assert ran.err.count("must be at least 5") == 1


def test_secrets_are_not_looked_at(workdir: Workspace) -> None:
    workdir.write(
        "pbxsync.yaml",
        "types: {AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}}\n"
        "checks: [{param: api_key, matches: [x]}, {param: 2, one_of: [x]}]\n",
    )
    workdir.tenant(
        "A",
        {"name": "x", "type": "AI AGENT", "params": {"api_key": "${S3CRET_NAME}"}},
        {"name": "y", "id": "7", "params": {"api_key": "${S3CRET_NAME}"}},
    )
    ran = workdir.run("validate")
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(("text", "expected"), cases(Path(__file__).parent / "check_refusals.txt"))
def test_a_check_that_cannot_be_meant_is_refused_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pbxsync.yaml").write_text(text)
    with pytest.raises(ProjectError) as refused:
        find([], None, {}, tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [f"pbxsync.yaml:{problem}" for problem in expected]


def test_a_type_that_no_file_has_is_refused_at_the_check(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", "checks: [{type: WAITNG, param: 1, min: 5}, {type: '12', param: 1, min: 5}]\n")
    workdir.tenant("A", {"name": "x", "type": "WAITING"})
    ran = workdir.run("validate")
    message = 'no file has a type "WAITNG" (did you mean "WAITING"?): correct the check, or list it below types:'
    assert problems(ran.err) == [f"error: pbxsync.yaml:1:10: {message}"]


def test_phone_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    (tmp_path / "pbxsync.yaml").write_text("checks: [{param: number, phone: {region: DK}}]\n")
    with pytest.raises(ProjectError, match=r"1:26: phone needs the extra phone: install pbxsync\[phone\]"):
        find([tmp_path], None, {}, tmp_path)


def test_checks_without_phone_do_not_load_the_library(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", "checks: [{param: number, unique: fleet}]\n")
    workdir.tenant("A", {"name": "x", "type": "FORWARD", "params": ["1"]})
    code = "import sys; from pbxsync.cli.main import run; run(['validate']); print('phonenumbers' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=workdir.folder, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("+4520990401", "0045 20-99.04/01", True),
        ("+4520990401", "+45 (20) 990401", True),
        ("20990401", "+4520990401", False),
        ("#31#", "#31 #", False),
        ("INCOMINGDID", "incomingdid", False),
        ("00", "+", False),
    ],
)
def test_numbers_are_compared_as_numbers_and_words_as_words(first: str, second: str, same: bool) -> None:
    assert (comparable(first) == comparable(second)) is same


@given(st.text(max_size=12))
def test_only_numbers_are_made_comparable(text: str) -> None:
    if comparable(text) != text:
        assert set(text) <= set("0123456789+ ()./-")
    assert comparable(comparable(text)) == comparable(text)
