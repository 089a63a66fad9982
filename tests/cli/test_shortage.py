"""A system that runs out of threads, memory or file handles gets a sentence, not a report of a bug."""

from __future__ import annotations

import errno
import resource
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pbxsync.cli.context import Context
from pbxsync.cli.failure import report_failure
from tests.support.command import COMMAND
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

MEGABYTE = 1024 * 1024


def limit(kind: int, most: int) -> None:
    resource.setrlimit(kind, (most, most))


def test_a_plan_that_gets_too_few_threads_says_so(workdir: Workspace, pbx: Emulator) -> None:
    assert pbx.url
    workdir.tenant("DEMO", forward("Desk"))
    ended = subprocess.run(
        [COMMAND, "plan", "--parallel", "256"],
        cwd=workdir.folder,
        env=workdir.environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(limit, resource.RLIMIT_AS, 200 * MEGABYTE),
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "error: the system allows no more threads: allow more threads or memory (ulimit -u, ulimit -v), or lower"
        " --parallel\n"
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "out of memory: allow more (ulimit -v), lower --parallel"),
        (OSError(errno.ENOMEM, "x"), "out of memory: allow more (ulimit -v), lower --parallel"),
        (OSError(errno.EMFILE, "x"), "too many open files: allow more (ulimit -n), or lower --parallel"),
        (OSError(errno.ENFILE, "x"), "too many open files: allow more (ulimit -n), or lower --parallel"),
    ],
)
def test_too_little_memory_and_too_few_handles_are_said(
    capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    assert report_failure(Context(), error) == 1
    assert capsys.readouterr().err.startswith(f"error: {sentence}")
