from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.apply.secretbot import FROM_FILE, NEW, OLD, PROJECT
from tests.apply.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A project folder and a PBX with the usual types and nothing else."""
    with Emulator(demo=False) as pbx:
        yield Stage(tmp_path, pbx)


@pytest.fixture
def bot(stage: Stage) -> str:
    """A destination whose api_key is to change, and beside it one to add with another one from a file; its id."""
    stage.write("pbxsync.yaml", PROJECT)
    stage.write("secret", FROM_FILE + "\n")
    stage.environ["BOT_KEY"] = NEW
    identity = stage.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    stage.want(
        "DEMO",
        {"name": "Bot", "params": {"prompt": "Be brief", "api_key": "${BOT_KEY}"}},
        {"name": "Night bot", "type": "AI AGENT", "params": {"api_key": "${file:secret}"}},
    )
    return identity
