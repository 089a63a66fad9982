"""What `make recipes` installs for these tests: see scripts/recipes.py."""

from __future__ import annotations

import hashlib
import os

from tests.support.command import ROOT

CACHE = ROOT / ".cache/recipes"
BIN, WHEELS, JOB = CACHE / "bin", CACHE / "wheels", CACHE / "job/bin"
#: Set by `make recipes`, which has installed everything. Without it the tests that run a recipe are skipped.
ENABLED = os.environ.get("PBXSYNC_RECIPES") == "1"
#: Makes pip in a job install from our wheels alone, whatever the machine's own settings are.
PIP = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": str(WHEELS),
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def requirements() -> str:
    """A requirements.txt that pins pbxsync and all that it depends on, each with the hash of its wheel."""
    lines = []
    for wheel in sorted(WHEELS.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert lines, "no wheels: run `make recipes`"
    return "".join(lines)


def unmarked(comment: str) -> str:
    """Return a comment without the marks around what differs, which can be a part of a value."""
    return comment.replace("<mark>", "").replace("</mark>", "")
