"""The document of a plan has the keys of the contract and is harmless to print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pbxsync import planfile
from tests.planfile.documents import BOUNDED
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import plans

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan


def test_the_document_has_the_keys_of_the_contract_in_their_order() -> None:
    document = planfile.document(samples.FULL)
    contract = ["format_version", "pbxsync_version", "created_at", "url", "complete", "summary", "tenants"]
    assert [key for key in document if key in contract] == contract
    assert document["format_version"] == "1.1"
    assert list(document["summary"]) == ["tenants", "add", "update", "unchanged", "unmanaged", "failed"]
    tenant = document["tenants"][0]
    assert [key for key in tenant if key in {"tenant", "error", "unchanged", "changes", "unmanaged"}] == [
        "tenant",
        "error",
        "unchanged",
        "changes",
        "unmanaged",
    ]
    update, add = tenant["changes"]
    assert update["live"] == "sha256:ab"
    assert "live" not in add
    assert add["diff"][1] == {
        "field": "type",
        "label": None,
        "before": None,
        "after": "FORWARD",
        "before_id": None,
        "after_id": "1",
    }


def test_unmanaged_rows_are_in_it_only_when_asked_for_and_their_count_always() -> None:
    short, long = (planfile.document(samples.FULL, verbose=verbose)["tenants"][0] for verbose in (False, True))
    assert short["unmanaged"] == []
    assert long["unmanaged"][0] == {"id": "67", "name": "Old fax", "type": "FORWARD"}
    assert short["unmanaged_count"] == long["unmanaged_count"] == 2


def test_a_sensitive_row_has_a_fingerprint_and_no_values() -> None:
    row = planfile.document(samples.FULL)["tenants"][3]["changes"][0]["diff"][2]
    assert row == {
        "field": "param2",
        "label": "api_key",
        "before": None,
        "after": None,
        "sensitive": True,
        "fingerprint": "hmac-sha256:00",
    }


@BOUNDED
@given(plans(), st.booleans())
def test_the_text_is_harmless_and_parses_to_the_document(plan: Plan, verbose: bool) -> None:
    text = planfile.text(plan, verbose=verbose)
    assert_harmless(text)
    assert json.loads(text) == planfile.document(plan, verbose=verbose)
