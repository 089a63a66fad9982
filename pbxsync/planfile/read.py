"""Reads a plan document. It is strict: anything that pbxsync would not write is refused with one sentence.

Unknown keys are ignored, so documents of a later minor version can be read; a later major version is refused.
The digest shows damage and careless edits. It is not a signature: anybody who may write the file can write any plan.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, Final, NoReturn

from pbxsync.errors import PlanFileError
from pbxsync.model.plan import GitState, Plan, Scope, Shards, Since
from pbxsync.planfile.combine import first_clash
from pbxsync.planfile.entries import tenant_plan
from pbxsync.planfile.validate import Wrong, count, each, flag, member, optional, require, text, text_or_none, texts
from pbxsync.planfile.write import FORMAT_VERSION, digest_of
from pbxsync.text.sanitize import quote, sanitize, truncate

_MAJOR: Final = int(FORMAT_VERSION.partition(".")[0])
_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})", re.ASCII)
#: Some shards of all: mostly one.
_SHARDS: Final = re.compile("([1-9][0-9]{0,3}(?:,[1-9][0-9]{0,3})*)/([1-9][0-9]{0,3})")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


def parse(content: str | bytes, name: str) -> Plan:
    """Return the plan of a document. Raises `PlanFileError` with one sentence, in which `name` is the file's name."""
    try:
        return _checked(content)
    except Wrong as wrong:
        place = f": {truncate(wrong.place)} " if wrong.place else " "
        raise PlanFileError(f"{sanitize(name)} cannot be used as a saved plan{place}{wrong.fact}") from None


def _checked(content: str | bytes) -> Plan:
    try:
        tree = _json(content)
        _check_version(tree)
        _check_digest(tree)
    except RecursionError:
        raise Wrong("", "because it is nested deeper than any plan") from None
    return _plan(tree)


def _json(content: str | bytes) -> dict[str, Any]:
    try:
        decoded = content if isinstance(content, str) else content.decode("utf-8")
        tree = json.loads(
            decoded, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_int, parse_float=_float
        )
    except UnicodeDecodeError:
        raise Wrong("", "because it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        fact = f"because it is not JSON, or incomplete (line {error.lineno}, column {error.colno})"
        raise Wrong("", fact) from None
    if not isinstance(tree, dict):
        raise Wrong("", "because it is not a JSON object")
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        [(twice, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise Wrong("", f"because an object in it has the key {quote(twice[:60])} twice")
    return tree


def _no_number(word: str) -> NoReturn:
    raise Wrong("", f"because it contains {word}, which is not a JSON number")


def _int(digits: str) -> int:
    require(len(digits) <= 18, "", "because a number in it has more digits than any plan needs")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    require(math.isfinite(value), "", "because a number in it is out of range")
    return value


def _check_version(tree: dict[str, Any]) -> None:
    if "format_version" not in tree:
        raise Wrong("", "because it has no format_version: was it made by `pbxsync plan --out`?")
    version = text(tree, "format_version")
    match = _VERSION.fullmatch(version)
    if match is None:
        raise Wrong("format_version", f"must be a version like {quote(FORMAT_VERSION)}")
    major = int(match[1])
    if major > _MAJOR:
        fact = f"because it was made by a newer pbxsync, format {version}; this one reads {_MAJOR}.x"
        raise Wrong("", f"{fact}: use the newer pbxsync, or plan again")
    require(major == _MAJOR, "", f"because of its old format {version}; this one reads {_MAJOR}.x: plan again")


def _check_digest(tree: dict[str, Any]) -> None:
    stored = text(tree, "digest")
    rest = {key: value for key, value in tree.items() if key != "digest"}
    if stored != digest_of(rest):
        raise Wrong("", "because its content does not match its digest: it was edited or damaged; plan again")


def _plan(tree: dict[str, Any]) -> Plan:
    plan = Plan(
        url=text(tree, "url"),
        created_at=text(tree, "created_at"),
        pbxsync_version=text(tree, "pbxsync_version"),
        tenants=each(tree, "tenants", tenant_plan),
        overridden_url=text(tree, "overridden_url") if "overridden_url" in tree else None,
        scope=optional(tree, "scope", _scope),
        git=optional(tree, "git", _git),
    )
    require(bool(plan.url), "url", "must not be empty")
    require(_TIME.fullmatch(plan.created_at) is not None, "created_at", "must be a time like 2031-05-04T09:30:00Z")
    require(flag(tree, "complete") == plan.complete, "complete", "does not match the tenants")
    summary, stored = plan.summary, member(tree, "summary")
    for key in ("tenants", "add", "update", "unchanged", "unmanaged", "failed"):
        require(count(stored, key) == getattr(summary, key), f"summary.{key}", "does not match the tenants")
    shared = count(stored, "shared") if "shared" in stored else 0
    require(shared == summary.shared, "summary.shared", "does not match the tenants")
    clash = first_clash(("", tenant) for tenant in plan.tenants)
    if clash is not None:
        raise Wrong("tenants", f"contain {clash.item} twice")
    return plan


def _scope(row: dict[str, Any]) -> Scope:
    shard, since = text_or_none(row, "shard"), optional(row, "since", _since)
    return Scope(text(row, "files"), None if shard is None else _shards(shard), texts(row, "tenants"), since)


def _shards(shard: str) -> Shards:
    match = _SHARDS.fullmatch(shard)
    if match is None:
        raise Wrong("shard", 'must be like "1/4"')
    shards = Shards(tuple(int(number) for number in match[1].split(",")), int(match[2]))
    in_order = list(shards.numbers) == sorted(set(shards.numbers)) and shards.numbers[-1] <= shards.count
    require(in_order, "shard", 'must be like "1/4"')
    return shards


def _since(row: dict[str, Any]) -> Since:
    return Since(text(row, "ref"), text(row, "commit"), count(row, "not_read"), texts(row, "left"))


def _git(row: dict[str, Any]) -> GitState:
    return GitState(text(row, "commit"), text_or_none(row, "branch"), flag(row, "clean"))
