"""Runs git: with a small environment, in plain English, without hooks, prompts or locks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pbxsync.errors import GitError
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

#: What git may see of our environment: nothing that holds a key.
_PASSED_ON: Final = frozenset({"PATH", "HOME", "XDG_CONFIG_HOME", "USER", "LOGNAME", "SYSTEMROOT", "TMPDIR"})
#: A repository's own configuration may name programs to run; none of them is needed to read.
_OPTIONS: Final = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", "--literal-pathspecs")
#: Seconds for one call: a status of a large repository on a slow disk takes some.
_TIMEOUT: Final = 120.0


def git(folder: Path, *words: str) -> bytes:
    """Return what `git WORDS` prints in `folder`. Raises GitError with git's own reason."""
    import subprocess  # noqa: PLC0415 - most commands start no git

    try:
        ended = subprocess.run(
            ["git", "-C", str(folder), *_OPTIONS, *words],
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not installed, or not in PATH") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git {words[0]} did not finish within {_TIMEOUT:.0f} seconds") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    if ended.returncode:
        raise GitError(f"git {words[0]} failed: {_reason(ended.stderr, ended.returncode)}")
    return ended.stdout


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start `git WORDS` in `folder` and leave it running, with pipes to its input and output. Raises GitError."""
    import subprocess  # noqa: PLC0415 - as above

    try:
        return subprocess.Popen(
            ["git", "-C", str(folder), *_OPTIONS, *words],
            env=_environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: value for name, value in environ.items() if name in _PASSED_ON or name.startswith("GIT_")}
    return {**passed_on, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _reason(stderr: bytes, status: int) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return truncate(lines[0].removeprefix("fatal: ")) if lines else f"exit status {status}"
