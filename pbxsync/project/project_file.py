"""Reads `pbxsync.yaml`: the Project, or all problems of the file at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import Unreadable, display, read_bytes
from pbxsync.document.problems import Problems, show_key
from pbxsync.document.reader import read
from pbxsync.errors import ProjectError
from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.kinds.tenant import CODE, CODE_RULE
from pbxsync.model.entry import Place, Problem
from pbxsync.project import url
from pbxsync.project.allowed import Allowed
from pbxsync.project.keys import KeyPair, KeyReference
from pbxsync.project.project import UNLISTED_PARAMS, Project
from pbxsync.project.request_defaults import DEFAULT_RETRIES, DEFAULT_TIMEOUT, MAX_RETRIES, MAX_TIMEOUT
from pbxsync.project.secrets import SecretResolver, parse
from pbxsync.project.tables import read_tables
from pbxsync.project.type_settings import BUILT_IN, TypeSettings
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pbxsync.document.reader import Item
    from pbxsync.project.checks import Check

FILE_KEYS: Final = (
    "url",
    "tenants",
    "profiles",
    "tables",
    "read_key",
    "write_key",
    "keys",
    "timeout",
    "retries",
    "max_changes",
    "unlisted_params",
    "types",
    "checks",
)
KEY_KEYS: Final = ("read", "write")
LIMIT_KEYS: Final = ("total", "per_tenant")
TYPE_KEYS: Final = ("params", "sensitive", "on_pbx")
_SECONDS: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_COUNT: Final = re.compile(r"[0-9]{1,9}")


def read_project(file: Path, environ: Mapping[str, str], environment_url: str | None) -> Project:
    """Return the project of `file`; `environment_url` wins over its url. Raises ProjectError."""
    shown = display(str(file))
    try:
        content = read_bytes(str(file))
    except Unreadable as error:
        raise ProjectError([Problem(Place(shown), f"the project file {error}")]) from None
    return parse_project(content, shown, file, environ, environment_url)


def parse_project(
    content: bytes, shown: str, file: Path, environ: Mapping[str, str], environment_url: str | None
) -> Project:
    """Return the project that is the content of `file`, which messages call `shown`. Raises ProjectError."""
    document = read(content)
    problems = Problems(shown, document)
    items = None if document.root is None else problems.mapping(document.root, "the project file", "a mapping")
    if items is None:
        raise ProjectError(problems.sorted())
    folder = file.absolute().parent
    problems.unknown_keys(items, FILE_KEYS, "the project file")
    total, per_tenant = _max_changes(items, problems)
    secrets = SecretResolver(environ, folder)
    types = _types(items, problems)
    file_url = _url(items, problems, folder, secrets.allowed if environment_url is None else Allowed())
    project = Project(
        root=folder,
        secret_resolver=secrets,
        file=file.absolute(),
        configured_url=environment_url or file_url,
        overridden_url=None if environment_url in {None, file_url} else file_url,
        tenants=_paths(items, "tenants", problems, folder) or (folder / "tenants",),
        profiles=_paths(items, "profiles", problems, folder),
        tables=read_tables(items["tables"], problems, folder) if "tables" in items else (),
        timeout=_timeout(items, problems),
        retries=_retries(items, problems),
        max_changes=total,
        max_changes_per_tenant=per_tenant,
        clear_unlisted=problems.choice(items, "unlisted_params", UNLISTED_PARAMS) == "clear",
        types=types,
        default_keys=KeyPair(*(_key(items, key, problems, secrets) for key in ("read_key", "write_key"))),
        tenant_keys=_tenant_keys(items, problems, secrets),
        checks=_checks(items["checks"], problems, types) if "checks" in items else (),
    )
    if problems:
        raise ProjectError(problems.sorted())
    return project


def _checks(item: Item, problems: Problems, types: Mapping[str, TypeSettings]) -> tuple[Check, ...]:
    from pbxsync.project.checks import read_checks  # noqa: PLC0415 - only projects with checks pay for them

    return read_checks(item, problems, types)


def _url(items: dict[str, Item], problems: Problems, folder: Path, allowed: Allowed) -> str | None:
    written = problems.text(items, "url")
    if written is None:
        return None
    resolved = url.resolve(written, folder)
    refusal = url.refusal(written) or url.outside(resolved, folder) or allowed.url_refusal(resolved)
    if refusal is not None:
        problems.at_value(items["url"], refusal)
        return None
    return resolved


def _paths(items: dict[str, Item], key: str, problems: Problems, folder: Path) -> tuple[Path, ...]:
    """Return the paths of `key`, absolute; none if the key is missing."""
    item = items.get(key)
    if item is None:
        return ()
    nodes = [item] if isinstance(item[0], str) else problems.sequence(item, key, "a list of files and folders")
    paths = []
    for value, line, column, *_ in nodes or ():
        if isinstance(value, str) and value:
            paths.append(folder / value)
        else:
            problems.add(line, column, f"{key} must list paths of files or folders")
    if nodes is not None and not nodes:
        problems.at_value(item, f"{key} lists no path: write one, or remove the key for {key}/")
    return tuple(paths)


def _timeout(items: dict[str, Item], problems: Problems) -> float:
    written = problems.text(items, "timeout", "write seconds, for example 30")
    if written is None:
        return DEFAULT_TIMEOUT
    seconds = float(written) if _SECONDS.fullmatch(written) else 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        problems.at_value(items["timeout"], f"timeout must be seconds, more than 0 and at most {MAX_TIMEOUT:,}")
    return seconds


def _retries(items: dict[str, Item], problems: Problems) -> int:
    written = problems.text(items, "retries", "write a number, for example 4")
    if written is None:
        return DEFAULT_RETRIES
    count = int(written) if _COUNT.fullmatch(written) else 0
    if not 0 < count <= MAX_RETRIES:
        problems.at_value(items["retries"], f"retries must be the attempts per read, 1 to {MAX_RETRIES}")
    return count


def _max_changes(items: dict[str, Item], problems: Problems) -> tuple[int | None, int | None]:
    """Return the most changes of one apply, in total and in each tenant; None for no limit."""
    item = items.get("max_changes")
    if item is None:
        return None, None
    if not isinstance(item[0], dict):
        return _limit(items, "max_changes", problems), None
    problems.unknown_keys(item[0], LIMIT_KEYS, "max_changes")
    if not item[0]:
        problems.at_value(item, "max_changes is empty: write a number, or total: and per_tenant:")
    return _limit(item[0], "total", problems), _limit(item[0], "per_tenant", problems)


def _limit(items: dict[str, Item], key: str, problems: Problems) -> int | None:
    written = problems.text(items, key, "write a number")
    if written is None:
        return None
    if not _COUNT.fullmatch(written):
        problems.at_value(items[key], f"{key} must be a number of changes, for example 50")
        return None
    return int(written)


def _tenant_keys(items: dict[str, Item], problems: Problems, secrets: SecretResolver) -> dict[str, KeyPair]:
    """Return the keys by tenant."""
    item = items.get("keys")
    tenants = None if item is None else problems.mapping(item, "keys", "a mapping of tenant codes")
    pairs = {}
    for tenant, tenant_item in (tenants or {}).items():
        if not CODE.fullmatch(tenant):
            problems.at_key(tenant_item, CODE_RULE)
            continue
        keys = problems.mapping(tenant_item, f"keys of {show_key(tenant)}", "a mapping of read: and write:")
        if keys is None:
            continue
        for key, key_item in keys.items():
            if key not in KEY_KEYS:  # not quoted, because it may be the key itself
                problems.at_key(key_item, f"unknown key in keys of {show_key(tenant)}: write read: or write:")
        pairs[tenant] = KeyPair(*(_key(keys, key, problems, secrets) for key in KEY_KEYS))
    return pairs


def _key(items: dict[str, Item], name: str, problems: Problems, secrets: SecretResolver) -> KeyReference | None:
    """Return a key, which must be a reference: a literal is refused, and never quoted."""
    written = problems.text(items, name, "write ${VARIABLE} or ${file:PATH}, or remove the entry")
    if written is None:
        return None
    line, column = items[name][1:3]
    reference = parse(written)
    if reference is None:
        problems.add(line, column, f"{name} must be ${{VARIABLE}} or ${{file:PATH}}: never write a key into a file")
        return None
    if (refusal := secrets.refusal(reference)) is not None:
        problems.add(line, column, f"{name}: {refusal}")
        return None
    return KeyReference(reference, Place(problems.file, line + 1, column + 1))


def _types(items: dict[str, Item], problems: Problems) -> dict[str, TypeSettings]:
    """Return the settings of each type by its name or number, the built-in ones included."""
    item = items.get("types")
    written = None if item is None else problems.mapping(item, "types", "a mapping of type names")
    types = dict(BUILT_IN)
    for name, type_item in (written or {}).items():
        if not name:
            problems.at_key(type_item, "a type needs a name, as `pbxsync types` lists it, or a number")
            continue
        settings = problems.mapping(type_item, f"type {show_key(name)}", "a mapping of params:, sensitive: and on_pbx:")
        if settings is not None:
            problems.unknown_keys(settings, TYPE_KEYS, f"type {show_key(name)}")
            labels = types.get(name, TypeSettings()).labels
            if "params" in settings:
                labels = _labels(settings["params"], problems)
            sensitive = frozenset[int]()
            if "sensitive" in settings:
                sensitive = _sensitive(settings["sensitive"], labels, problems)
            types[name] = TypeSettings(labels, sensitive, _on_pbx(name, settings, types, problems))
    return types


def _on_pbx(name: str, settings: dict[str, Item], types: Mapping[str, TypeSettings], problems: Problems) -> str | None:
    """Return the name that a type has on the PBX, None without one. `types` are those of the lines above."""
    on_pbx = problems.text(settings, "on_pbx", "write the type's name on the PBX")
    if on_pbx is None:
        return None
    item = settings["on_pbx"]
    same = next((other for other, known in types.items() if known.on_pbx == on_pbx), None)
    if name.isdigit():
        problems.at_key(item, "a type that is given by its number has that number on the PBX: remove on_pbx")
    elif not on_pbx or on_pbx.isdigit():
        problems.at_value(item, "on_pbx must be the name of a type, as `pbxsync types` lists it")
    elif same is not None:
        problems.at_value(
            item, f"on_pbx is also that of type {show_key(same)}: a type of the PBX has one name in the files"
        )
    return on_pbx


def _labels(item: Item, problems: Problems) -> tuple[str, ...]:
    labels: list[str] = []
    for value, line, column in problems.sequence(item, "params", "a list of labels") or ():
        if not isinstance(value, str) or not value.strip():
            problems.add(line, column, "params must list labels, one for each param up to the last that has one")
        elif value.isdigit():
            problems.add(line, column, f"{show_key(value)} cannot be a label: in a tenant file a number is a position")
        elif value in labels:
            problems.add(line, column, f"the label {show_key(value)} is given twice: labels of a type are unique")
        elif len(labels) == PARAM_COUNT:
            problems.add(line, column, f"too many labels: a destination has at most {PARAM_COUNT} params")
            break
        labels.append(value if isinstance(value, str) else "")
    return tuple(labels)


def _sensitive(item: Item, labels: tuple[str, ...], problems: Problems) -> frozenset[int]:
    """Return the positions of the sensitive params, which the file gives by label or position."""
    positions = POSITIONS | {label: position for position, label in enumerate(labels, start=1)}
    sensitive = set()
    for value, line, column in problems.sequence(item, "sensitive", "a list of labels") or ():
        if isinstance(value, str) and value in positions:
            sensitive.add(positions[value])
        elif isinstance(value, str):
            near = did_you_mean(value, labels)
            advice = f"write a label from params, or a position from 1 to {PARAM_COUNT}"
            problems.add(line, column, f"there is no param {show_key(value)}{near}: {advice}")
        else:
            problems.add(line, column, "sensitive must list labels or positions")
    return frozenset(sensitive)
