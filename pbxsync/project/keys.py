"""The keys of a project file: references alone. A literal is refused, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.document.problems import TENANT_CODE, TENANT_RULE, shown
from pbxsync.model.entry import Place
from pbxsync.project.project import KeyPair, KeyReference
from pbxsync.project.secrets import parse

if TYPE_CHECKING:
    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item

KINDS: Final = ("read", "write")


def default_keys(items: dict[str, Item], findings: Problems) -> KeyPair:
    """Return `read_key` and `write_key`."""
    return KeyPair(_key(items, "read_key", findings), _key(items, "write_key", findings))


def tenant_keys(items: dict[str, Item], findings: Problems) -> dict[str, KeyPair]:
    """Return the keys that `keys` gives by tenant."""
    item = items.get("keys")
    tenants = None if item is None else findings.mapping(item, "keys", "a mapping of tenant codes")
    found = {}
    for tenant, pair in (tenants or {}).items():
        if not TENANT_CODE.fullmatch(tenant):
            findings.add(pair[3], pair[4], TENANT_RULE)
            continue
        keys = findings.mapping(pair, f"keys of {shown(tenant)}", "a mapping of read: and write:")
        if keys is None:
            continue
        for key in keys:
            if key not in KINDS:  # not named here: it may be the key itself
                findings.at_key(keys[key], f"keys of {shown(tenant)} are read: and write:, and nothing else")
        found[tenant] = KeyPair(_key(keys, "read", findings), _key(keys, "write", findings))
    return found


def _key(items: dict[str, Item], name: str, findings: Problems) -> KeyReference | None:
    written = findings.text(items, name, "write ${VARIABLE} or ${file:PATH}, or leave it out")
    if written is None:
        return None
    line, column = items[name][1:3]
    reference = parse(written)
    if reference is None:
        findings.add(line, column, f"{name} must be ${{VARIABLE}} or ${{file:PATH}}: no key stands in a file")
        return None
    return KeyReference(reference, Place(findings.file, line + 1, column + 1))
