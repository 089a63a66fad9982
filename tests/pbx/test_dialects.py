"""Plan, apply, and a second plan that is empty, in every dialect of the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator.dialect import OPTIONS, PRESETS
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

SINGLE = [
    f"{name}={choice}" for name, option in OPTIONS.items() for choice in option.choices if choice != option.default
]


@pytest.mark.parametrize("dialect", [*PRESETS, *SINGLE])
def test_a_plan_is_applied_and_a_second_one_is_empty(workdir: Workspace, dialect: str) -> None:
    with workdir.emulator(dialect) as pbx:
        old = pbx.put("DEMO", cu_name="Gammel", cu_param1="1", cu_param9="nine")
        pinned = pbx.put("DEMO", cu_name="", cu_ct_id=1, cu_param1="2")
        pbx.put("DEMO", cu_name="Nobody's")
        workdir.tenant(
            "DEMO",
            forward("Ny vagt æøå 🎺 \"'\\ <b>", "0636287454"),
            {"name": "Ny", "renamed_from": "Gammel", "params": {"number": "+45 70", "9": ""}},
            {"id": pinned, "params": {"10": "ten"}},
        )
        workdir.tenant("EMPTY", forward("First of all"))

        planned = workdir.run("plan", "--detailed-exitcode")
        assert planned.status == 2, planned
        assert "Plan: 2 to add, 2 to change." in planned.out
        assert not any(request.committed or request.method == "POST" for request in pbx.log)
        believe = ["--allow-empty"] if "apply needs --allow-empty" in planned.out else []

        applied = workdir.run("apply", "--auto-approve", *believe)
        assert applied.status == 0, applied
        assert "Apply complete: 2 added, 2 changed." in applied.out

        again = workdir.run("plan", "--detailed-exitcode")
        assert again.status == 0, again
        assert "No changes. The PBX matches the files." in again.out
        rows = {row["cu_id"]: row for row in pbx.rows("DEMO")}
        assert len(rows) == 4
        assert rows[old]["cu_name"] == "Ny"
        assert (rows[old]["cu_param1"], rows[old]["cu_param9"]) == ("+45 70", "")
        assert (rows[pinned]["cu_name"], rows[pinned]["cu_param10"]) == ("", "ten")
