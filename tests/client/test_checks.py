"""Senseless arguments are a UsageError before anything is sent, and no call spoils the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.client import Client
from pbxsync.errors import Denied, NotThere, UsageError
from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator import Emulator

SENSELESS: dict[str, Callable[[Any], object]] = {
    "update of no id": lambda pbx: pbx.update("DEMO", "", name="x"),
    "update of a name": lambda pbx: pbx.update("DEMO", "Boss phone", name="x"),
    "update of an id as a number": lambda pbx: pbx.update("DEMO", 67, name="x"),
    "get of no id": lambda pbx: pbx.get("DEMO", ""),
    "get of a name": lambda pbx: pbx.get("DEMO", "67&x=1"),
    "param as a number": lambda pbx: pbx.add("DEMO", "x", "1", {3: 30}),
    "param of nothing": lambda pbx: pbx.update("DEMO", "67", params={1: None}),
    "position as text": lambda pbx: pbx.add("DEMO", "x", "1", {"1": "x"}),
    "position as truth": lambda pbx: pbx.add("DEMO", "x", "1", {True: "x"}),
    "type as a number": lambda pbx: pbx.add("DEMO", "x", 1),
    "type 0": lambda pbx: pbx.update("DEMO", "67", type_id="0"),
    "no type": lambda pbx: pbx.add("DEMO", "x", None),
    "name as a number": lambda pbx: pbx.update("DEMO", "67", name=5),
    "half a character": lambda pbx: pbx.add("DEMO", "x\ud800", "1"),
    "no day": lambda pbx: pbx.cdrs_csv("DEMO", None, "2017-02-01"),
    "no source": lambda pbx: pbx.dial("DEMO", "", "1"),
    "no number to dial": lambda pbx: pbx.dial("DEMO", "402", ""),
    "no call": lambda pbx: pbx.recording(""),
    "no queue": lambda pbx: pbx.pause_agent("DEMO", "", "104-DEMO"),
    "no media file": lambda pbx: pbx.media_file("DEMO", "", "19"),
    "no mailbox": lambda pbx: pbx.voicemail_messages("DEMO", ""),
    "no message": lambda pbx: pbx.voicemail_message("DEMO", "102", ""),
}


@pytest.mark.parametrize("call", SENSELESS.values(), ids=SENSELESS)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(demo: Emulator, call: Callable[[Any], object]) -> None:
    with Client(demo.url, demo.write_key, retries=1) as client, pytest.raises(UsageError):
        call(client)
    assert demo.log == []


@pytest.mark.parametrize(
    "bounds",
    [{"timeout": 0}, {"timeout": -1.0}, {"timeout": float("nan")}, {"timeout": "30"}, {"retries": 0}, {"parallel": 0}],
)
def test_bounds_that_nothing_can_be_done_within_are_refused(demo: Emulator, bounds: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(bounds))):
        Client(demo.url, demo.write_key, **bounds)


@pytest.mark.parametrize("key", ["", " ", "\n", "\ud800", None])
def test_a_key_that_is_none_is_refused(demo: Emulator, key: Any) -> None:
    with pytest.raises(UsageError, match="the key must be a text that is not empty"):
        Client(demo.url, key)


def test_a_key_that_was_refused_is_tried_again_by_the_next_call(demo: Emulator) -> None:
    with Client(demo.url, demo.write_key, retries=1) as client:
        assert client.get("DEMO", "67").id == "67"
        demo.faults.add("too-bad")
        for _ in range(3):
            for tenant in ("DEMO", "A", "B"):
                with pytest.raises(Denied):
                    client.update(tenant, "67", name="New")
                with pytest.raises(Denied):
                    client.custom_destinations(tenant)
        demo.faults.clear()
        assert client.update("DEMO", "67", name="New").name == "New"


def test_tenants_that_may_not_be_written_do_not_bar_the_one_that_may(demo: Emulator) -> None:
    with Client(demo.url, demo.write_key, retries=1) as client:
        for tenant in ("A", "B", "C"):
            demo.faults.add(f"too-bad tenant={tenant} action=update")
            with pytest.raises(Denied, match=r"may read \w but not write there"):
                client.update(tenant, "67", name="New")
        assert client.update("DEMO", "67", name="New").name == "New"
        with pytest.raises(Denied, match="the PBX refused this write although it accepted others with the same key"):
            client.update("A", "67", name="New")


def test_an_empty_reply_to_a_call_or_a_pause_leaves_open_whether_the_pbx_acted() -> None:
    with RawServer(lambda _: reply("")) as server, Client(f"http://127.0.0.1:{server.port}/", "K33P", retries=1) as pbx:
        calls: list[tuple[Callable[[], object], bool]] = [
            (lambda: pbx.dial("DEMO", "402", "1"), True),
            (lambda: pbx.pause_agent("DEMO", "281", "104-DEMO"), True),
            (pbx.count_calls, False),
        ]
        for call, may_have_acted in calls:
            with pytest.raises(NotThere) as empty:
                call()
            assert empty.value.open_outcome is may_have_acted
