"""For any live and any desired state: what an apply updated, a revert puts back, field by field."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxsync.emulator import Emulator
from pbxsync.text.lookalike import look_alike_key
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a PBX may hold: anything. A lone surrogate cannot be in UTF-8 at all.
HELD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", " ", "1", "A", "a", "\x1b[2J"]
)
#: What a file may want: anything but control characters.
WANTED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(["", "A", "B", "1"])
POSITIONS = st.integers(1, 20).map(str)
TYPES = st.integers(1, 7).map(str)

LIVE = st.lists(
    st.fixed_dictionaries({"cu_name": HELD, "cu_ct_id": TYPES, "params": st.dictionaries(POSITIONS, HELD, max_size=5)}),
    min_size=1,
    max_size=5,
)
CHANGE = st.fixed_dictionaries(
    {"params": st.dictionaries(POSITIONS, WANTED, max_size=5)}, optional={"name": WANTED.filter(bool), "type": TYPES}
)
ADDS = st.lists(WANTED.filter(lambda name: bool(name.strip())), max_size=2, unique_by=str.casefold)
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Emulator(demo=False) as pbx:
        workspace = Workspace(tmp_path_factory.mktemp("revert"), pbx)
        for number in range(1, 8):
            pbx.put_type(number, f"TYPE {number}")
        yield workspace


@settings(
    max_examples=60,
    phases=[__import__("hypothesis").Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(live=LIVE, changes=st.lists(CHANGE, max_size=5), adds=ADDS, forced=st.booleans(), saved=st.booleans())
def test_revert_restores_every_field_that_an_apply_updated(
    shared: Workspace,
    live: list[dict[str, Any]],
    changes: list[dict[str, Any]],
    adds: list[str],
    forced: bool,
    saved: bool,
) -> None:
    tenant = f"T{next(_NUMBERS)}"
    for row in live:
        params = {f"cu_param{position}": value for position, value in row["params"].items()}
        shared.pbx.put(tenant, cu_name=row["cu_name"], cu_ct_id=row["cu_ct_id"], **params)
    before = shared.pbx.rows(tenant)
    wanted = [{"id": row["cu_id"], **change} for row, change in zip(before, changes, strict=False)]
    # An add that looks like a live destination in no file is refused.
    taken = {
        look_alike_key(name)
        for name in (*(row["cu_name"] for row in before), *(each.get("name", "") for each in wanted))
    }
    wanted += [
        {"name": name, "type": "1", "params": {"1": "new"}} for name in adds if look_alike_key(name) not in taken
    ]
    names = [each["name"] for each in wanted if "name" in each]
    if len(set(names)) < len(names):
        return
    path = shared.tenant(tenant, *wanted)
    (shared.folder / "run.jsonl").unlink(missing_ok=True)

    applied = shared.run("apply", "--auto-approve", "--journal", "run.jsonl", path)
    assert applied.status == 0, applied.text
    if not (shared.folder / "run.jsonl").exists():
        assert shared.pbx.rows(tenant) == before
        return
    assert shared.run("plan", "--detailed-exitcode", path).status == 0

    force = ("--force",) if forced else ()
    if saved:
        made = shared.run("revert", "--out", "back.plan", *force, "run.jsonl")
        assert made.status == 0, made.text
        back = shared.run("apply", "back.plan", "--without-files")
    else:
        back = shared.run("revert", "--auto-approve", *force, "run.jsonl")
    assert back.status == 0, back.text
    assert shared.pbx.rows(tenant)[: len(before)] == before
    assert len(shared.pbx.rows(tenant)) == len(before) + sum("id" not in each for each in wanted), "adds stay"
