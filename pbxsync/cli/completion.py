"""What the shell may offer for a word that is being typed: from files and tables, never from a request.

A completion must not disturb what somebody types: where nothing can be had, nothing is offered.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.api.operations import OPERATIONS
from pbxsync.errors import PbxsyncError
from pbxsync.project import find
from pbxsync.tenants.discover import tenant_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import click

    from pbxsync.api.operations import Operation

#: What a parameter may be set to, beside what selects an operation.
_VALUES = {"format": ("csv", "json"), "cache": ("no",)}


def formats(_ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the words that the option itself names: `text|json`."""
    return _beginning((param.metavar or "").split("|"), incomplete)


def tenants(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the tenants of the project's files, and those that have keys of their own."""
    try:
        project = find((), ctx.obj.config, os.environ, Path.cwd())
        found = {code for code, _ in tenant_codes(project.tenants)}
    except (PbxsyncError, OSError):
        return []
    return _beginning(sorted(found | set(project.tenant_keys)), incomplete)


def reqtypes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the request types of the document."""
    return _beginning(dict.fromkeys(each.reqtype for each in OPERATIONS), incomplete.upper())


def parameters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer what may follow a REQTYPE: what selects an operation whole, else names, and then values of a name."""
    given = dict(word.partition("=")[::2] for word in ctx.params.get("words") or ())
    possible = list(_possible(str(ctx.params.get("reqtype") or ""), given))
    name, is_there, value = incomplete.partition("=")
    if not is_there:
        return _beginning(dict.fromkeys(_next(possible, given)), incomplete)
    if name == "tenant":
        values: Iterable[str] = [*tenants(ctx, param, value), "%"]
    else:
        values = _VALUES.get(name, tuple(dict(each.selectors).get(name, "") for each in possible))
    return [f"{name}={found}" for found in dict.fromkeys(_beginning(values, value)) if found]


def _possible(reqtype: str, given: Mapping[str, str]) -> Iterator[Operation]:
    """Yield the operations that the words before still leave."""
    for each in OPERATIONS:
        selectors = dict(each.selectors)
        agrees = all(selectors[name].lower() == value.lower() for name, value in given.items() if name in selectors)
        if each.reqtype == reqtype.upper() and agrees:
            yield each


def _next(possible: Iterable[Operation], given: Mapping[str, str]) -> Iterator[str]:
    """Yield what selects an operation and is not given yet; where all is given, the names of its parameters."""
    for each in possible:
        lacking = [f"{name}={value}" for name, value in each.selectors[1:] if name not in given]
        names = [f"{name}=" for name in each.parameters if name not in given and name != "jsondata"]
        yield from lacking or names


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
