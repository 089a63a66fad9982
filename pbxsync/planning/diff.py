"""What differs between a live destination and the desired one. Pure: no input or output, no clock."""

from __future__ import annotations

from pbxsync.kinds.compare import compare
from pbxsync.kinds.custom_destination import fields_of
from pbxsync.model.plan import Destination


def filled(desired: Destination, live: Destination) -> Destination:
    """Return the desired destination with everything that it does not specify taken from the live one."""
    return Destination(
        live.id,
        live.name if desired.name is None else desired.name,
        live.type if desired.type is None else desired.type,
        tuple([was if new is None else new for new, was in zip(desired.params, live.params, strict=True)]),
    )


def changed_fields(live: Destination, desired: Destination) -> tuple[str, ...]:
    """Return the names of the fields in which the desired destination, once filled, differs from the live one."""
    # Nearly every destination of a fleet is unchanged, so this comes first: it builds nothing.
    if _is_met(desired, live):
        return ()
    return compare(fields_of(live), fields_of(filled(desired, live)))


def _is_met(desired: Destination, live: Destination) -> bool:
    """Whether the live destination has everything that the desired one specifies."""
    live_type = None if live.type is None else live.type.id
    if desired.name not in {None, live.name} or (desired.type is not None and desired.type.id != live_type):
        return False
    for new, was in zip(desired.params, live.params, strict=True):  # noqa: SIM110 - half the time of `all`
        if new is not None and new != was:
            return False
    return True
