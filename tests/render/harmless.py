"""What must hold for every text that any renderer returns."""

from __future__ import annotations

import re
import unicodedata

from tests.render.strategies import SECRET

_COLOUR = re.compile(r"\x1b\[(?:0|1|2|31|32|33|4;31|4;32)m")
_COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE | re.IGNORECASE)


def assert_harmless(text: str, *, colour: bool = False) -> None:
    bare = _COLOUR.sub("", text) if colour else text
    odd = [char for char in bare if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\n"]
    assert not odd
    assert not _COMMAND.search(bare)
    assert not _COMMAND.search(text)
    assert SECRET not in text
