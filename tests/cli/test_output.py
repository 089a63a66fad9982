"""A result is written whole, or the exit status is 1 with the reason, whatever standard output is."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.command import COMMAND
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

#: More than any pipe holds.
MANY = 2_000


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def environ(workdir: Workspace, request: pytest.FixtureRequest) -> dict[str, str]:
    # Python itself would leave half a file in its cache, which would break the processes after it.
    return {**workdir.environ, "PYTHONUNBUFFERED": request.param, "PYTHONDONTWRITEBYTECODE": "1"}


def limit(kind: int, most: int) -> None:
    resource.setrlimit(kind, (most, most))


@pytest.mark.parametrize(
    ("words", "most"),
    [("schema", 0), ("schema", 4096), ("schema project", 4096), ("plan --help", 0), ("--version", 0)],
)
def test_a_file_that_may_not_grow_is_an_error(
    workdir: Workspace, environ: dict[str, str], words: str, most: int
) -> None:
    file = workdir.folder / "result"
    with file.open("wb") as out:
        ended = subprocess.run(
            [COMMAND, *words.split()],
            cwd=workdir.folder,
            env=environ,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            preexec_fn=partial(limit, resource.RLIMIT_FSIZE, most),
        )
    assert ended.returncode == 1
    assert ended.stderr == b"error: the result cannot be written: File too large\n"
    assert file.stat().st_size == most


@pytest.mark.parametrize("words", ["--help", "--version", "plan --help", "schema"])
def test_standard_output_that_is_closed_is_an_error(workdir: Workspace, environ: dict[str, str], words: str) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"$0" {words} >&-', COMMAND],
        cwd=workdir.folder,
        env=environ,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == b"error: the result cannot be written: standard output is closed\n"


def many_changes(workdir: Workspace) -> None:
    workdir.tenant("DEMO", *(forward(f"Desk {number}", str(number)) for number in range(MANY)))


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_pipe_that_does_not_block_gets_all_of_it(
    workdir: Workspace, pbx: Emulator, environ: dict[str, str], fmt: str
) -> None:
    assert pbx.url
    many_changes(workdir)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pieces: list[bytes] = []

    def read_slowly() -> None:
        while piece := os.read(reading, 4096):
            pieces.append(piece)
            time.sleep(0.001)

    reader = threading.Thread(target=read_slowly)
    with subprocess.Popen(
        [COMMAND, "plan", "--format", fmt], cwd=workdir.folder, env=environ, stdout=writing, stderr=subprocess.PIPE
    ) as running:
        os.close(writing)
        reader.start()
        reader.join()
        assert running.stderr is not None
        assert running.stderr.read() == b""
    os.close(reading)
    shown = b"".join(pieces).decode()
    assert running.returncode == 0
    assert len(shown) > 200_000
    assert shown.endswith("}\n" if fmt == "json" else "unmanaged (live, in no file: left alone).\n")
    assert shown.count('"Desk ') == MANY * (1 if fmt == "text" else 2)


def test_an_apply_whose_plan_nobody_reads_writes_nothing(
    workdir: Workspace, pbx: Emulator, environ: dict[str, str]
) -> None:
    many_changes(workdir)
    ended = subprocess.run(
        ["sh", "-c", '("$0" apply --auto-approve; echo $? >status) | head -1', COMMAND],
        cwd=workdir.folder,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert ended.stdout.startswith(b"PBX http://127.0.0.1:")
    assert (workdir.folder / "status").read_text() == "1\n"
    assert not pbx.rows("DEMO")


def test_a_binary_reply_into_a_full_disk_is_an_error(
    workdir: Workspace, demo: Emulator, environ: dict[str, str]
) -> None:
    assert demo.url
    words = ["api", "MANAGEDB", "object=CUSTOM", "action=list", "tenant=DEMO"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [COMMAND, *words], cwd=workdir.folder, env=environ, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr == b"error: the result cannot be written: No space left on device\n"
