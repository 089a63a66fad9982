"""Blocks of Markdown in which text of others has no effect on GitHub and GitLab.

Such text is only in fenced blocks and in `<code>`. There, neither site turns it into mentions, references, links, quick
actions or HTML. Every line in a fence begins with a sign of ours, so no line can close the fence.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.render import view
from pbxsync.text.sanitize import quote_full, sanitize, truncate
from pbxsync.text.words import first_lines, first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.plan import Change, TenantPlan

_TICKS: Final = re.compile("`{3,}")
#: Characters of a name or value in a shortened block.
_SHORT: Final = 160
#: Lines of notes and of an error, and unmanaged destinations of a tenant.
_LINES: Final = 20
_UNMANAGED: Final = 40
_NAMED: Final = 8


def size(text: str) -> int:
    """Return the length of a text in UTF-16 units: no site counts more than that."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def code(text: str, limit: int = 200) -> str:
    """Return text as code within a line of HTML."""
    return f"<code>{html.escape(_without_markers(truncate(text, limit)))}</code>"


def fence(kind: str, lines: Iterable[str]) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    content = _without_markers("\n".join(lines))
    longest = max((len(run) for run in _TICKS.findall(content)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{kind}\n{content}\n{ticks}"


def _without_markers(text: str) -> str:
    """Escape what a bot could mistake for the hidden marker."""
    return text.replace("<!--", "\\u003c!--")


def change(change: Change) -> str:
    """Return a destination as a diff block, whole."""
    return _change(change, short=False)


def short_change(change: Change) -> str:
    """Return a destination as a diff block with long names and values cut; each cut says how much is missing."""
    return _change(change, short=True)


def _change(change: Change, *, short: bool) -> str:
    shorten = cut if short else str
    shown = view.fields(change)
    label_width = view.label_width(shown)
    lines = [f"@@ {change.action} {shorten(view.headline(change))}  {shorten(sanitize(change.source))} @@"]
    for diff in shown:
        label = f"{shorten(view.label(diff)):<{label_width}}"
        before, after = _cut_apart(*view.values(diff)) if short else view.values(diff)
        lines += [f"- {label}  {before}"] if change.action is Action.UPDATE else []
        lines += [f"+ {label}  {after}"]
        lines += [f"! {shorten(remark)}"] if (remark := view.remark(diff)) else []
    return fence("diff", lines)


def cut(text: str) -> str:
    """Return sanitized text cut short. A cut through an escape leaves text that is still harmless."""
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text) - _SHORT:,} more characters)"


def _cut_apart(before: str, after: str) -> tuple[str, str]:
    """Return two values cut short so that they still differ: from shortly before their first difference, if need be."""
    if before == after or cut(before) != cut(after):
        return cut(before), cut(after)
    same = next(at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1])
    start = same - _SHORT // 4
    opening = f"({start:,} characters) …"
    return opening + cut(before[start:]), opening + cut(after[start:])


def notes(tenant: TenantPlan) -> str:
    """Return the warnings of a tenant as a block, or nothing."""
    lines = first_lines([cut(note) for note in view.notes(tenant)], _LINES)
    return fence("text", [f"! {line}" for line in lines]) if lines else ""


def failure(message: str, tenants: list[str]) -> str:
    """Return an error and the tenants that have it as a block."""
    who = truncate(tenants[0], 80) if len(tenants) == 1 else plural(len(tenants), "tenant")
    lines = first_lines([truncate(line, 400) for line in message.split("\n")], _LINES, "line")
    if len(tenants) > 1:
        lines.append(cut(first_names([sanitize(tenant) for tenant in tenants], _NAMED)))
    return fence("text", [f"! {who} failed:", *(f"!   {line}" for line in lines)])


def unmanaged(tenant: TenantPlan) -> str:
    """Return the unmanaged and the shared destinations of a tenant as a block, or nothing."""
    lines: list[str] = []
    for title, rows in (("unmanaged (live, in no file: left alone)", tenant.unmanaged), (view.SHARED, tenant.shared)):
        listed = [f"{cut(sanitize(row.id))}  {cut(quote_full(row.name))}  {cut(sanitize(row.type))}" for row in rows]
        lines += [title, *first_lines(listed, _UNMANAGED)] if listed else []
    return fence("text", [f"* {line}" for line in lines]) if lines else ""
