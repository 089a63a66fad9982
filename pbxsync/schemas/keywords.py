"""What both schemas are made of: plain values, and the messages that an editor shows.

`errorMessage` and `patternErrorMessage` are keywords of yaml-language-server, which most editors use. Without them it shows
regular expressions. `errorMessage` replaces every message about its own schema but not those about schemas inside it.
"""

from __future__ import annotations

from typing import Any, Final

from pbxsync.kinds.custom_destination import ID_PATTERN
from pbxsync.kinds.tenant import CODE, CODE_RULE
from pbxsync.project import UNLISTED_PARAMS
from pbxsync.project.secrets import LITERAL

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Text as an editor types it: without quotes it may be a number or a boolean. An empty value is null, which is refused;
#: so are ~ and null without quotes, because an editor cannot tell them from it.
TEXT: Final[Schema] = {
    "type": ["string", "number", "boolean"],
    "errorMessage": 'write text here: "" if it is empty, and quotes around null and ~',
    "pattern": r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$",
    "patternErrorMessage": "control characters are not allowed in any value: remove them",
}
REFERENCE: Final = r"^\$\{(file:[^{}\n]+|[A-Za-z_][A-Za-z0-9_]*)\}$"
KEY: Final[Schema] = {
    "type": "string",
    "pattern": REFERENCE,
    "errorMessage": "write ${VARIABLE} or ${file:PATH}: never write a key into a file",
    "examples": ["${PBXSYNC_READ_KEY}", "${file:secrets/key}"],
}
SENSITIVE: Final[Schema] = {
    "type": "string",
    "pattern": rf"{REFERENCE}|^$",
    "errorMessage": LITERAL,
    "description": 'Sensitive: ${VARIABLE} or ${file:PATH}, or "" to clear it; never the value itself.',
    "examples": ["${AGENT_API_KEY}", "${file:secrets/agent}"],
}
#: A tenant's code; one of digits alone arrives as a number.
TENANT: Final[Schema] = {
    "type": ["string", "number", "boolean"],
    "pattern": f"^{CODE.pattern}$",
    "minimum": 0,
    "errorMessage": CODE_RULE,
}
ID: Final[Schema] = {
    "type": ["string", "integer"],
    "pattern": f"^{ID_PATTERN}$",
    "minimum": 1,
    "exclusiveMaximum": 10**18,
    "errorMessage": "id must be the number of a live destination, as `pbxsync export` shows it",
}
UNLISTED: Final[Schema] = {
    "enum": list(UNLISTED_PARAMS),
    "description": "What happens to params that a destination does not list: they are kept (the default) or cleared.",
}


def written(name: str) -> Schema:
    """Return how an editor types a name: one of digits as a number too."""
    return {"enum": [name, int(name)] if name.isascii() and name.isdigit() else [name]}
