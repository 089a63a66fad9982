"""Which fields differ between two states of an object. Pure; the one import of deepdiff."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def compare(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the names of the fields of `after` whose values differ from those of `before`, in their order."""
    if before == after:
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - importing it takes 100 ms, which a run without changes saves

    # JSON keeps each value on one line: how texts of many lines differ would take DeepDiff quadratic time to work out.
    old, new = ({name: json.dumps(fields[name]) for name in after} for fields in (before, after))
    changed = set(DeepDiff(old, new).affected_root_keys)
    return tuple(name for name in after if name in changed)
