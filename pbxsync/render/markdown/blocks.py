"""Blocks of Markdown in which text of others has no effect on GitHub and GitLab.

Such text is only in fenced blocks, in `<pre>` and in `<code>`. Neither site makes mentions, references, links or emoji of
what is inside, and both let `<mark>` and `<b>` in a `<pre>` through. HTML in the last two is escaped. Every line in a block
begins with a blank or a sign of ours, so it is not a quick action and cannot close a fence.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote as percent_encoded

from pbxsync.render import view
from pbxsync.render.markdown.lines import broken, cut, escape
from pbxsync.text.sanitize import quote_full, sanitize, truncate
from pbxsync.text.words import first_lines, first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.plan import TenantPlan

_TICKS: Final = re.compile("`{3,}")
#: Lines of the notes of all tenants together.
_LINES_IN_COMMON: Final = 8
#: Lines of notes and of an error, and unmanaged destinations of a tenant.
_LINES: Final = 20
_UNMANAGED: Final = 40
_NAMED: Final = 8
#: All that RFC 3986 allows in a url besides letters and digits, without the apostrophe.
_IN_URLS: Final = "-._~:/?#[]@!$&()*+,;=%"


def size(text: str) -> int:
    """Return the length of a text in UTF-16 units: no site counts more than that."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def size_of(parts: Iterable[str], between: int) -> int:
    """Return the size of texts, each followed by `between` line breaks."""
    return sum(size(part) + between for part in parts)


def code(text: str, limit: int = 200) -> str:
    """Return text as code within a line of HTML, cut to `limit` characters."""
    return f"<code>{escape(cut(sanitize(text), limit))}</code>"


def link(url: str, text: str) -> str:
    """Return a link; `text` is ours. What a url may not hold is percent-encoded, so it cannot leave its attribute."""
    return f'<a href="{html.escape(percent_encoded(url, safe=_IN_URLS))}">{text}</a>'


def fence(kind: str, lines: Iterable[str]) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    # A bot could mistake the beginning of a comment for the hidden marker.
    content = "\n".join(lines).replace("<!--", "\\u003c!--")
    longest = max((len(run) for run in _TICKS.findall(content)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{kind}\n{content}\n{ticks}"


def pre(lines: Iterable[str]) -> str:
    """Return lines of HTML as a block of characters of one width."""
    return "\n".join(["<pre>", *lines, "</pre>"])


def notes(tenant: TenantPlan) -> list[str]:
    """Return the warnings of a tenant as lines."""
    notes = first_lines([cut(note) for note in view.notes(tenant)], _LINES)
    return [line for note in notes for line in broken("! ", note)]


def notes_in_common(tenants: Iterable[TenantPlan]) -> list[str]:
    """Return the warnings of all tenants as lines that begin with their codes, equal ones as one."""
    notes = [cut(f"{first_names(codes, _NAMED)}: {note}") for note, codes in view.notes_in_common(tenants)]
    return [line for note in first_lines(notes, _LINES_IN_COMMON, "warning") for line in broken("! ", note)]


def failure(message: str, tenants: list[str]) -> str:
    """Return an error and the tenants that have it as a block."""
    who = truncate(tenants[0], 80) if len(tenants) == 1 else plural(len(tenants), "tenant")
    lines = first_lines([truncate(line, 400) for line in message.split("\n")], _LINES, "line")
    if len(tenants) > 1:
        lines.append(cut(first_names([sanitize(tenant) for tenant in tenants], _NAMED)))
    return pre([escape(f"! {who} failed:"), *(part for line in lines for part in broken("!   ", line))])


def unmanaged(tenant: TenantPlan) -> list[str]:
    """Return the unmanaged and the shared destinations of a tenant as lines."""
    lines: list[str] = []
    for title, rows in (("unmanaged (live, in no file: left alone)", tenant.unmanaged), (view.SHARED, tenant.shared)):
        listed = [f"{cut(sanitize(row.id))}  {cut(quote_full(row.name))}  {cut(sanitize(row.type))}" for row in rows]
        lines += [title, *first_lines(listed, _UNMANAGED)] if listed else []
    return [escape(f"* {line}") for line in lines]
