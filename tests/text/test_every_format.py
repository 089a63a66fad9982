"""What differs is visible in every format of a plan: no two different values print the same."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

LOOKS_SAME = {
    "a blank": ("70 12 34 56", "70\u00a012 34 56"),
    "a narrow blank": ("70 12 34 56", "70\u202f12 34 56"),
    "nothing": ("70123456", "70\u200b123456"),
    "a filler": ("70123456", "70123456\u3164"),
    "a joiner": ("70123456", "7012\u034f3456"),
    "a blank symbol": ("70 12", "70\u280012"),
    "a variation": ("70123456", "70123456\ufe0f"),
    "decomposed": ("Caf\u00e9", "Cafe\u0301"),
    "decomposed Hangul": ("\ud55c", "\u1112\u1161\u11ab"),
    "a sign for a letter": ("20 \u00c5", "20 \u212b"),
}


@pytest.mark.parametrize("kind", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize(("live", "desired"), LOOKS_SAME.values(), ids=LOOKS_SAME)
def test_what_differs_is_visible(workdir: Workspace, pbx: Emulator, kind: str, live: str, desired: str) -> None:
    pbx.put("DEMO", cu_name="Boss", cu_ct_id="1", cu_param1=live)
    workdir.tenant("DEMO", {"name": "Boss", "type": "FORWARD", "params": [desired]})
    ran = workdir.run("plan", "--format", kind)
    assert ran.status == 0, ran.err
    shown = html.unescape(re.sub(r"<[^>]*>", "", ran.out)) if kind == "html" else ran.out
    assert unicodedata.normalize("NFC", shown) == shown
    assert re.search(r"\\u[0-9a-f]{4}", shown)
    assert desired not in shown
