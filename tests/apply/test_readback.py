"""What a change is to leave behind, and how what is there differs from it: every field, and nothing hidden shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.apply.readback import columns, expected, mismatches
from pbxsync.model.entry import Secret, Type
from pbxsync.model.plan import Destination, SecretDiff, TextDiff, TypeDiff, Update
from pbxsync.model.report import Mismatch

if TYPE_CHECKING:
    from collections.abc import Callable

WAS = Destination("67", "Desk", Type("1", "FORWARD"), ("one", "two", *[""] * 18))
DIFF = (
    TextDiff("name", "Desk", "Boss"),
    TypeDiff(Type("1", "FORWARD"), Type("8", "AI AGENT")),
    TextDiff("param1", "one", "Be kind", label="prompt"),
    SecretDiff("param2", "hmac-sha256:00", "api_key", Secret("hidden")),
    TextDiff("param3", "three", ""),
)
CHANGE = Update("DEMO", "67", "Boss", "t.yaml:1", DIFF, "sha256:plain:0:0")
NEW = {"name": "Boss", "type": "8", "param1": "Be kind", "param2": "hidden", "param3": ""}


def shown(*_: object) -> bool:
    return False


def test_what_changes_is_sent_under_the_names_of_the_columns_and_nothing_else_is() -> None:
    assert columns(CHANGE) == {
        "cu_name": "Boss",
        "cu_ct_id": "8",
        "cu_param1": "Be kind",
        "cu_param2": "hidden",
        "cu_param3": "",
    }


def test_what_does_not_change_is_to_read_back_as_it_was() -> None:
    assert expected(CHANGE, WAS) == NEW | {f"param{number}": "" for number in range(4, 21)}
    assert expected(CHANGE, Destination("67", None, None, ("",) * 20)) == expected(CHANGE, WAS)
    bare = Update("DEMO", "67", "Boss", "t.yaml:1", DIFF[2:3], "sha256:plain:0:0")
    empty = expected(bare, Destination("67", None, None, ("",) * 20))
    assert (empty["name"], empty["type"], empty["param1"]) == ("", "", "Be kind")
    assert expected(CHANGE, None) == NEW


def test_what_is_stored_otherwise_is_told_in_the_order_of_the_fields() -> None:
    stored = Destination("67", None, Type("1", "FORWARD"), ("be kind", "cut", "left", *[""] * 16, "more"))
    wanted = expected(CHANGE, WAS)
    assert mismatches(CHANGE, wanted, stored, shown) == (
        Mismatch("name", None, "Boss", ""),
        Mismatch("type", None, "8", "1"),
        Mismatch("param1", "prompt", "Be kind", "be kind"),
        Mismatch("param2", "api_key", None, None, sensitive=True),
        Mismatch("param3", None, "", "left"),
        Mismatch("param20", None, "", "more"),
    )
    assert [each.field for each in mismatches(CHANGE, NEW, stored, shown)][-1] == "param3", "the others are nobody's"


@pytest.mark.parametrize("hide", [lambda name, _: name == "param20", lambda _, value: value == "more"])
def test_what_is_to_be_hidden_is_told_without_values(hide: Callable[[str, str], bool]) -> None:
    wanted = expected(CHANGE, WAS)
    stored = Destination("67", "Boss", Type("8", None), ("Be kind", "hidden", *[""] * 17, "more"))
    assert mismatches(CHANGE, wanted, stored, hide) == (Mismatch("param20", None, None, None, sensitive=True),)
    wished = wanted | {"param20": "more"}
    other = Destination("67", "Boss", Type("8", None), ("Be kind", "hidden", *[""] * 18))
    assert mismatches(CHANGE, wished, other, hide) == (Mismatch("param20", None, None, None, sensitive=True),)
