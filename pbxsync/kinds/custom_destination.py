"""The one description of a custom destination: its objects in the API, its fields and columns, its ids and params.

The object and column names are from the user's document (doc); the number of params is what running servers have (field).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.plan import Destination

#: The objects of MANAGEDB: the destinations of a tenant, and the types that all tenants share.
OBJECT: Final = "CUSTOM"
TYPES_OBJECT: Final = "CUSTOMTYPES"

#: The columns of a row that are not fields: its id, and the number of its tenant.
ID_COLUMN: Final = "cu_id"
TENANT_COLUMN: Final = "cu_te_id"
#: The columns of a type. A destination row may have the name of its type, too.
TYPE_ID_COLUMN: Final = "ct_id"
TYPE_NAME_COLUMN: Final = "ct_name"
TYPE_DESCRIPTION_COLUMN: Final = "ct_description"

PARAM_COUNT: Final = 20
#: The keys by which files and labels give the position of a param.
POSITIONS: Final = {str(position): position for position in range(1, PARAM_COUNT + 1)}
#: The params, as fields.
PARAMS: Final = tuple(f"param{position}" for position in POSITIONS)
#: The field that refers to a type: shown by the type's name, compared, sent and stored by its number. It is never secret.
TYPE: Final = "type"
NAME: Final = "name"
#: All fields, in the order in which they are shown.
FIELDS: Final = (NAME, TYPE, *PARAMS)
#: The column of each field.
COLUMNS: Final = {NAME: "cu_name", TYPE: "cu_ct_id"} | {param: f"cu_{param}" for param in PARAMS}
PARAM_COLUMNS: Final = tuple(COLUMNS[param] for param in PARAMS)
#: The columns that hold ids, which the API wants as numbers; all others hold text (doc).
NUMBER_COLUMNS: Final = frozenset({ID_COLUMN, COLUMNS[TYPE]})

#: The labels that are built in: those of the only type that the user's document explains (doc: the number, the caller id
#: and the ring time in seconds).
BUILT_IN_LABELS: Final = {"FORWARD": ("number", "callerid", "timeout")}

#: How an id is written, of destinations and of types (field).
ID_PATTERN: Final = "[1-9][0-9]{0,17}"
_ID: Final = re.compile(ID_PATTERN)
_POSITION: Final = {
    field: position for position, param in enumerate(PARAMS, start=1) for field in (param, COLUMNS[param])
}


def is_id(value: object) -> bool:
    """Whether a value is the text of an id."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def position_of(name: str) -> int | None:
    """Return the position, from 1, of a param given by its field or column; None for anything else."""
    return _POSITION.get(name)


def label_of(field: str, labels: Sequence[str]) -> str | None:
    """Return the label of a param, from the labels of its type; None if it has none or the field is not a param."""
    position = _POSITION.get(field, 0)
    return labels[position - 1] if 0 < position <= len(labels) else None


def fields_of(destination: Destination) -> dict[str, str | None]:
    """Return the fields of a destination by name; the type as its number."""
    kind = destination.type
    return dict(zip(FIELDS, (destination.name, None if kind is None else kind.id, *destination.params), strict=True))
