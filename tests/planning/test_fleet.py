"""A fleet that is planned in parts, by processes of a CI matrix, is planned and applied as by one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pbxsync.emulator import Emulator

SHARDS = 8
PROGRAM = [str(Path(sys.executable).with_name("pbxsync"))]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "tenants"
    folder.mkdir()
    for number in range(20):
        rows = "".join(
            f"  - {{name: Phone {row}, type: FORWARD, params: [45700000{number:02}{row}]}}\n" for row in range(3)
        )
        (folder / f"t{number}.yaml").write_text(f"tenant: T{number}\ndestinations:\n{rows}")
    return folder


def run(pbx: Emulator, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    keys = {"PBXSYNC_URL": pbx.url, "PBXSYNC_READ_KEY": pbx.read_key, "PBXSYNC_WRITE_KEY": pbx.write_key}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder.parent,
        env={**os.environ, **keys},
        text=True,
        capture_output=True,
        check=False,
    )


def document(text: str) -> dict[str, Any]:
    """Return a plan without what differs from run to run."""
    found: dict[str, Any] = json.loads(text)
    return {name: value for name, value in found.items() if name not in {"created_at", "digest"}}


def test_eight_shards_are_planned_and_applied_as_one(fleet: Path) -> None:
    with Emulator(demo=False) as pbx:
        for number in range(0, 20, 3):
            pbx.put(f"T{number}", cu_name="Phone 0", cu_ct_id=1, cu_param1="before")
        whole = document(run(pbx, fleet, "plan", "--format", "json").stdout)
        with ThreadPoolExecutor(2) as pool:
            parts = list(
                pool.map(
                    lambda number: run(pbx, fleet, "plan", "--shard", f"{number}/{SHARDS}", "--out", f"{number}.plan"),
                    range(1, SHARDS + 1),
                )
            )
        assert [part.returncode for part in parts] == [0] * SHARDS
        saved = [f"{number}.plan" for number in range(SHARDS, 0, -1)]
        assert document(run(pbx, fleet, "show", *saved, "--format", "json").stdout) == whole
        applied = run(pbx, fleet, "apply", *saved)
        assert applied.returncode == 0, applied.stderr
        assert run(pbx, fleet, "plan", "--detailed-exitcode").returncode == 0
