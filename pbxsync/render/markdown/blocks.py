"""Blocks of Markdown in which text from elsewhere is inert on GitHub and GitLab.

Such text stands in fenced blocks and in `<code>` alone: there, neither makes mentions, references, links, quick actions
or HTML of it. Every line in a fence begins with a sign of ours, so that none can close it.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.render import view
from pbxsync.text.sanitize import quote_full, sanitize, truncate
from pbxsync.text.words import first_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxsync.model.plan import Change, FieldDiff, TenantPlan

_TICKS: Final = re.compile("`{3,}")
_CUT: Final = 160
#: Of a tenant's unmanaged destinations, a comment lists this many at most.
_UNMANAGED: Final = 40


def size(text: str) -> int:
    """Return how long a text is where it is counted: in UTF-16 units, the most that a character can count for."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def code(text: str, limit: int = 200) -> str:
    """Return text for the middle of an HTML line."""
    return f"<code>{html.escape(_closed(truncate(text, limit)))}</code>"


def fence(kind: str, lines: Iterable[str]) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    content = _closed("\n".join(lines))
    longest = max((len(run) for run in _TICKS.findall(content)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{kind}\n{content}\n{ticks}"


def _closed(text: str) -> str:
    """Escape what a bot that looks for the hidden marker could take for it."""
    return text.replace("<!--", "\\u003c!--")


def change(change: Change) -> str:
    """Return the diff block of a destination, whole."""
    return _change(change, str)


def short_change(change: Change) -> str:
    """Return the diff block of a destination with its long names and values cut, each with a word on how much."""
    return _change(change, _cut)


def _change(change: Change, cut: Callable[[str], str]) -> str:
    opening = f"@@ {change.action} {cut(view.headline(change))}  {cut(sanitize(change.source))} @@"
    shown = view.fields(change)
    longest = min(max((len(view.label(diff)) for diff in shown), default=0), 24)
    lines = [line for diff in shown for line in _field(diff, change.action, longest, cut)]
    return fence("diff", [opening, *lines])


def _field(diff: FieldDiff, action: Action, longest: int, cut: Callable[[str], str]) -> list[str]:
    name = f"{cut(view.label(diff)):<{longest}}"
    old = [f"- {name}  {cut(view.old(diff))}"] if action is Action.UPDATE else []
    return [*old, f"+ {name}  {cut(view.new(diff))}"]


def _cut(text: str) -> str:
    """Return harmless text cut short; the cut may go through an escape, which stays harmless."""
    return text if len(text) <= _CUT else f"{text[:_CUT]}… ({len(text) - _CUT} more characters)"


def notes(tenant: TenantPlan) -> str:
    """Return the warnings of a tenant as a block, or nothing."""
    found = [_cut(note) for note in view.notes(tenant)]
    return fence("text", [f"! {line}" for line in first_lines(found, 20)]) if found else ""


def failure(message: str, tenants: list[str]) -> str:
    """Return an error, with the tenants that have it, as a block."""
    who = truncate(tenants[0], 80) if len(tenants) == 1 else f"{len(tenants)} tenants"
    lines = [truncate(line, 400) for line in message.split("\n")]
    names = [] if len(tenants) == 1 else [f"!   {_cut(view.some(tenants, 8))}"]
    return fence("text", [f"! {who} failed:", *(f"!   {line}" for line in first_lines(lines, 20, "line")), *names])


def unmanaged(tenant: TenantPlan) -> str:
    """Return the unmanaged destinations of a tenant as a block, or nothing."""
    found = [
        f"{_cut(sanitize(row.id))}  {_cut(quote_full(row.name))}  {_cut(sanitize(row.type))}"
        for row in tenant.unmanaged
    ]
    lines = [f"* {line}" for line in ("unmanaged (live, in no file: left alone)", *first_lines(found, _UNMANAGED))]
    return fence("text", lines) if found else ""
