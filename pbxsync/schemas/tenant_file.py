"""JSON Schema (2020-12) of the tenant file, for editors: what it refuses, the loader refuses too.

An editor types what stands without quotes, so wherever text belongs, a number, a boolean or null may arrive as well.
What only the whole project can tell (a name twice in two files) is left to `pbxsync validate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pbxsync.kinds.custom_destination import ID_PATTERN, PARAM_COUNT, PARAMS, POSITIONS

if TYPE_CHECKING:
    from pbxsync.project import Project
    from pbxsync.project.types import TypeSettings

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Text without control characters other than tab and newline.
_CONTROL_FREE: Final = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$"
TEXT: Final[Schema] = {"type": ["string", "number", "boolean", "null"], "pattern": _CONTROL_FREE}
REFERENCE: Final = r"^\$\{(file:[^{}\n]+|[A-Za-z_][A-Za-z0-9_]*)\}$"
#: A tenant's code; one of digits alone arrives as a number.
TENANT: Final[Schema] = {
    "type": ["string", "number", "boolean"],
    "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    "minimum": 0,
}
_SENSITIVE: Final[Schema] = {
    "type": ["string", "null"],
    "pattern": rf"{REFERENCE}|^$",
    "description": 'Sensitive: ${VARIABLE} or ${file:PATH}, or "" to clear it; never the value itself.',
    "examples": ["${AGENT_API_KEY}", "${file:secrets/agent}"],
}
UNLISTED: Final[Schema] = {
    "enum": ["keep", "clear"],
    "description": "What becomes of params that a destination does not list: kept as they are (the default), or cleared.",
}


def tenant_schema(project: Project) -> Schema:
    """Return the schema of a tenant file, with the types and labels of `project`."""
    return {
        "$schema": DIALECT,
        "title": "pbxsync tenant file",
        "description": "Custom destinations of one tenant. Every value is text, exactly as it is written.",
        "type": "object",
        "required": ["tenant", "destinations"],
        "additionalProperties": False,
        "properties": {
            "tenant": TENANT | {"description": "The tenant's code, as the PBX has it.", "examples": ["DEMO"]},
            "unlisted_params": UNLISTED,
            "destinations": {
                "type": "array",
                "description": "The destinations that this file manages; [] where there are none.",
                "items": {"$ref": "#/$defs/destination"},
            },
        },
        "$defs": {"destination": _destination(project), "text": TEXT, "sensitive": _SENSITIVE},
    }


def _destination(project: Project) -> Schema:
    return {
        "type": "object",
        "description": "A custom destination, matched by id, else by name, else by renamed_from.",
        "additionalProperties": False,
        "properties": {
            "name": TEXT | {"description": "Its name, to the letter.", "examples": ["Boss phone"]},
            "type": {
                "description": "A type's name as `pbxsync types` lists it, or its number. Needed to add.",
                "anyOf": [{"enum": list(project.types)}, TEXT | {"minLength": 1}],
            },
            "params": {
                "description": "A list from param1 on, or by label or position (1 to 20). What is not listed stays.",
                "type": ["array", "object"],
                "maxItems": PARAM_COUNT,
                "items": {"$ref": "#/$defs/text"},
                "examples": [{"number": "0636287454", "timeout": "30"}, ["3564732920", "INCOMINGDID", "30"]],
            },
            "id": {
                "description": "The id of a live destination: pins it, so that its name may change or be left out.",
                "type": ["string", "integer"],
                "pattern": f"^{ID_PATTERN}$",
                "minimum": 1,
                "exclusiveMaximum": 10**18,
                "examples": [286],
            },
            "renamed_from": TEXT | {"description": "Its old name, which is looked for where the new one is not live."},
        },
        "anyOf": [{"required": ["name"]}, {"required": ["id"]}],
        "dependentRequired": {"renamed_from": ["name"]},
        "allOf": [_params_by_type(project, name, rules) for name, rules in project.types.items()]
        + [_params_else(project)],
    }


def _params_by_type(project: Project, name: str, rules: TypeSettings) -> Schema:
    """Return what holds of the params where the type is `name`."""
    labels = {label: str(position) for position, label in enumerate(rules.labels, start=1)}
    sensitive = {str(position) for position in project.sensitive(name)}
    kinds = {
        key: _param(key, position, sensitive) for key, position in [*labels.items(), *((key, key) for key in POSITIONS)]
    }
    return {
        "if": {"required": ["type"], "properties": {"type": _written(name)}},
        "then": {
            "properties": {
                "params": {
                    "prefixItems": [_param(key, key, sensitive) for key in POSITIONS],
                    "properties": kinds,
                    "additionalProperties": False,
                    "allOf": [
                        {"not": {"type": "object", "required": [label, position]}} for label, position in labels.items()
                    ],
                }
            }
        },
    }


def _params_else(project: Project) -> Schema:
    """Return what holds of the params where the type is none of the project's: labels only where it may have some."""
    any_label = {label for rules in project.types.values() for label in rules.labels}
    known: Schema = {
        "required": ["type"],
        "properties": {"type": {"anyOf": [_written(name) for name in project.types]}},
    }
    number: Schema = {
        "properties": {"type": {"anyOf": [{"type": "integer"}, {"pattern": "^[0-9]+$", "type": "string"}]}}
    }
    by_key = {key: {"$ref": "#/$defs/text"} for key in POSITIONS}
    labelled = by_key | {label: {"$ref": "#/$defs/text"} for label in sorted(any_label)}
    return {
        "if": known,
        "else": {
            "if": number,
            "then": {"properties": {"params": {"properties": labelled, "additionalProperties": False}}},
            "else": {"properties": {"params": {"properties": by_key, "additionalProperties": False}}},
        },
    }


def _param(key: str, position: str, sensitive: set[str]) -> Schema:
    reference = {"$ref": "#/$defs/sensitive" if position in sensitive else "#/$defs/text"}
    return reference if key == position else reference | {"description": PARAMS[int(position) - 1]}


def _written(name: str) -> Schema:
    """Return how a type's name may arrive: one of digits as a number too."""
    return {"enum": [name, int(name)] if name.isascii() and name.isdigit() else [name]}
