"""For random histories: `plan --since` and apply change exactly the fields that the branch changed, and never another."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.emulator import Emulator
from tests.support.repo import Repo
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

CODES = ("A", "B", "C")
NAMES = ("Night", "Day", "Fax")
VALUES = ("", "1", "2", "3")
#: The params of one destination: number, callerid, timeout.
Params = tuple[str, str, str]
Files = dict[str, dict[str, Params]]
PARAMS = st.tuples(*[st.sampled_from(VALUES)] * 3)
FILES = st.dictionaries(st.sampled_from(CODES), st.dictionaries(st.sampled_from(NAMES), PARAMS, max_size=3))
#: A new value for one field of a destination (0 to 2), a destination that goes (None), or one that comes.
EDITS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(NAMES),
        st.one_of(st.none(), st.tuples(st.integers(0, 2), st.sampled_from(VALUES))),
    ),
    max_size=4,
)

ROW = """profile: row
inputs: {name: {}, a: {}, b: {}, c: {default: ""}}
destinations:
  - {name: {input: name}, type: FORWARD, params: {number: {input: a}, 2: {template: "{b}"}, timeout: {input: c}}}
"""


def edited(files: Files, edits: list[Any], *, may_remove: bool = True) -> Files:
    found = {code: dict(rows) for code, rows in files.items()}
    for code, name, edit in edits:
        rows = found.setdefault(code, {})
        if edit is None:
            if may_remove:
                rows.pop(name, None)
        else:
            at, value = edit
            params = list(rows.get(name, ("1", "1", "1")))
            params[at] = value
            rows[name] = (params[0], params[1], params[2])
    return found


def write(space: Workspace, files: Files, profiled: AbstractSet[str]) -> None:
    """Write the files of the tenants; those of the tenants that are `profiled` use a profile for each destination."""
    for code in CODES:
        rows = files.get(code)
        if rows is None:
            (space.folder / f"tenants/{code}.yaml").unlink(missing_ok=True)
        elif code in profiled:
            uses = [
                {"profile": "row", "with": {"name": name, "a": params[0], "b": params[1], "c": params[2]}}
                for name, params in rows.items()
            ]
            space.write(f"tenants/{code}.yaml", json.dumps({"tenant": code, "profiles": uses}, indent=1))
        else:
            entries = [{"name": name, "type": "FORWARD", "params": list(params)} for name, params in rows.items()]
            space.tenant(code, *entries)


def live(pbx: Emulator) -> dict[tuple[str, str], Params]:
    return {
        (code, row["cu_name"]): (row["cu_param1"], row["cu_param2"], row["cu_param3"])
        for code in CODES
        for row in pbx.rows(code)
    }


def expected(before: Mapping[tuple[str, str], Params], base: Files, mine: Files) -> dict[tuple[str, str], Params]:
    """What must be live after the branch was applied: its fields, and everything else as somebody left it."""
    after = dict(before)
    for code, rows in mine.items():
        for name, params in rows.items():
            old = base.get(code, {}).get(name)
            if old == params:
                continue
            there = before.get((code, name))
            if there is None or old is None:
                after[code, name] = params
            else:
                fields = [new if new != was else kept for new, was, kept in zip(params, old, there, strict=True)]
                after[code, name] = (fields[0], fields[1], fields[2])
    return after


@pytest.mark.timeout(400)  # each example plans and applies four times
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    base=FILES,
    branch=EDITS,
    main=EDITS,
    hand=EDITS,
    profiled=st.sets(st.sampled_from(CODES)),
    moved=st.sets(st.sampled_from(CODES)),
)
def test_a_branch_changes_its_fields_and_no_other(
    base: Files, branch: list[Any], main: list[Any], hand: list[Any], profiled: set[str], moved: set[str]
) -> None:
    """Tenants that the branch touches may move into the profile with it, or out of it."""
    with tempfile.TemporaryDirectory() as folder, Emulator(demo=False) as pbx:
        space = Workspace(Path(folder), pbx)
        repo = Repo(space.folder)
        space.write(".gitignore", ".pbxsync/\n*.plan\n")
        space.write("pbxsync.yaml", "types: {}\n")
        space.write("tenants/Z.yaml", "tenant: Z\ndestinations: []\n")
        space.write("profiles/row.yaml", ROW)
        write(space, base, profiled)
        repo.commit()
        assert space.apply("tenants").status == 0
        # main moves on, for tenants that the branch leaves alone, and is applied
        mine = edited(base, branch)
        touched = {code for code in CODES if base.get(code) != mine.get(code)}
        repo.git("checkout", "-q", "-b", "mine")
        write(space, mine, profiled ^ (moved & touched))
        repo.commit()
        repo.git("checkout", "-q", "main")
        theirs = edited(base, [edit for edit in main if edit[0] not in touched])
        write(space, theirs, profiled)
        repo.commit()
        assert space.apply("tenants").status == 0
        # somebody changes values by hand
        for code, name, edit in hand:
            for row in pbx.rows(code):
                if row["cu_name"] == name and edit is not None:
                    pbx.change(row["cu_id"], **{f"cu_param{edit[0] + 1}": edit[1]})
        before = live(pbx)
        # the branch is planned, merged and applied
        repo.git("checkout", "-q", "mine")
        planned = space.run("plan", "--since", "main", "--out", "mine.plan", "--format", "json")
        assert planned.status == 0, planned.err
        repo.git("checkout", "-q", "main")
        repo.git("merge", "-q", "-m", "x", "mine")
        applied = space.run("apply", "mine.plan")
        assert applied.status == 0, applied.text
        assert live(pbx) == expected(before, base, mine)
        # what main's own plan still finds is drift: nothing that the branch asked for
        document = json.loads(space.run("plan", "--format", "json").out)
        merged = {**theirs, **{code: mine[code] for code in touched if code in mine}}
        now = live(pbx)
        for tenant in document["tenants"]:
            for change in tenant["changes"]:
                code, name = tenant["tenant"], change["name"]
                assert change["action"] == "update"
                for row in change["diff"]:
                    at = int(row["field"].removeprefix("param")) - 1
                    desired = merged[code][name][at]
                    assert now[code, name][at] != desired
                    if code in touched:
                        old = base.get(code, {}).get(name)
                        assert old is not None, "a destination of the branch drifts at once"
                        assert old[at] == desired, "main's plan writes what the branch asked for"
