"""The characters that look like a blank or like nothing are those of Unicode's data, and all that Python knows of."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

from pbxsync.text.unseen import BLANK, INVISIBLE

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import unseen

EVERY = [chr(point) for point in range(sys.maxunicode + 1)]


def test_the_module_is_what_the_data_gives() -> None:
    assert unseen.MODULE.read_text(encoding="utf-8") == unseen.module()


def test_the_ranges_mean_the_code_points_of_the_data() -> None:
    blank, invisible = unseen.code_points()
    for ranges, points in ((BLANK, blank), (INVISIBLE, invisible)):
        pattern = re.compile(f"[{ranges}]")
        assert {ord(character) for character in EVERY if pattern.match(character)} == points
    assert not blank & invisible


def test_the_data_has_what_this_python_knows() -> None:
    blank, invisible = unseen.code_points()
    of_category = {
        kind: {ord(character) for character in EVERY if unicodedata.category(character) == kind}
        for kind in ("Zs", "Zl", "Zp", "Cf")
    }
    assert of_category["Zs"] | of_category["Zl"] | of_category["Zp"] <= blank | {0x20}
    assert of_category["Cf"] <= invisible
    names = {ord(each) for each in EVERY if re.search(r" (BLANK|NULL NOTEHEAD)$", unicodedata.name(each, ""))}
    assert names <= blank


def test_default_ignorable_is_whole() -> None:
    count = re.search(r"^# Total code points: (\d+)", unseen.DATA.read_text(encoding="utf-8"), re.MULTILINE)
    assert count is not None
    listed = [
        line
        for line in unseen.DATA.read_text(encoding="utf-8").splitlines()
        if "Default_Ignorable_Code_Point #" in line
    ]
    ranges = [line.partition(";")[0].strip().split("..") for line in listed]
    assert sum(int(pair[-1], 16) - int(pair[0], 16) + 1 for pair in ranges) == int(count[1]) == 4174
