"""`make demo`: the example tenants on a new emulated PBX, from a plan to a verified apply and back.

Everything happens in a copy of examples/ that is removed at the end, and nothing of the environment can lead elsewhere:
a demonstration must not find its way to a real PBX.
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
SECONDS = 60  # for one command: far more than any takes, so that a demo in CI cannot hang


class Step(NamedTuple):
    """One command, what to say before it, and the exit status that it has to end with."""

    say: str
    command: str
    status: int = 0


STEPS = (
    Step("A tenant's file, as a person writes it.", "sed -n 2,19p tenants/hansen.yaml"),
    Step("All files are checked offline, every mistake at once.", "pbxsync validate"),
    Step(
        "What would change on the PBX? Only reads are sent. Status 2 means: there are changes.",
        "pbxsync plan --out change.plan --detailed-exitcode",
        2,
    ),
    Step("Exactly that plan is applied. Each write is read back and compared.", "pbxsync apply change.plan"),
    Step("A second plan is empty.", "pbxsync plan --detailed-exitcode"),
    Step("A saved plan applies once: what it was made for has moved.", "pbxsync apply change.plan >/dev/null", 1),
    Step(
        "The journal can put back what was changed. What was added stays: the API has no delete.",
        "pbxsync revert .pbxsync/journal/*.jsonl --auto-approve",
    ),
)


def main() -> int:
    """Run all steps; return 1 at the first that ends otherwise than it should."""
    with tempfile.TemporaryDirectory(prefix="pbxsync-demo-") as scratch:
        folder = Path(shutil.copytree(ROOT / "examples", Path(scratch) / "examples", ignore=_state))
        for step in STEPS:
            status = _run(step, folder)
            if status != step.status:
                print(f"\nThe demo ends here: status {status} instead of {step.status}.", file=sys.stderr)
                return 1
    print("\nYour turn: cd examples, then ../.venv/bin/pbxsync plan")
    return 0


def _state(_folder: str, names: list[str]) -> list[str]:
    """Leave out what somebody's own tries have left behind."""
    return [name for name in names if name == ".pbxsync"]


def _run(step: Step, folder: Path) -> int:
    """Print a command, run it, and print how it ended."""
    print(f"\n{_styled('2', '# ' + step.say)}\n{_styled('1', '$ ' + step.command)}", flush=True)
    ended = subprocess.run(  # noqa: S602 - the commands are those above; the shell is what expands the journal's name
        step.command, shell=True, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
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
