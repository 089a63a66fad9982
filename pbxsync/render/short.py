"""The plan in less than 1,000 characters of plain text, for a chat.

    Plan: 1 to add, 764 to change. 60 tenants, 3 groups of equal changes.
    PBX https://portal.pbxcloud.eu/pbx/proxyapi.php
    + ACME "Night duty": type "FORWARD", number "+45 70 12 34 56"
    ~ ACME "Night" (id 286): timeout "30" -> "250"
    ~ 763 × timeout "30" -> "25" (59 tenants)

The rarest groups come first. Counts are exact, and it says what it leaves out. In text of others no chat finds a mention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action, TextDiff
from pbxsync.planning.groups import group_changes
from pbxsync.render import groups, marks, view
from pbxsync.text.differences import is_inline
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.plan import FieldDiff, Plan
    from pbxsync.planning.groups import Group
    from pbxsync.text.differences import Piece

#: The result has fewer characters, in UTF-16 units.
LIMIT: Final = 1_000
#: Characters for the line that says what is left out.
_FOOT: Final = 80
#: So many different errors of tenants are shown.
_FAILURES: Final = 2
#: Characters of a line, of a name or url, and of an equal or a different stretch of a value.
_LINE: Final = 240
_NAME: Final = 60
_EQUAL: Final = 12
_DIFFERENT: Final = 40
#: What a chat may take for a mention: `@everyone`, `<!channel>`.
_MENTIONS: Final = str.maketrans({"@": r"\u0040", "<": r"\u003c"})


def plan_short(plan: Plan) -> str:
    """Return the plan as a few lines, without a line break at the end."""
    closing, grouped = view.closing(plan), group_changes(plan.changes)
    tenants = sum(bool(tenant.changes) for tenant in plan.tenants)
    extent = f" {plural(tenants, 'tenant')}" if grouped else ""
    if len(grouped) < len(plan.changes):
        extent = f"{extent}, {plural(len(grouped), 'group')} of equal changes"
    head = [closing.verdict + extent + "." * bool(extent), f"PBX {_cut(_safe(sanitize(plan.url)), 2 * _NAME)}"]
    head += [closing.incomplete] if closing.incomplete else []
    failures = [(tenants, error.split("\n", 1)[0]) for error, tenants in view.failures(plan)]
    head += [
        _cut(_safe(f"! {_who(tenants)} failed: {sanitize(error)}"), _LINE // 2)
        for tenants, error in failures[:_FAILURES]
    ]
    head += [f"! {warning.sentence}" for warning in view.warnings(plan)]
    noted = [tenant for tenant in plan.tenants if view.notes(tenant)]
    notes = sum(len(view.notes(tenant)) for tenant in noted)
    head += [f"! {plural(notes, 'note')} on {plural(len(noted), 'tenant')}."] if noted else []
    room = LIMIT - _FOOT - _size(head)
    for sentence in closing.scope:
        line = _cut(_safe(sentence), 2 * _NAME)
        if _size([line]) <= room // 2:  # the changes get the rest
            head.append(line)
            room -= _size([line])
    shown: list[str] = []
    for group in grouped:
        line = _cut(_group(group), _LINE)
        room -= _size([line])
        if room < 0:
            break
        shown.append(line)
    rest = grouped[len(shown) :]
    more = sum(len(group.changes) for group in rest)
    foot = [f"and {plural(len(rest), 'more group')} ({plural(more, 'change')})."] if rest else []
    return "\n".join([*head, *shown, *foot])


def _who(tenants: Sequence[str]) -> str:
    more = f" and {len(tenants) - 1:,} more" if len(tenants) > 1 else ""
    return f"{_cut(sanitize(tenants[0]), _NAME)}{more}"


def _size(lines: Sequence[str]) -> int:
    """Return the size of lines with their line breaks."""
    return sum(len(line.encode("utf-16-le", "surrogatepass")) // 2 + 1 for line in lines)


def _safe(sanitized: str) -> str:
    return sanitized.translate(_MENTIONS)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def _group(group: Group) -> str:
    adds = group.action is Action.ADD
    sign = "+" if adds else "~"
    rows = ", ".join(f"{_cut(_safe(view.label(row)), _NAME)} {_row(row, adds=adds)}" for row in group.diff)
    first = group.changes[0]
    if len(group.changes) == 1:
        return f"{sign} {_cut(_safe(f'{sanitize(first.tenant)} {view.headline(first)}'), 2 * _NAME)}: {rows}"
    tenants = group.tenants
    place = _cut(_safe(sanitize(first.tenant)), _NAME) if len(tenants) == 1 else plural(len(tenants), "tenant")
    alone = ""
    if group.rarity < len(group.changes):
        (member,), _ = groups.members(group, 1, 2)
        alone = f"; {_cut(_safe(str(member)), _NAME)}"
    return f"{sign} {len(group.changes):,} × {rows} ({place}{alone})"


def _row(row: FieldDiff, *, adds: bool) -> str:
    if isinstance(row, TextDiff) and not is_inline(row.before or "", row.after):
        return marks.extent(row)
    before, after = map(_brief, marks.values(row))
    return after if adds else f"{before} -> {after}"


def _brief(pieces: Sequence[Piece]) -> str:
    """Return a value, of what is equal only what is next to a difference. What differs stays as long as it is short."""
    words = []
    for at, piece in enumerate(pieces):
        text, half = piece.text, _EQUAL if at else 1  # the quotation mark stays
        if len(pieces) == 1 or piece.differs:
            words.append(_safe(_cut(text, _DIFFERENT)))
        elif len(text) > half + _EQUAL + 1:
            tail = text[-_EQUAL:] if at < len(pieces) - 1 else text[-1:]
            words.append(_safe(f"{text[:half]}…{tail}"))
        else:
            words.append(_safe(text))
    return "".join(words)
