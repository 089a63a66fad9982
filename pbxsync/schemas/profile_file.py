"""JSON Schema (2020-12) of a profile, for editors: what it refuses, the loader refuses too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.project.secrets import LITERAL
from pbxsync.schemas.keywords import DIALECT, REFERENCE, TEXT, Schema
from pbxsync.schemas.tenant_file import destination
from pbxsync.tenants.computed import TENANT

if TYPE_CHECKING:
    from pbxsync.project import Project

_INPUT_RULE: Final = "an input has letters, digits, _ and -, and starts with a letter; tenant is always there"
#: Wider than the loader's rule, because to an editor a letter is one of A to Z.
_INPUT_NAME: Final = rf"^(?!{TENANT}$)[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff-]{{0,127}}$"
_SENSITIVE_RULE: Final = f"{LITERAL}; or an input of its own"
_COMPUTED_RULE: Final = "write text, {input: NAME} or {template: TEXT}"
_INPUT: Final[Schema] = TEXT | {"description": "The whole value is that of the input."}
_TEMPLATE: Final[Schema] = TEXT | {
    "description": "{NAME} inserts an input, {tenant} the tenant's code; {{ and }} are braces."
}


def profile_schema(project: Project) -> Schema:
    """Return the schema of a profile, with the types and labels of `project`."""
    return {
        "$schema": DIALECT,
        "title": "pbxsync profile",
        "description": "Custom destinations that many tenants share, with holes that each tenant fills.",
        "type": "object",
        "required": ["profile", "destinations"],
        "additionalProperties": False,
        "properties": {
            "profile": TEXT
            | {
                "description": "The name by which tenant files use it.",
                "minLength": 1,
                "errorMessage": "write the name of the profile",
                "examples": ["office"],
            },
            "inputs": {
                "type": "object",
                "description": "What the tenants fill in. {} must be given, {default: …} may be.",
                "errorMessage": "inputs must be a mapping of names",
                "propertyNames": {"pattern": _INPUT_NAME, "errorMessage": _INPUT_RULE},
                "additionalProperties": {
                    "type": "object",
                    "errorMessage": "an input is a mapping of description: and default:, {} for neither",
                    "additionalProperties": False,
                    "properties": {
                        "description": TEXT | {"description": "What the input is for, as editors show it."},
                        "default": TEXT | {"description": "The value for tenants that do not give one."},
                    },
                },
                "examples": [{"boss": {}, "ring": {"default": "25"}}],
            },
            "destinations": {
                "type": "array",
                "description": "The destinations of each tenant that uses the profile.",
                "errorMessage": "destinations must be a list, [] if there are none",
                "items": {"$ref": "#/$defs/destination"},
            },
        },
        "$defs": {
            "destination": _destination(project),
            "text": _or_computed(TEXT, {"input": _INPUT, "template": _TEMPLATE}),
            "sensitive": _or_computed(
                {"type": "string", "pattern": rf"{REFERENCE}|^$", "errorMessage": _SENSITIVE_RULE}, {"input": _INPUT}
            ),
        },
    }


def _destination(project: Project) -> Schema:
    """Return the schema of a destination of a profile: with computed values, and without an id, which is a tenant's."""
    schema = destination(project)
    fields = {key: value for key, value in schema["properties"].items() if key != "id"}
    computed = {"input": _INPUT, "template": _TEMPLATE}
    described = {"description": "Its name. {template: …} if it differs from tenant to tenant."}
    fields["name"] = _or_computed(TEXT | {"minLength": 1}, computed) | described
    fields["type"] = fields["type"] | {"anyOf": [*fields["type"]["anyOf"], _computed(computed)]}
    return schema | {
        "properties": fields,
        "required": ["name"],
        "anyOf": [{}],
        "errorMessage": "a destination of a profile is a mapping of name:, type:, params: and renamed_from:",
    }


def _or_computed(text: Schema, computed: dict[str, Schema]) -> Schema:
    return {"anyOf": [text, _computed(computed)]}


def _computed(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "errorMessage": _COMPUTED_RULE,
        "properties": properties,
    }
