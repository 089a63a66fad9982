"""What every test has: a guard against other machines, a workspace, an emulated PBX."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.apply.sensitive_values import FROM_FILE, NEW, OLD, PROJECT
from tests.support.command import clean_environ, environment
from tests.support.loopback import guard
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

guard()
# A shell makes its background jobs ignore ^C, and nohup makes what it starts ignore SIGHUP; their children inherit that.
# Tests interrupt processes that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace without a PBX; the test itself has its folder and its environment, too."""
    monkeypatch.chdir(tmp_path)
    with environment(clean_environ(tmp_path)):
        yield Workspace(tmp_path, environ=os.environ)


@pytest.fixture
def pbx(workdir: Workspace) -> Iterator[Emulator]:
    """An empty emulated PBX in the default dialect, to which `workdir` is connected."""
    with workdir.emulator() as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace and a PBX without destinations."""
    with Emulator(demo=False) as pbx:
        yield Workspace(tmp_path, pbx)


@pytest.fixture
def bot(workspace: Workspace) -> str:
    """Return the id of a destination whose api_key is to change; another one, with a key from a file, is to be added."""
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.write("secret", FROM_FILE + "\n")
    workspace.environ["BOT_KEY"] = NEW
    identity = workspace.pbx.put("DEMO", cu_name="Bot", cu_ct_id=8, cu_param1="Be kind", cu_param2=OLD)
    workspace.tenant(
        "DEMO",
        {"name": "Bot", "params": {"prompt": "Be brief", "api_key": "${BOT_KEY}"}},
        {"name": "Night bot", "type": "AI AGENT", "params": {"api_key": "${file:secret}"}},
    )
    return identity


@pytest.fixture
def demo(workdir: Workspace) -> Iterator[Emulator]:
    """An emulated PBX with the demo data, to which `workdir` is connected."""
    with workdir.emulator(demo=True) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
