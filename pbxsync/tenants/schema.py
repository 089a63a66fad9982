"""One tenant file, from the reader's tree to checked rows, with every problem noted on the way.

A row is a plain tuple (see `pbxsync.tenants.spool`), because a fleet has millions of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.problems import TENANT_CODE, TENANT_RULE, UNLISTED
from pbxsync.kinds.custom_destination import is_id
from pbxsync.tenants.params import param_rows

if TYPE_CHECKING:
    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.tenants.params import ParamRulesByType
    from pbxsync.tenants.spool import Row

FILE_KEYS: Final = ("tenant", "destinations", "unlisted_params")
ENTRY_KEYS: Final = ("name", "type", "params", "id", "renamed_from")
_FILE_KEYS: Final = frozenset(FILE_KEYS)
_ENTRY_KEYS: Final = frozenset(ENTRY_KEYS)


class TenantFile(NamedTuple):
    """What one file says: `tenant` is empty where the file does not properly say which."""

    tenant: str
    rows: list[Row]


def read_tenant_file(root: Node, findings: Problems, rulebook: ParamRulesByType, *, clear_unlisted: bool) -> TenantFile:
    """Return what a file says of its tenant; `clear_unlisted` is the project's setting."""
    items = findings.mapping(root, "a tenant file", "a mapping of tenant: and destinations:")
    if items is None:
        return TenantFile("", [])
    if not items.keys() <= _FILE_KEYS:
        findings.unknown_keys(items, FILE_KEYS, "a tenant file")
    tenant = _tenant(root, items, findings)
    unlisted = findings.choice(items, "unlisted_params", UNLISTED)
    clear = clear_unlisted if unlisted is None else unlisted == "clear"
    if "destinations" not in items:
        said = "destinations is missing: write destinations: [] where there are none"
        findings.missing(root, items, _FILE_KEYS, ("destinations",), said)
        return TenantFile(tenant, [])
    nodes = findings.sequence(items["destinations"], "destinations", "a list, [] where there are none") or []
    rows = (_row(node, findings, rulebook, clear) for node in nodes)
    return TenantFile(tenant, [row for row in rows if row is not None])


def _tenant(root: Node, items: dict[str, Item], findings: Problems) -> str:
    if "tenant" not in items:
        said = "tenant is missing: write tenant: and the tenant's code"
        findings.missing(root, items, _FILE_KEYS, ("tenant",), said)
        return ""
    tenant = findings.text(items, "tenant", "write the tenant's code")
    if tenant is None or not TENANT_CODE.fullmatch(tenant):
        if tenant is not None:
            findings.at_value(items["tenant"], TENANT_RULE)
        return ""
    return tenant


def _row(node: Node, findings: Problems, rulebook: ParamRulesByType, clear: bool) -> Row | None:  # noqa: FBT001 - hot
    items, line, column = node
    if type(items) is not dict:
        findings.mapping(node, "a destination", "a mapping of name:, type: and params:")
        return None
    if not items.keys() <= _ENTRY_KEYS:
        findings.unknown_keys(items, ENTRY_KEYS, "a destination", rulebook.hints)
    text = findings.text
    name = text(items, "name", 'write "" for an empty name')
    kind = text(items, "type")
    number = text(items, "id")
    old_name = text(items, "renamed_from")
    if number is not None and not is_id(number):
        findings.at_value(items["id"], "id must be the number of a live destination, as `pbxsync export` shows it")
        number = None
    if kind == "":
        findings.at_value(items["type"], "type is empty: write a type's name or number, or leave the key out")
    if "name" not in items:
        _nameless(node, items, findings)
    params = param_rows(items["params"], findings, rulebook.of(kind), kind) if "params" in items else ()
    return line, column, number, name, kind, old_name, clear, params


def _nameless(node: Node, items: dict[str, Item], findings: Problems) -> None:
    if "renamed_from" in items:
        findings.at_key(items["renamed_from"], "renamed_from needs name: the new name")
    elif "id" not in items:
        said = "a destination needs a name, or the id of a live one"
        findings.missing(node, items, _ENTRY_KEYS, ("name", "id"), said)
