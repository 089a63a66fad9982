"""Starting, stopping, keeping, looking into and changing an emulated PBX."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests

from pbxsync.emulator import Dialect, DialectError, Emulator, FaultSpec, serve
from pbxsync.emulator.faults.base import Kind
from tests.emulator.http_client import ask, custom, write

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator.answer import Answer


def test_a_file_keeps_its_rows_over_a_restart_and_its_ids_go_on(tmp_path: Path) -> None:
    with Emulator(tmp_path / "pbx.db") as first:
        cu_id = write(first, "add", {"cu_name": "Gone", "cu_ct_id": 1}).json()["cu_id"]
        first.remove(cu_id)
    with Emulator(tmp_path / "pbx.db") as second:
        kept = second.put("DEMO", cu_name="Kept", cu_param1="007")
        assert int(kept) == int(cu_id) + 1
        assert [row["cu_name"] for row in second.rows("DEMO")] == ["Old fax", "Boss phone", "Kept"]


def test_two_emulators_may_write_to_one_file_at_once(tmp_path: Path) -> None:
    def add_nine(pbx: Emulator) -> None:
        for _ in range(9):
            write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1})

    with Emulator(tmp_path / "pbx.db", demo=False) as one, Emulator(tmp_path / "pbx.db", demo=False) as two:
        threads = [threading.Thread(target=add_nine, args=(pbx,)) for pbx in (one, two, one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(two.rows("DEMO")) == len(one.rows("DEMO")) == 36


def test_a_start_on_a_file_that_another_is_just_making_waits_for_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "pbx.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.1, other.rollback).start()
        with Emulator(tmp_path / "pbx.db") as pbx:
            assert not other.in_transaction
            assert len(pbx.rows("DEMO")) == 2


def test_without_the_demo_world_there_are_types_alone() -> None:
    with Emulator(demo=False) as pbx:
        assert pbx.rows("DEMO") == pbx.rows("HANSEN") == []
        assert pbx.types[0] == ("1", "FORWARD", "Forward call to")


def test_a_hand_can_change_the_world_behind_the_clients_back() -> None:
    with Emulator(demo=False) as pbx:
        assert pbx.put("DEMO", cu_name="Fixed", cu_ct_id=8, cu_id=286, cu_param20="last") == "286"
        pbx.change("286", cu_name="Moved", cu_param1="1")
        (row,) = pbx.rows("DEMO")
        assert (row["cu_name"], row["cu_ct_id"], row["cu_param1"], row["cu_param20"]) == ("Moved", "8", "1", "last")
        pbx.put_type(99, "SPECIAL")
        assert pbx.types[-1].name == "SPECIAL"
        pbx.remove(286)
        assert pbx.rows("DEMO") == []


def test_a_hand_that_names_no_row_or_no_column_is_told() -> None:
    with Emulator(demo=False) as pbx:
        with pytest.raises(KeyError):
            pbx.remove(286)
        with pytest.raises(KeyError):
            pbx.change(286, cu_name="x")
        with pytest.raises(TypeError, match="cu_nam"):
            pbx.put("DEMO", cu_name="x", cu_nam="x")


def test_the_log_has_every_request_and_never_the_key(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with Emulator(log_file=log) as pbx:
        custom(pbx, "get", objectid="67", cache="no")
        write(pbx, "update", {"cu_name": "New"}, objectid="67")
        ask(pbx, key="wrong", reqtype="COUNTCALLS")
        read, written, refused = pbx.log
        assert (read.n, read.reqtype, read.object, read.action) == (1, "MANAGEDB", "CUSTOM", "GET")
        assert (read.tenant, read.objectid, read.cache, read.key_kind) == ("DEMO", "67", "no", "read")
        assert (read.committed, read.status, read.in_flight, read.method) == (False, 200, 1, "GET")
        assert read.started <= read.finished
        assert (written.committed, written.key_kind, written.cache) == (True, "write", None)
        assert (refused.key_kind, refused.reply[:7]) == (None, "Too bad")
        pbx.clear_log()
        assert pbx.log == []
        keys = pbx.read_key, pbx.write_key
    text = log.read_text(encoding="utf-8")
    assert [json.loads(line)["n"] for line in text.splitlines()] == [1, 2, 3]
    assert not any(key in text for key in keys)


def test_a_revoked_key_is_a_wrong_key() -> None:
    with Emulator(read_key="r") as pbx:
        pbx.revoke("r")
        assert custom(pbx, "list").text.startswith("Too bad")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 -- that it is refused is the test
def test_nothing_but_loopback_can_be_bound(host: str) -> None:
    with pytest.raises(ValueError, match="not loopback"):
        Emulator(host=host).start()


def test_a_taken_port_is_an_error() -> None:
    with Emulator() as pbx:
        port = int(pbx.url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="in use"):
            Emulator(port=port).start()


@pytest.mark.parametrize("content", [b"tenant: DEMO\n" * 100, b"version"], ids=["no database", "another version"])
def test_a_file_that_is_none_of_an_emulators_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pbx.db"
    if content == b"version":
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
    else:
        path.write_bytes(content)
    with pytest.raises(OSError, match=r"pbx\.db cannot be used"):
        Emulator(path).start()


def test_an_id_that_is_there_already_is_refused_and_nothing_is_half_done() -> None:
    with Emulator() as pbx:
        with pytest.raises(sqlite3.IntegrityError):
            pbx.put("DEMO", cu_name="Second", cu_id=67)
        assert int(pbx.put("DEMO", cu_name="Third")) > 286


def test_a_mistake_of_the_emulator_itself_is_raised_when_it_stops() -> None:
    def broken(*_: object) -> Answer:
        raise ZeroDivisionError

    kind = Kind("broken", "fails", broken)
    pbx = Emulator(faults=[FaultSpec("broken", kind, 0.0, None)])
    pbx.start()
    assert custom(pbx, "list").status_code == 500
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        pbx.stop()


def test_a_head_request_has_no_body_and_a_form_may_be_large() -> None:
    with Emulator() as pbx:
        reply = requests.head(pbx.url, params={"key": pbx.read_key, "reqtype": "COUNTCALLS"}, timeout=20)
        assert (reply.content, reply.headers["Content-Length"]) == (b"", "1")
        write(pbx, "update", {"cu_param1": "x" * 2_000_000}, objectid="67")
        assert len(pbx.rows("DEMO")[0]["cu_param1"]) == 2_000_000


def test_serve_tells_when_it_is_ready_and_ends_when_told() -> None:
    stop = threading.Event()
    seen = []

    def ready(pbx: Emulator) -> None:
        seen.append(custom(pbx, "list").status_code)
        stop.set()

    serve(ready, stop=stop)
    assert seen == [200]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    program = "from pbxsync.emulator import serve; serve(lambda pbx: print(pbx.url, flush=True)); print('ended')"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(number)
        assert process.communicate(timeout=20)[0] == "ended\n"
        assert process.returncode == 0


def test_a_program_that_does_not_stop_its_emulator_still_ends() -> None:
    program = "from pbxsync.emulator import Emulator; Emulator().start()"
    assert subprocess.run([sys.executable, "-c", program], timeout=20, check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("list=nonsense", "object, array, keyed"),
        ("lists=array", "unknown option 'lists'"),
        ("nope", "unknown preset 'nope'"),
    ],
)
def test_a_dialect_that_is_not_understood_says_what_there_is(text: str, complaint: str) -> None:
    with pytest.raises(DialectError, match=complaint):
        Dialect.parse(text)
