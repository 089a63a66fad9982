"""Completions of a word, from files and tables, never from a request.

An error must not disturb somebody who is typing: then nothing is offered.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.api.operations import OPERATIONS
from pbxsync.errors import PbxsyncError
from pbxsync.project import find
from pbxsync.tenants.discover import tenant_codes
from pbxsync.tenants.table_file import table_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import click

    from pbxsync.api.operations import Operation

#: Values of parameters that do not select an operation.
_VALUES = {"format": ("csv", "json"), "cache": ("no",)}


def formats(_ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the words of the option's metavar, such as `text|json`."""
    return _beginning((param.metavar or "").split("|"), incomplete)


def tenants(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the tenants of the project's files, and those with keys of their own."""
    try:
        project = find((), ctx.obj.config, os.environ, Path.cwd())
        codes = {*(code for code, _ in tenant_codes(project.tenants)), *table_codes(project.tables)}
    except (PbxsyncError, OSError):
        return []
    return _beginning(sorted(codes | set(project.tenant_keys)), incomplete)


def reqtypes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the request types of the API document."""
    return _beginning(dict.fromkeys(operation.reqtype for operation in OPERATIONS), incomplete.upper())


def parameters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer what may follow a REQTYPE: selectors with their value, then names of parameters, then values of a name."""
    given = dict(word.partition("=")[::2] for word in ctx.params.get("words") or ())
    possible = list(_possible(str(ctx.params.get("reqtype") or ""), given))
    name, is_there, value = incomplete.partition("=")
    if not is_there:
        return _beginning(dict.fromkeys(_next(possible, given)), incomplete)
    if name == "tenant":
        values: Iterable[str] = [*tenants(ctx, param, value), "%"]
    else:
        values = _VALUES.get(name, tuple(dict(operation.selectors).get(name, "") for operation in possible))
    return [f"{name}={match}" for match in dict.fromkeys(_beginning(values, value)) if match]


def _possible(reqtype: str, given: Mapping[str, str]) -> Iterator[Operation]:
    """Yield the operations that fit the words before."""
    for operation in OPERATIONS:
        selectors = dict(operation.selectors)
        agrees = all(selectors[name].lower() == value.lower() for name, value in given.items() if name in selectors)
        if operation.reqtype == reqtype.upper() and agrees:
            yield operation


def _next(possible: Iterable[Operation], given: Mapping[str, str]) -> Iterator[str]:
    """Yield the selectors that are not given yet; if all are given, the names of the other parameters."""
    for operation in possible:
        lacking = [f"{name}={value}" for name, value in operation.selectors[1:] if name not in given]
        names = [f"{name}=" for name in operation.parameters if name not in given and name != "jsondata"]
        yield from lacking or names


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
