"""A `git` of a test's own in front of the real one: it shows what git is given, or fails as git may."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script before git in PATH. `real "$@"` in it runs git itself."""
    found = os.environ["PATH"]
    program = folder / "bin/git"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nreal() {{ PATH="{found}"; exec git "$@"; }}\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{found}")
