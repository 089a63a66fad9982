"""`pbxsync export`: whatever is live becomes files by which `plan` has nothing to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.emulator import Emulator
from tests.support.secret_forms import holders
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

DIALECTS = ("default", "full", "full-object", "bare", "typed", "old", "silent", "numbers", "nested", "sql")


def summary(workdir: Workspace) -> dict[str, int]:
    ran = workdir.run("plan", "--format", "json")
    assert ran.status == 0, ran.err
    found: dict[str, int] = json.loads(ran.out)["summary"]
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_an_export_nothing_differs_and_nothing_is_unmanaged_in_every_dialect(
    workdir: Workspace, dialect: str
) -> None:
    with workdir.emulator(dialect, demo=True) as pbx:
        ran = workdir.run("export", "DEMO", "HANSEN", "KLINIK", "NORDLYS", "EMPTY", "--out", "tenants")
        assert (ran.status, ran.out) == (0, "")
        assert ran.err.endswith("5 written, 0 unchanged, 0 failed\n")
        count = sum(len(pbx.rows(tenant)) for tenant in ("DEMO", "HANSEN", "KLINIK", "NORDLYS"))
        assert workdir.run("validate").status == 0
        found = summary(workdir)
        assert (found["add"], found["update"], found["unmanaged"], found["unchanged"]) == (0, 0, 0, count)


TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        " ",
        "0636287454",
        "on",
        "~",
        "1e5",
        "12:30",
        "a: b",
        "- x",
        "#",
        "'",
        '"',
        "\\",
        "{}",
        "a\nb",
        "\t",
        "\x07",
        "::x",
        "Æ",
    ]
)
ROW = st.fixed_dictionaries(
    {
        "cu_name": TEXT | st.sampled_from(["Twin", "twin", "Twin "]),
        "cu_ct_id": st.sampled_from([1, 2, 8, 11, 12, 77]),
        "params": st.dictionaries(st.integers(1, 20), TEXT, max_size=4),
    }
)
PROJECT = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key, "3"]}
  "11": {params: [a, "b: c", "on"]}
"""


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW, max_size=6),
    dialect=st.sampled_from(DIALECTS),
    clears=st.booleans(),
    labelled=st.booleans(),
)
def test_any_live_state_is_exported_as_what_it_is(
    workdir: Workspace, rows: list[dict[str, Any]], dialect: str, clears: bool, labelled: bool
) -> None:
    unlisted = "unlisted_params: clear\n" if clears else ""
    workdir.write("pbxsync.yaml", unlisted + (PROJECT if labelled else "types: {}\n"))
    with Emulator(demo=False, dialect=dialect) as pbx:
        workdir.connect(pbx.url, pbx.read_key, pbx.write_key)
        pbx.put_type(11, "12")
        pbx.put_type(12, "FORWARD")
        columns = 10 if dialect == "old" else 20
        for row in rows:
            params = {f"cu_param{at}": value for at, value in row["params"].items() if at <= columns}
            pbx.put("ACME", cu_name=row["cu_name"], cu_ct_id=row["cu_ct_id"], **params)
        assert workdir.run("export", "ACME", "--out", "tenants", "--force").status == 0
        assert workdir.run("validate").status == 0
        found = summary(workdir)
        assert (found["add"], found["update"], found["unmanaged"], found["unchanged"]) == (0, 0, 0, len(rows))
        first = (workdir.folder / "tenants/ACME.yaml").read_bytes()
        again = workdir.run("export", "ACME", "--out", "tenants")
        assert again.err.endswith("0 written, 1 unchanged, 0 failed\n")
        assert (workdir.folder / "tenants/ACME.yaml").read_bytes() == first
        assert not [asked for asked in pbx.log if asked.committed]


def test_one_tenant_goes_to_the_standard_output(workdir: Workspace, demo: Emulator) -> None:
    ran = workdir.run("export", "DEMO")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "tenant: DEMO\ndestinations:\n  - name: Boss phone\n    type: FORWARD\n    params:\n      number: 3564732920\n"
        "      callerid: INCOMINGDID\n      timeout: 30\n  - name: Old fax\n    type: FORWARD\n    params:\n"
        f'      number: "{demo.rows("DEMO")[0]["cu_param1"]}"\n      callerid: ORIGINAL\n      timeout: 20\n'
    )


def test_each_destination_is_got_once_and_no_more(workdir: Workspace, demo: Emulator) -> None:
    workdir.run("export", "DEMO", "HANSEN", "--out", "t")
    listed = sorted((asked.object, asked.tenant) for asked in demo.log if asked.action == "LIST")
    assert listed[:2] == [("CUSTOM", "DEMO"), ("CUSTOM", "HANSEN")]
    assert [what for what, _ in listed[2:]] == ["CUSTOMTYPES"]
    got = [asked.objectid for asked in demo.log if asked.action == "GET"]
    assert sorted(got) == sorted(row["cu_id"] for tenant in ("DEMO", "HANSEN") for row in demo.rows(tenant))


def test_tenants_may_come_from_a_list_and_each_counts_once(workdir: Workspace, demo: Emulator) -> None:
    workdir.write("fleet.txt", "HANSEN\n# not this: KLINIK\n\n DEMO  # ours\n")
    ran = workdir.run("export", "DEMO", "--tenant-list", "fleet.txt", "--out", "t")
    assert ran.status == 0
    assert sorted(path.name for path in (workdir.folder / "t").iterdir()) == ["DEMO.yaml", "HANSEN.yaml"]
    assert demo.log
    workdir.write("fleet.txt", "HANSEN\n\nDEMO x # y\n")
    wrong = workdir.run("export", "--tenant-list", "fleet.txt", "--out", "t")
    assert wrong.err.startswith('error: fleet.txt:3: "DEMO x" is not a tenant: a tenant\'s code has 1 to 64 letters')
    assert "none.txt cannot be read" in workdir.run("export", "--tenant-list", "none.txt", "--out", "t").err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "no TENANT given"),
        (("A", "B"), "several tenants need --out DIR"),
        (("../A", "--out", "t"), '"../A" is not a tenant'),
        (("A B", "--out", "t"), '"A B" is not a tenant'),
        (("DEMO", "--merge", "--force"), "--merge overwrites nothing: remove --force"),
        (("DEMO", "--out", "file"), "--out file: it is not a folder"),
    ],
)
def test_what_makes_no_sense_is_refused_unsent(
    workdir: Workspace, demo: Emulator, words: tuple[str, ...], complaint: str
) -> None:
    workdir.write("file", "")
    ran = workdir.run("export", *words)
    assert ran.status == 1
    assert complaint in ran.err
    assert demo.log == []


def test_a_file_that_somebody_changed_is_left_alone_and_the_others_go_on(workdir: Workspace, demo: Emulator) -> None:
    workdir.run("export", "DEMO", "HANSEN", "--out", "t")
    file = workdir.folder / "t/DEMO.yaml"
    file.write_text(file.read_text() + "# mine\n")
    demo.change(67, cu_name="Renamed")
    demo.put("HANSEN", cu_name="New")
    ran = workdir.run("export", "DEMO", "HANSEN", "--out", "t")
    assert ran.status == 1
    assert "DEMO failed: t/DEMO.yaml was changed after export wrote it" in ran.err
    assert ran.err.endswith("1 written, 0 unchanged, 1 failed\n")
    assert "Renamed" not in file.read_text()
    assert "New" in (workdir.folder / "t/HANSEN.yaml").read_text()
    assert workdir.run("export", "DEMO", "--out", "t", "--force").status == 0
    assert "Renamed" in file.read_text()


def test_a_tenant_that_fails_leaves_no_file_and_no_half_of_one(workdir: Workspace, demo: Emulator) -> None:
    demo.faults.add("other-row tenant=HANSEN action=get n=2")
    ran = workdir.run("export", "DEMO", "HANSEN", "--out", "t")
    assert ran.status == 1
    assert "HANSEN failed: " in ran.err
    assert [path.name for path in (workdir.folder / "t").iterdir()] == ["DEMO.yaml"]


def test_a_wrong_key_is_said_once_for_all_its_tenants(workdir: Workspace, demo: Emulator) -> None:
    demo.revoke(demo.read_key)
    tenants = [f"T{number}" for number in range(30)]
    ran = workdir.run("export", *tenants, "--out", "t", "--parallel", "1")
    assert ran.status == 1
    assert "and 21 more failed: the key is refused for each of the first 5 tenants" in ran.err
    assert len(ran.err.splitlines()) < 12
    assert len(demo.log) < 12
    workdir.connect(demo.url, None, None)
    without = workdir.run("export", *tenants, "--out", "t").err
    assert without.count("\n") == 1
    assert "set the environment variable PBXSYNC_READ_KEY" in without


def test_a_tenant_that_only_seems_empty_does_not_empty_its_file(workdir: Workspace, demo: Emulator) -> None:
    workdir.run("export", "DEMO", "--out", "t")
    before = (workdir.folder / "t/DEMO.yaml").read_bytes()
    demo.faults.add("empty object=CUSTOM action=list")
    ran = workdir.run("export", "DEMO", "--out", "t")
    assert ran.status == 1
    assert "It answers CUSTOMTYPES, but some of its errors look like this empty list" in ran.err
    assert (workdir.folder / "t/DEMO.yaml").read_bytes() == before
    forced = workdir.run("export", "DEMO", "--out", "t", "--force")
    assert forced.status == 0
    assert "warning: the PBX lists no destinations for DEMO" in forced.err


def test_a_second_file_of_a_tenant_is_not_begun_beside_the_first(workdir: Workspace, demo: Emulator) -> None:
    workdir.write("tenants/hansen.yaml", "tenant: HANSEN\ndestinations: []\n")
    ran = workdir.run("export", "HANSEN", "--out", "tenants")
    assert ran.status == 1
    assert "tenants/hansen.yaml already has tenant HANSEN: add to it with --merge" in ran.err
    assert demo.log == []


def test_exported_into_the_current_folder_it_can_be_exported_again(workdir: Workspace, demo: Emulator) -> None:
    assert workdir.run("export", "DEMO", "--out", ".").status == 0
    assert workdir.run("export", "DEMO", "--out", ".").err.endswith("0 written, 1 unchanged, 0 failed\n")
    assert demo.log


def test_keys_and_sensitive_params_get_into_no_file(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", PROJECT)
    with workdir.emulator("full") as pbx:
        pbx.put("ACME", cu_name=f"x{pbx.write_key}", cu_param1="1")
        pbx.put("ACME", cu_name="Key", cu_param1=pbx.read_key, cu_param2="2")
        pbx.put("ACME", cu_name="Agent", cu_ct_id=8, cu_param1="p", cu_param2="s3cr3t-value")
        ran = workdir.run("export", "ACME", "--out", "tenants")
        shown = workdir.run("export", "ACME")
        assert (ran.status, shown.status) == (0, 0)
        assert 'param1 ("number") is left out: it contains a key of the project' in ran.err
        assert 'param2 ("api_key") is left out: it is sensitive' in ran.err
        texts = {"file": (workdir.folder / "tenants/ACME.yaml").read_bytes(), "out": (shown.text + ran.text).encode()}
        assert holders([pbx.read_key, pbx.write_key, "s3cr3t-value"], texts) == []
        assert summary(workdir)["unmanaged"] == 0


@pytest.mark.parametrize("dialect", ["default", "full"])
def test_a_merge_adds_what_no_file_manages_and_touches_nothing_else(workdir: Workspace, dialect: str) -> None:
    mine = "# Our tenant\ntenant: DEMO\ndestinations:\n  - {name: Old fax}  # keep\n"
    with workdir.emulator(dialect, demo=True) as pbx:
        workdir.write("tenants/demo.yaml", mine)
        workdir.write("tenants/klinik.yaml", "tenant: KLINIK\ndestinations: []\n")
        pbx.put("DEMO", cu_name="Old fax ", cu_param1="7")
        ran = workdir.run("export", "--merge")
        assert ran.status == 0, ran.err
        merged = (workdir.folder / "tenants/demo.yaml").read_text()
        assert merged.startswith(mine)
        assert "Boss phone" in merged[len(mine) :]
        got = [asked.objectid for asked in pbx.log if asked.action == "GET"]
        assert "67" not in got
        found = summary(workdir)
        assert (found["add"], found["update"], found["unmanaged"]) == (0, 0, 0)
        assert workdir.run("export", "--merge").err.endswith("0 written, 2 unchanged, 0 failed\n")


def test_a_merge_takes_the_tenants_that_are_named_and_have_files(workdir: Workspace, demo: Emulator) -> None:
    for code in ("DEMO", "KLINIK"):
        workdir.write(f"tenants/{code}.yaml", f"tenant: {code}\ndestinations: []\n")
    assert workdir.run("export", "DEMO", "--merge").status == 0
    assert (workdir.folder / "tenants/KLINIK.yaml").read_text().endswith("[]\n")
    ran = workdir.run("export", "KLINK", "--merge")
    assert "tenant KLINK has no file (did you mean KLINIK?)" in ran.err
    assert demo.log


def test_a_merge_into_a_file_that_leaves_no_room_changes_nothing(workdir: Workspace, demo: Emulator) -> None:
    text = "tenant: DEMO\ndestinations: [{name: Old fax}]\n"
    file = workdir.write("tenants/demo.yaml", text)
    ran = workdir.run("export", "--merge")
    assert ran.status == 1
    assert "DEMO failed: tenants/demo.yaml: its destinations are not written as lines" in ran.err
    assert file.read_text() == text
    assert demo.log


def test_many_tenants_show_how_far_it_is_on_a_terminal(workdir: Workspace, demo: Emulator) -> None:
    demo.behaviour.latency_ms = 150
    status, shown = on_terminal(workdir, "export", *[f"T{n}" for n in range(60)], "--out", "t", "--parallel", "4", "-v")
    assert status == 0
    assert "Exporting" in shown
    assert "of 60" in shown
    assert "requests (0 repeated" in shown
