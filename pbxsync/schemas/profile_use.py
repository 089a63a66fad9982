"""What a tenant file says about the profiles that it uses, as JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.document.problems import show_key
from pbxsync.schemas.keywords import ID, SENSITIVE, TEXT, Schema, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbxsync.tenants.profile_file import Profile, ProfileInput


def use_schema(profiles: Sequence[Profile]) -> Schema:
    """Return the schema of one use of a profile, with the inputs of those that are known."""
    named = {"errorMessage": "write the name of a profile"}
    inputs = [_inputs(profile, profile.inputs) for profile in profiles if profile.inputs is not None]
    return {
        "type": "object",
        "required": ["profile"],
        "additionalProperties": False,
        "errorMessage": "the use of a profile is a mapping of profile:, with:, without: and overrides:",
        "properties": {
            "profile": {
                "description": "The name of a profile.",
                "anyOf": [{"enum": [profile.name for profile in profiles]} | named, TEXT | {"minLength": 1} | named],
            },
            "with": {
                "type": "object",
                "description": "The values of the inputs, as text.",
                "errorMessage": "with must be a mapping of inputs and their values; tenant is always the tenant's code",
                "properties": {"tenant": False},
                "additionalProperties": TEXT,
            },
            "without": {
                "type": "array",
                "description": "Names of destinations of the profile that the tenant does not have.",
                "errorMessage": "without must be a list of names, each once",
                "uniqueItems": True,
                "items": TEXT,
            },
            "overrides": {
                "type": "array",
                "description": "What is different for this tenant, by the names of the destinations.",
                "errorMessage": "overrides must be a list of name: and what is different",
                "items": {"$ref": "#/$defs/override"},
            },
        },
    } | ({"allOf": inputs} if inputs else {})


def override_schema(params: Schema) -> Schema:
    """Return the schema of one override; `params` is that of the params of any type."""
    return {
        "type": "object",
        "required": ["name"],
        "minProperties": 2,
        "additionalProperties": False,
        "errorMessage": "an override is a mapping of name:, and of id:, renamed_from: and params: as needed",
        "properties": {
            "name": TEXT | {"description": "The name of a destination of the profile, with its inputs filled in."},
            "id": ID | {"description": "Pins a live destination. Its name may then change.", "examples": [286]},
            "renamed_from": TEXT | {"description": "Its old name, which is matched if the new one is not live."},
            "params": params
            | {
                "description": "The params that are different, by label or position, or a list from param1 on.",
                "type": ["array", "object"],
                "items": TEXT,
            },
        },
    }


def _inputs(profile: Profile, inputs: Mapping[str, ProfileInput]) -> Schema:
    """Return what `with` must be if the profile is this one."""
    needed = [name for name, declared in inputs.items() if declared.default is None]
    with_: Schema = {
        "properties": {
            name: (SENSITIVE if name in profile.secrets else TEXT) | _described(declared)
            for name, declared in inputs.items()
        },
        "additionalProperties": False,
        "required": needed,
        "errorMessage": _message(profile.name, inputs),
    }
    then: Schema = {"properties": {"with": with_}}
    if needed:
        then |= {"required": ["with"], "errorMessage": _message(profile.name, inputs)}
    return {"if": {"required": ["profile"], "properties": {"profile": written(profile.name)}}, "then": then}


def _described(declared: ProfileInput) -> Schema:
    default = (
        "" if declared.default is None else f" Default: {declared.default}" if declared.default else " Default: empty"
    )
    text = f"{declared.description}{'.' if declared.description and default else ''}{default}".strip()
    return {"description": text} if text else {}


def _message(name: str, inputs: Mapping[str, ProfileInput]) -> str:
    needed = [key for key, declared in inputs.items() if declared.default is None]
    others = [key for key in inputs if key not in needed]
    if not inputs:
        return f"profile {show_key(name)} has no inputs"
    parts = [f"needs {', '.join(needed)}"] if needed else []
    parts += [f"takes {', '.join(others)}"] if others else []
    return f"profile {show_key(name)} {' and '.join(parts)}"
