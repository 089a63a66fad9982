"""A saved plan comes back as it was, or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync import planfile
from pbxsync.errors import PlanFileError
from tests.planfile.documents import BOUNDED, refusal, signed
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import hostile, plans

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan


@BOUNDED
@given(plans())
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    text = planfile.text(plan, verbose=True)
    assert planfile.parse(text, "x.plan") == plan
    assert planfile.parse(text.encode(), "x.plan") == plan
    assert planfile.document(plan, verbose=True)["digest"] == planfile.digest(plan)


def test_a_newer_major_version_is_refused_by_name_whatever_else_it_holds() -> None:
    sentence = refusal('{"format_version": "2.0", "all": "else differs"}')
    assert "made by a newer pbxsync, format 2.0; this one reads 1.x" in sentence


def test_a_newer_minor_version_is_read_and_what_it_adds_is_ignored() -> None:
    document = planfile.document(samples.FULL) | {"format_version": "1.7", "mood": {"value": 1.5}}
    document["tenants"][0]["changes"][0]["reason"] = "new"
    back = planfile.parse(signed(document), "x.plan")
    assert planfile.document(back) == planfile.document(samples.FULL)


@pytest.mark.parametrize("version", ["0.9", "1", "1.0.0", "", "one", "1.x", "01.0", 1.0, None, "9" * 5000 + ".0"])
def test_a_version_that_is_none_is_refused(version: object) -> None:
    assert "format" in refusal(signed(planfile.document(samples.FULL) | {"format_version": version}))


def test_a_plan_that_was_changed_by_hand_is_refused() -> None:
    text = planfile.text(samples.FULL)
    assert "does not match its digest" in refusal(text.replace("0636287454", "0636287455"))


CONTENTS: list[tuple[str | bytes, str]] = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[]", "not a JSON object"),
    ("{}", "no format_version"),
    ("null", "not a JSON object"),
    ("\ufeff{}", "not JSON"),
    (b"\xff\xfe{\x00", "not UTF-8"),
    (b"\x00" * 100, "not JSON"),
    ("[" * 200_000, "nested"),
    ('{"a":' * 200_000, "nested"),
    ('{"format_version": "1.0", "digest": "", "x": ' + "[" * 900 + "]" * 900 + "}", "digest"),
    ('{"format_version": "1.0", "format_version": "1.0"}', "twice"),
    ('{"::error::\\u202e": 1, "::error::\\u202e": 1}', "twice"),
    ('{"format_version": NaN}', "NaN"),
    ('{"format_version": -Infinity}', "Infinity"),
    ('{"format_version": 1e999}', "out of range"),
    ('{"format_version": ' + "9" * 100_000 + "}", "digits"),
    ('{"format_version": "1.0"}', "digest"),
    ('{"format_version": "1.0", "digest": 5}', "digest"),
]


@pytest.mark.parametrize(("content", "fact"), CONTENTS, ids=range(len(CONTENTS)))
def test_what_is_no_plan_is_refused_in_one_sentence(content: str | bytes, fact: str) -> None:
    assert fact in refusal(content)


def test_the_sentence_names_the_file_harmlessly() -> None:
    assert refusal("", "plans/\x1b[31m.plan").startswith("plans/\\u001b[31m.plan cannot be used as a saved plan")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_plan_cut_short_anywhere_is_refused(data: st.DataObject) -> None:
    text = planfile.text(samples.FULL)
    refusal(text[: data.draw(st.integers(0, len(text) - 1))])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_plan_with_a_byte_changed_is_refused_or_means_the_same(data: st.DataObject) -> None:
    content = bytearray(planfile.text(samples.DEMO_PLAN, verbose=True).encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        plan = planfile.parse(bytes(content), "x.plan")
    except PlanFileError:
        return
    assert plan == samples.DEMO_PLAN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_well_signed_document_of_any_shape_is_a_plan_or_refused(data: st.DataObject) -> None:
    document = json.loads(planfile.text(samples.FULL, verbose=True))
    holder: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not (isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans())):
            break
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = data.draw(json_values)
    try:
        planfile.parse(signed(document), "x.plan")
    except PlanFileError as error:
        assert_harmless(str(error))
