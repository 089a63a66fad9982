"""JSON Schema (2020-12) of the project file, for editors: what it refuses, pbxsync refuses too."""

from __future__ import annotations

from typing import Final

from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.project.limits import MAX_RETRIES, MAX_TIMEOUT
from pbxsync.schemas.tenant_file import DIALECT, REFERENCE, TENANT, TEXT, UNLISTED, Schema

_HOST: Final = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_LOOPBACK: Final = r"([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9.]+|\[[0:]*:0*1\])(:[0-9]{1,5})?(/[^?#]*)?"
_KEY: Final[Schema] = {
    "type": "string",
    "pattern": REFERENCE,
    "examples": ["${PBXSYNC_READ_KEY}", "${file:secrets/key}"],
}
_URL: Final[Schema] = {
    "type": "string",
    "description": "The whole url of proxyapi.php, or emulator:FILE. PBXSYNC_URL wins over it.",
    "anyOf": [{"pattern": f"^https://{_HOST}$"}, {"pattern": f"^http://{_LOOPBACK}$"}, {"pattern": "^emulator:."}],
    "examples": ["https://portal.pbxcloud.eu/pbx/proxyapi.php", "emulator:pbx.sqlite"],
}
_PATH: Final[Schema] = TEXT | {"minLength": 1}
_PATHS: Final[Schema] = {
    "description": "Tenant files and folders of them, relative to this file; tenants/ where nothing is said.",
    "anyOf": [_PATH, {"type": "array", "minItems": 1, "items": _PATH}],
    "examples": [["tenants/"]],
}
_KEYS: Final[Schema] = {
    "type": "object",
    "description": "Keys of single tenants, by their code.",
    "propertyNames": {"pattern": TENANT["pattern"]},
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"read": _KEY, "write": _KEY},
    },
}
_TIMEOUT: Final[Schema] = {
    "description": "Seconds that one request may take (default 30).",
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_TIMEOUT},
        {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,3})?$"},
    ],
}
_RETRIES: Final[Schema] = {
    "description": "How often a read is tried (default 4).",
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_RETRIES},
        {"type": "string", "pattern": "^0*([1-9][0-9]?|100)$"},
    ],
}
_COUNT: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0, "maximum": 10**9 - 1}, {"type": "string", "pattern": "^[0-9]{1,9}$"}]
}
_MAX_CHANGES: Final[Schema] = {
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
}
_LABEL: Final[Schema] = {
    "anyOf": [{"type": "string", "pattern": r"\S", "not": {"pattern": "^[0-9]+$"}}, {"type": "boolean"}]
}
_POSITION: Final[Schema] = {"enum": list(POSITIONS)}
_TYPE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "params": {
            "description": "The labels of param1, param2, …",
            "type": "array",
            "maxItems": PARAM_COUNT,
            "uniqueItems": True,
            "items": _LABEL,
        },
        "sensitive": {
            "description": "Labels or positions of params that are secret: given by reference, and never shown.",
            "type": "array",
            "items": {"anyOf": [_LABEL, {"type": "integer", "minimum": 1, "maximum": PARAM_COUNT}, _POSITION]},
        },
    },
}
_TYPES: Final[Schema] = {
    "type": "object",
    "description": "What the params of each type are called, by the type's name or number.",
    "propertyNames": {"minLength": 1},
    "additionalProperties": _TYPE,
    "examples": [{"AI AGENT": {"params": ["prompt", "api_key"], "sensitive": ["api_key"]}}],
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
            "url": _URL,
            "tenants": _PATHS,
            "read_key": _KEY | {"description": "The key that plan reads with. Never the key itself."},
            "write_key": _KEY | {"description": "The key that apply writes with. Never the key itself."},
            "keys": _KEYS,
            "timeout": _TIMEOUT,
            "retries": _RETRIES,
            "max_changes": _MAX_CHANGES,
            "unlisted_params": UNLISTED,
            "types": _TYPES,
        },
    }
