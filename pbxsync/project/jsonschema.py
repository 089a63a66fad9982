"""JSON Schema (2020-12) of the project file, for editors: what it refuses, pbxsync refuses too."""

from __future__ import annotations

from typing import Final

from pbxsync.entry import PARAM_COUNT
from pbxsync.files.jsonschema import DIALECT, REFERENCE, TENANT, TEXT, UNLISTED, Schema
from pbxsync.project.settings import LONGEST_TIMEOUT, MOST_TRIES

_HOST: Final = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_LOOPBACK: Final = r"([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9.]+|\[[0:]*:0*1\])(:[0-9]{1,5})?(/[^?#]*)?"
_KEY: Final[Schema] = {
    "type": "string",
    "pattern": REFERENCE,
    "examples": ["${PBXSYNC_READ_KEY}", "${file:secrets/key}"],
}
_COUNT: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0, "maximum": 10**9 - 1}, {"type": "string", "pattern": "^[0-9]{1,9}$"}]
}


def project_schema() -> Schema:
    """Return the schema of a project file."""
    return {
        "$schema": DIALECT,
        "title": "pbxsync project file",
        "description": "Where the PBX is, which variables hold its keys, and what the params of its types are called.",
        "type": "object",
        "minProperties": 0,
        "additionalProperties": False,
        "properties": {
            "url": {
                "type": "string",
                "description": "The whole url of proxyapi.php, or emulator:FILE. PBXSYNC_URL wins over it.",
                "anyOf": [
                    {"pattern": f"^https://{_HOST}$"},
                    {"pattern": f"^http://{_LOOPBACK}$"},
                    {"pattern": "^emulator:."},
                ],
                "examples": ["https://portal.pbxcloud.eu/pbx/proxyapi.php", "emulator:pbx.sqlite"],
            },
            "tenants": {
                "description": "Tenant files and folders of them, relative to this file; tenants/ where nothing is said.",
                "anyOf": [_path(), {"type": "array", "minItems": 1, "items": _path()}],
                "examples": [["tenants/"]],
            },
            "read_key": _KEY | {"description": "The key that plan reads with. Never the key itself."},
            "write_key": _KEY | {"description": "The key that apply writes with. Never the key itself."},
            "keys": {
                "type": "object",
                "description": "Keys of single tenants, by their code.",
                "propertyNames": {"pattern": TENANT["pattern"]},
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"read": _KEY, "write": _KEY},
                },
            },
            "timeout": {
                "description": "Seconds that one request may take (default 30).",
                "anyOf": [
                    {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT},
                    {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,3})?$"},
                ],
            },
            "retries": {
                "description": "How often a read is tried (default 4).",
                "anyOf": [
                    {"type": "integer", "minimum": 1, "maximum": MOST_TRIES},
                    {"type": "string", "pattern": "^0*([1-9][0-9]?|100)$"},
                ],
            },
            "max_changes": {
                "description": "The most changes that one apply may make, in all or in each tenant.",
                "anyOf": [
                    _COUNT,
                    {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": False,
                        "properties": {"total": _COUNT, "per_tenant": _COUNT},
                    },
                ],
                "examples": [50, {"total": 50, "per_tenant": 10}],
            },
            "unlisted_params": UNLISTED,
            "types": {
                "type": "object",
                "description": "What the params of each type are called, by the type's name or number.",
                "propertyNames": {"minLength": 1},
                "additionalProperties": _type(),
                "examples": [{"AI AGENT": {"params": ["prompt", "api_key"], "sensitive": ["api_key"]}}],
            },
        },
    }


def _path() -> Schema:
    return TEXT | {"minLength": 1}


def _type() -> Schema:
    label = {"anyOf": [{"type": "string", "pattern": r"\S", "not": {"pattern": "^[0-9]+$"}}, {"type": "boolean"}]}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "params": {
                "description": "The labels of param1, param2, …",
                "type": "array",
                "maxItems": PARAM_COUNT,
                "uniqueItems": True,
                "items": label,
            },
            "sensitive": {
                "description": "Labels or positions of params that are secret: given by reference, and never shown.",
                "type": "array",
                "items": {"anyOf": [label, {"type": "integer", "minimum": 1, "maximum": PARAM_COUNT}, _position()]},
            },
        },
    }


def _position() -> Schema:
    return {"type": "string", "pattern": "^([1-9]|1[0-9]|20)$"}
