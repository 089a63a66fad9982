"""The schema of `checks:` in the project file."""

from __future__ import annotations

from typing import Final

from pbxsync.kinds.custom_destination import NAME
from pbxsync.project.checks import LEVELS, UNIQUE
from pbxsync.schemas.keywords import TEXT, Schema

_TEXTS: Final[Schema] = {"anyOf": [TEXT, {"type": "array", "minItems": 1, "items": TEXT}]}
_WHOLE: Final[Schema] = {
    "type": ["integer", "string"],
    "minimum": 0,
    "pattern": "^[0-9]{1,18}$",
    "errorMessage": "write a whole number",
}
_YES: Final[Schema] = {"enum": [True, "true"], "errorMessage": "write true, or remove the key"}
_PHONE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["region"],
    "description": "What the number must be. Needs the extra phone: pip install 'pbxsync[phone]'.",
    "properties": {
        "region": {
            "type": "string",
            "description": "The country whose numbers need no country code.",
            "examples": ["DK"],
        },
        "kinds": _TEXTS | {"description": "The kinds of numbers that are allowed."},
        "forbid": _TEXTS
        | {"description": "The kinds of numbers that are not.", "examples": [["premium_rate", "emergency"]]},
        "valid": _YES | {"description": "The number must exist. That is also what region alone means."},
    },
}
_CHECK: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "errorMessage": "a check is a mapping of what to look at and what to hold",
    "properties": {
        "type": TEXT | {"description": "Only destinations of this type."},
        "tenant": TEXT | {"description": "Only tenants that match this code or glob."},
        "param": TEXT | {"description": "The param to look at: a label or a position."},
        "field": {"const": NAME, "description": "The other thing to look at: the name."},
        "required": _YES | {"description": "The param must be given, and not empty."},
        "matches": _TEXTS | {"description": "One of these expressions must match the whole value."},
        "forbid": _TEXTS | {"description": "None of these expressions may match the whole value."},
        "one_of": _TEXTS | {"description": "The value must be one of these."},
        "min": _WHOLE | {"description": "The least whole number."},
        "max": _WHOLE | {"description": "The largest whole number."},
        "unique": {
            "enum": list(UNIQUE),
            "description": "No other destination has the value, in the tenant or anywhere.",
        },
        "phone": _PHONE,
        "message": TEXT | {"description": "What is wrong with such a value."},
        "level": {"enum": list(LEVELS), "description": "error (the default) or warning."},
        "except": _TEXTS | {"description": "Values that are fine."},
    },
}
CHECKS: Final[Schema] = {
    "type": "array",
    "description": "Rules for the values in the files. validate, plan and apply report what breaks them.",
    "items": _CHECK,
    "examples": [[{"type": "FORWARD", "param": "number", "required": True, "matches": [r"\\+\\d{8,15}"]}]],
}
