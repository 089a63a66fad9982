"""`make demo`: the example tenants on a new emulated PBX, from plan to apply to revert.

It runs in a temporary copy of examples/ and drops all PBXSYNC_ variables, so it cannot reach a real PBX.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TIMEOUT = 60  # seconds for one command, so that a demo in CI cannot hang


class Step(NamedTuple):
    """One command, its explanation and its expected exit status."""

    explanation: str
    command: str
    status: int = 0


STEPS = (
    Step("The file of a tenant, written by hand.", "sed -n 2,19p tenants/hansen.yaml"),
    Step("Check all files offline. All mistakes are reported at once.", "pbxsync validate"),
    Step(
        "What would change on the PBX? Plan sends only reads. Exit status 2 means that there are changes.",
        "pbxsync plan --out change.plan --detailed-exitcode",
        2,
    ),
    Step("Apply exactly that plan. Every write is read back and compared.", "pbxsync apply change.plan"),
    Step("A second plan is empty.", "pbxsync plan --detailed-exitcode"),
    Step(
        "A plan can be applied only once: the PBX has changed since it was made.",
        "pbxsync apply change.plan >/dev/null",
        1,
    ),
    Step(
        "Revert the changes from the journal. Adds stay, because pbxsync never deletes.",
        "pbxsync revert .pbxsync/journal/*.jsonl --auto-approve",
    ),
)


def main() -> int:
    """Run all steps. Return 1 at the first unexpected exit status."""
    with tempfile.TemporaryDirectory(prefix="pbxsync-demo-") as scratch:
        folder = Path(shutil.copytree(ROOT / "examples", Path(scratch) / "examples", ignore=_state))
        for step in STEPS:
            status = _run(step, folder)
            if status != step.status:
                print(f"\nThe demo failed: exit status {status} instead of {step.status}.", file=sys.stderr)
                return 1
    print("\nTry it yourself: cd examples, then ../.venv/bin/pbxsync plan")
    return 0


def _state(_folder: str, names: list[str]) -> list[str]:
    """Leave out the state of earlier runs in examples/."""
    return [name for name in names if name == ".pbxsync"]


def _run(step: Step, folder: Path) -> int:
    """Print a command, run it and print its exit status."""
    print(f"\n{_styled('2', '# ' + step.explanation)}\n{_styled('1', '$ ' + step.command)}", flush=True)
    ended = subprocess.run(  # noqa: S602 - constant commands, in which the shell expands the name of the journal
        step.command, shell=True, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False
    )
    print(_styled("2", f"(exit status {ended.returncode})"), flush=True)
    return ended.returncode


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PBXSYNC_")}
    return kept | {"PATH": os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))}


def _styled(style: str, text: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
