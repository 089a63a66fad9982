"""JSON Schema (2020-12) of the tenant file, for editors: what it refuses, the loader refuses too.

What only the whole project shows (a name twice in two files) is left to `pbxsync validate`, and so is what only the text
shows: an editor types `007` before a schema sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.kinds.custom_destination import PARAM_COUNT, PARAMS, POSITIONS
from pbxsync.schemas.keywords import DIALECT, ID, SENSITIVE, TENANT, TEXT, UNLISTED, Schema, written
from pbxsync.schemas.profile_use import override_schema, use_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pbxsync.project import Project
    from pbxsync.project.type_settings import TypeSettings
    from pbxsync.tenants.profile_file import Profile

_TEXT_REF: Final[Schema] = {"$ref": "#/$defs/text"}
_PARAMS: Final[Schema] = {
    "description": "A list from param1 on, or by label or position (1 to 20). What is not listed stays.",
    "type": ["array", "object"],
    "errorMessage": "params must be a list, or a mapping of positions and labels",
    "items": _TEXT_REF,
    "allOf": [{"maxItems": PARAM_COUNT}],
    "examples": [{"number": "0636287454", "timeout": "30"}, ["3564732920", "INCOMINGDID", "30"]],
}
_SENSITIVE_REF: Final[Schema] = {"$ref": "#/$defs/sensitive"}


def tenant_schema(project: Project, profiles: Sequence[Profile] = ()) -> Schema:
    """Return the schema of a tenant file, with the types and labels of `project` and the inputs of its `profiles`."""
    needs_list = {"errorMessage": "write destinations:, [] if there are none"}
    return {
        "$schema": DIALECT,
        "title": "pbxsync tenant file",
        "description": "Custom destinations of one tenant. Every value is text, exactly as it is written.",
        "type": "object",
        "required": ["tenant"],
        "anyOf": [{"required": ["destinations"]} | needs_list, {"required": ["profiles"]} | needs_list],
        "additionalProperties": False,
        "properties": {
            "tenant": TENANT | {"description": "The tenant's code, as on the PBX.", "examples": ["DEMO"]},
            "unlisted_params": UNLISTED,
            "profiles": {
                "type": "array",
                "description": "The profiles that the tenant uses, each with its inputs.",
                "errorMessage": "profiles must be a list of profile: and with:",
                "items": {"$ref": "#/$defs/use"},
            },
            "destinations": {
                "type": "array",
                "description": "The destinations that this file manages; [] if there are none.",
                "errorMessage": "destinations must be a list, [] if there are none",
                "items": {"$ref": "#/$defs/destination"},
            },
        },
        "$defs": {
            "destination": destination(project),
            "use": use_schema(profiles),
            "override": override_schema(any_params(project)),
            "text": TEXT,
            "sensitive": SENSITIVE,
        },
    }


def destination(project: Project) -> Schema:
    """Return the schema of a destination of a tenant file, which refers to those of `text` and `sensitive`."""
    named = {"errorMessage": "write a type's name or number, or remove the key"}
    needs_name = {"errorMessage": "a destination needs a name, or the id of a live one"}
    return {
        "type": "object",
        "description": "A custom destination, matched by id, else by name, else by renamed_from.",
        "errorMessage": "a destination is a mapping of name:, type:, params:, id: and renamed_from:",
        "additionalProperties": False,
        "properties": {
            "name": TEXT | {"description": "Its name, exactly as on the PBX.", "examples": ["Boss phone"]},
            "type": {
                "description": "A type's name as `pbxsync types` lists it, or its number. Needed to add.",
                "anyOf": [{"enum": list(project.types)} | named, TEXT | {"minLength": 1} | named],
            },
            "params": _PARAMS,
            "id": ID | {"description": "Pins a live destination. Its name may then change.", "examples": [286]},
            "renamed_from": TEXT | {"description": "Its old name, which is matched if the new one is not live."},
        },
        "anyOf": [{"required": ["name"]} | needs_name, {"required": ["id"]} | needs_name],
        "allOf": [
            {
                "if": {"required": ["renamed_from"]},
                "then": {"required": ["name"], "errorMessage": "renamed_from needs name: the new name"},
            },
            *(_params_of_type(project, name, settings) for name, settings in project.types.items()),
            _params_of_other_types(project),
        ],
    }


def _params_of_type(project: Project, name: str, settings: TypeSettings) -> Schema:
    """Return what the params must be if the type is `name`."""
    positions = {label: str(position) for position, label in enumerate(settings.labels, start=1)}
    sensitive = {str(position) for position in project.sensitive(name)}
    keys = f"{', '.join(settings.labels)} or 1 to {PARAM_COUNT}" if settings.labels else f"1 to {PARAM_COUNT}"
    params = _mapping(positions, sensitive, f"the params of {name} are {keys}")
    params["prefixItems"] = [_SENSITIVE_REF if position in sensitive else _TEXT_REF for position in POSITIONS]
    params["allOf"] = [
        {
            "if": {"type": "object", "required": [label]},
            "then": {
                "properties": {position: False},
                "errorMessage": f"{label} and {position} are the same param: remove one of them",
            },
        }
        for label, position in positions.items()
    ]
    return {
        "if": {"required": ["type"], "properties": {"type": written(name)}},
        "then": {"properties": {"params": params}},
    }


def _params_of_other_types(project: Project) -> Schema:
    """Return what the params must be if the project does not have the type.

    A number, and what a profile computes, may turn out to be any type.
    """
    known = {"required": ["type"], "properties": {"type": {"anyOf": [written(name) for name in project.types]}}}
    number_or_computed = [{"type": "integer"}, {"pattern": "^[0-9]+$", "type": "string"}, {"type": "object"}]
    no_label = _mapping(
        (), (), "the project has no labels for this type: write positions, or add labels to types: in pbxsync.yaml"
    )
    return {
        "if": known,
        "else": {
            "if": {"properties": {"type": {"anyOf": number_or_computed}}},
            "then": {"properties": {"params": any_params(project)}},
            "else": {"properties": {"params": no_label}},
        },
    }


def any_params(project: Project) -> Schema:
    """Return the schema of the params of some type of the project."""
    labels = sorted({label for settings in project.types.values() for label in settings.labels})
    return _mapping(labels, (), f"no type of the project has this param: write a position, 1 to {PARAM_COUNT}")


def _mapping(labels: Iterable[str] | dict[str, str], sensitive: Collection[str], message: str) -> Schema:
    """Return the schema of params by label and position. `labels` may have their positions.

    Positions are patterns, because yaml-language-server does not compare a number with the name of a property, and would
    offer positions before labels.
    """
    at = labels if isinstance(labels, dict) else {}
    patterns = {"|".join(sorted(sensitive)): _SENSITIVE_REF, "|".join(POSITIONS.keys() - set(sensitive)): _TEXT_REF}
    return {
        "properties": {
            label: (_SENSITIVE_REF if at.get(label) in sensitive else _TEXT_REF)
            | ({"description": PARAMS[int(at[label]) - 1]} if label in at else {})
            for label in labels
        },
        "patternProperties": {f"^({pattern})$": schema for pattern, schema in patterns.items() if pattern},
        "additionalProperties": False,
        "errorMessage": message,
    }
