"""What differs between a live destination and the desired one. Pure: no input or output, no clock; the home of deepdiff."""

from __future__ import annotations

import json

from pbxsync.kinds.custom_destination import FIELDS, fields_of
from pbxsync.model.plan import Destination


def filled(desired: Destination, live: Destination) -> Destination:
    """Return the desired destination with all that it leaves alone taken from the live one."""
    return Destination(
        live.id,
        live.name if desired.name is None else desired.name,
        live.type if desired.type is None else desired.type,
        tuple([was if new is None else new for new, was in zip(desired.params, live.params, strict=True)]),
    )


def differing(live: Destination, desired: Destination) -> tuple[str, ...]:
    """Return the names of the fields in which the desired destination, once filled, differs from the live one."""
    if _same(live, desired):
        return ()  # nearly always, and a thousand times faster than to ask deepdiff
    from deepdiff import DeepDiff  # noqa: PLC0415 - 100 ms that a run without changes must not pay

    # One line each: deepdiff would spend quadratic time on showing how texts of many lines differ.
    before, after = (
        {name: json.dumps(text) for name, text in fields_of(each).items()} for each in (live, filled(desired, live))
    )
    affected = set(DeepDiff(before, after).affected_root_keys)
    return tuple(name for name in FIELDS if name in affected)


def _same(live: Destination, desired: Destination) -> bool:
    """Whether all that the desired destination does not leave alone is in the live one."""
    for new, was in zip(desired.params, live.params, strict=True):
        if new is not None and new != was:
            return False
    return desired.name in {None, live.name} and (desired.type is None or desired.type.id == _number(live))


def _number(destination: Destination) -> str | None:
    return None if destination.type is None else destination.type.id
