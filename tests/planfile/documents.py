"""Saved plans that were changed by hand, and the sentence with which they are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings

from pbxsync import planfile
from pbxsync.errors import PlanFileError
from pbxsync.planfile.write import digest_of
from tests.render.harmless import assert_harmless

BOUNDED = settings(max_examples=80, deadline=None)


def signed(document: dict[str, Any]) -> str:
    """Return the text of a changed document, with its new digest."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return json.dumps({**rest, "digest": digest_of(rest)})


def refusal(content: str | bytes, name: str = "x.plan") -> str:
    """Return the sentence with which a saved plan is refused."""
    with pytest.raises(PlanFileError) as caught:
        planfile.parse(content, name)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert_harmless(sentence)
    return sentence
