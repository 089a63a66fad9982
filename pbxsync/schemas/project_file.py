"""JSON Schema (2020-12) of the project file, for editors: what it refuses, pbxsync refuses too."""

from __future__ import annotations

from typing import Final

from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.kinds.tenant import CODE_RULE
from pbxsync.project.request_defaults import MAX_RETRIES, MAX_TIMEOUT
from pbxsync.schemas.checks import CHECKS
from pbxsync.schemas.keywords import DIALECT, KEY, TENANT, TEXT, UNLISTED, Schema

_HOST: Final = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_LOOPBACK: Final = r"([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9.]+|\[[0:]*:0*1\])(:[0-9]{1,5})?(/[^?#]*)?"
_URL: Final[Schema] = {
    "type": "string",
    "description": "The whole url of proxyapi.php, or emulator:FILE. PBXSYNC_URL wins over it.",
    "pattern": f"^https://{_HOST}$|^http://{_LOOPBACK}$|^emulator:.",
    "errorMessage": "write https://HOST/pbx/proxyapi.php, or emulator:FILE",
    "examples": ["https://portal.pbxcloud.eu/pbx/proxyapi.php", "emulator:pbx.sqlite"],
}
_PATH: Final[Schema] = TEXT | {"minLength": 1, "errorMessage": "write the path of a file or folder"}
_PATHS: Final[Schema] = {
    "description": "Tenant files and folders of them, relative to this file; tenants/ if not given.",
    "anyOf": [_PATH, {"type": "array", "minItems": 1, "items": _PATH}],
    "examples": [["tenants/"]],
}
_PROFILES: Final[Schema] = _PATHS | {
    "description": "Profiles and folders of them, relative to this file; profiles/ if not given.",
    "examples": [["profiles/"]],
}
_TABLES: Final[Schema] = {
    "description": "CSV files with a tenant (if there is a profile) or a destination in each row.",
    "errorMessage": "tables must be a list of file: and profile:",
    "type": "array",
    "items": {
        "type": "object",
        "errorMessage": "a table is a mapping of file: and profile:",
        "additionalProperties": False,
        "required": ["file"],
        "properties": {
            "file": {
                "description": "The path of a CSV file, relative to this file.",
                "errorMessage": "write the path of a CSV file, which ends in .csv",
                "type": "string",
                "pattern": r"\.csv$",
            },
            "profile": TEXT | {"description": "The profile that the rows use. Without one, each row is a destination."},
        },
    },
    "examples": [[{"file": "customers.csv", "profile": "office"}]],
}
_KEYS: Final[Schema] = {
    "type": "object",
    "description": "Keys of single tenants, by their code.",
    "propertyNames": {"pattern": TENANT["pattern"], "errorMessage": CODE_RULE},
    "errorMessage": "keys must be a mapping of tenant codes",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "errorMessage": "the keys of a tenant are read: and write:",
        "properties": {"read": KEY, "write": KEY},
    },
}
_TIMEOUT: Final[Schema] = {
    "description": "Seconds that one request may take (default 30).",
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_TIMEOUT},
        {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,3})?$", "errorMessage": "write seconds, for example 30"},
    ],
}
_RETRIES: Final[Schema] = {
    "description": "Attempts of a read (default 4).",
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_RETRIES},
        {"type": "string", "pattern": "^0*([1-9][0-9]?|100)$", "errorMessage": "write a number, for example 4"},
    ],
}
_COUNT: Final[Schema] = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": 10**9 - 1},
        {"type": "string", "pattern": "^[0-9]{1,9}$", "errorMessage": "write a number of changes"},
    ]
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
    "type": ["string", "boolean"],
    "pattern": r"^(?=[\s\S]*\S)(?![0-9]+$)",
    "errorMessage": "a label is text, and not a number: in a tenant file a number is a position",
}
_POSITION: Final[Schema] = {"enum": list(POSITIONS)}
_TYPE: Final[Schema] = {
    "type": "object",
    "errorMessage": "a type is a mapping of params:, sensitive: and on_pbx:",
    "additionalProperties": False,
    "properties": {
        "params": {
            "description": "The labels of param1, param2, …",
            "errorMessage": "params must list labels, each once, and at most 20",
            "type": "array",
            "maxItems": PARAM_COUNT,
            "uniqueItems": True,
            "items": _LABEL,
        },
        "sensitive": {
            "description": "Labels or positions of secret params: given by reference, and never shown.",
            "type": "array",
            "items": {"anyOf": [_LABEL, {"type": "integer", "minimum": 1, "maximum": PARAM_COUNT}, _POSITION]},
        },
        "on_pbx": {
            "description": "The name of the type on the PBX, if the files use another one.",
            "errorMessage": "on_pbx is the name of a type, and not a number",
            "type": ["string", "boolean"],
            "pattern": "^(?![0-9]*$)",
        },
    },
}
_TYPES: Final[Schema] = {
    "type": "object",
    "description": "The labels of the params of each type, by the type's name or number.",
    "propertyNames": {"minLength": 1, "errorMessage": "a type needs a name or a number"},
    "errorMessage": "types must be a mapping of type names",
    "additionalProperties": _TYPE,
    "examples": [{"AI AGENT": {"params": ["prompt", "api_key"], "sensitive": ["api_key"]}}],
}


def project_schema() -> Schema:
    """Return the schema of a project file."""
    return {
        "$schema": DIALECT,
        "title": "pbxsync project file",
        "description": "The url of the PBX, the variables with its keys, and the labels of the params of its types.",
        "type": "object",
        "minProperties": 0,
        "additionalProperties": False,
        "properties": {
            "url": _URL,
            "tenants": _PATHS,
            "profiles": _PROFILES,
            "tables": _TABLES,
            "read_key": KEY | {"description": "The key that plan reads with. Never the key itself."},
            "write_key": KEY | {"description": "The key that apply writes with. Never the key itself."},
            "keys": _KEYS,
            "timeout": _TIMEOUT,
            "retries": _RETRIES,
            "max_changes": _MAX_CHANGES,
            "unlisted_params": UNLISTED,
            "types": _TYPES,
            "checks": CHECKS,
        },
    }
