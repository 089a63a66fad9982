"""One tenant file, from the reader's tree to checked rows. Every problem on the way is added to `problems`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.kinds.custom_destination import is_id
from pbxsync.kinds.tenant import CODE, CODE_RULE
from pbxsync.project import UNLISTED_PARAMS
from pbxsync.tenants.params import param_rows

if TYPE_CHECKING:
    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.tenants.params import ParamRulesByType
    from pbxsync.tenants.profiles import Profiles
    from pbxsync.tenants.spool import Row

FILE_KEYS: Final = ("tenant", "profiles", "destinations", "unlisted_params")
ENTRY_KEYS: Final = ("name", "type", "params", "id", "renamed_from")
_FILE_KEYS: Final = frozenset(FILE_KEYS)
_PROFILE: Final = (
    "this is a profile, not a tenant file: put it into profiles/, or list its place below profiles: in pbxsync.yaml"
)
_ENTRY_KEYS: Final = frozenset(ENTRY_KEYS)


class TenantFile(NamedTuple):
    """What one file says. `tenant` is empty if the file does not properly say which."""

    tenant: str
    rows: list[Row]


def read_tenant_file(root: Node, problems: Problems, profiles: Profiles, *, clear_unlisted: bool) -> TenantFile:
    """Return what a file says about its tenant, with what it uses of `profiles` filled in.

    `clear_unlisted` is the project's setting, which the file's overrides.
    """
    items = problems.mapping(root, "a tenant file", "a mapping of tenant: and destinations:")
    if items is None:
        return TenantFile("", [])
    if "profile" in items and "tenant" not in items:
        problems.at_key(items["profile"], _PROFILE)
        return TenantFile("", [])
    if not items.keys() <= _FILE_KEYS:
        problems.unknown_keys(items, FILE_KEYS, "a tenant file")
    if "tenant" not in items:
        problems.missing(root, items, _FILE_KEYS, ("tenant",), "tenant is missing: write tenant: and the tenant's code")
    tenant = problems.text(items, "tenant", "write the tenant's code")
    if tenant is not None and not CODE.fullmatch(tenant):
        problems.at_value(items["tenant"], CODE_RULE)
        tenant = None
    unlisted = problems.choice(items, "unlisted_params", UNLISTED_PARAMS)
    clear = clear_unlisted if unlisted is None else unlisted == "clear"
    rows = _from_profiles(items["profiles"], tenant or "-", problems, profiles, clear) if "profiles" in items else []
    if "destinations" not in items:
        if "profiles" in items:
            return TenantFile(tenant or "", rows)
        message = "destinations is missing: write destinations: [] if there are none"
        problems.missing(root, items, _FILE_KEYS, ("destinations",), message)
        return TenantFile(tenant or "", [])
    nodes = problems.sequence(items["destinations"], "destinations", "a list, [] if there are none") or []
    own = (destination_row(node, problems, profiles.rules, clear) for node in nodes)
    rows += [row for row in own if row is not None]
    return TenantFile(tenant or "", rows)


def destination_row(
    node: Node,
    problems: Problems,
    rules: ParamRulesByType,
    clear: bool,  # noqa: FBT001 - hot
) -> Row | None:
    """Return one destination; None after adding the problem that it is not one. `clear` is whether it clears params."""
    items, line, column = node
    if type(items) is not dict:
        problems.mapping(node, "a destination", "a mapping of name:, type: and params:")
        return None
    if not items.keys() <= _ENTRY_KEYS:
        problems.unknown_keys(items, ENTRY_KEYS, "a destination", rules.hints)
    text = problems.text
    name = text(items, "name", 'write "" for an empty name')
    type_name = text(items, "type")
    number = text(items, "id")
    old_name = text(items, "renamed_from")
    if number is not None and not is_id(number):
        problems.at_value(items["id"], "id must be the number of a live destination, as `pbxsync export` shows it")
        number = None
    if type_name == "":
        problems.at_value(items["type"], "type is empty: write a type's name or number, or remove the key")
    if "name" not in items and "renamed_from" in items:
        problems.at_key(items["renamed_from"], "renamed_from needs name: the new name")
    elif "name" not in items and "id" not in items:
        message = "a destination needs a name, or the id of a live one"
        problems.missing(node, items, _ENTRY_KEYS, ("name", "id"), message)
    params = param_rows(items["params"], problems, rules[type_name], type_name) if "params" in items else ()
    return line, column, number, name, type_name, old_name, clear, params, 0, None


def _from_profiles(
    item: Item,
    tenant: str,
    problems: Problems,
    profiles: Profiles,
    clear: bool,  # noqa: FBT001 - called once
) -> list[Row]:
    """Return the destinations that the profiles give which a file uses."""
    from pbxsync.tenants.expand import Room, expand  # noqa: PLC0415 - only files that use profiles need them
    from pbxsync.tenants.uses import read_uses  # noqa: PLC0415 - as above

    room = Room()
    rows: list[Row] = []
    for use in read_uses(item, problems):
        rows += expand(use, tenant, profiles, problems, room, clear_unlisted=clear)
    return rows
