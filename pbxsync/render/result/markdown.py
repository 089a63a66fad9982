"""The result of an apply as a comment on the request that was merged: what is not on the PBX first, then what is.

Equal failures are shown once, the rarest first. What has no room is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.model.report import Status
from pbxsync.render import groups, view
from pbxsync.render.markdown import blocks
from pbxsync.render.markdown.comment import LIMIT
from pbxsync.render.markdown.marker import marker_line
from pbxsync.render.report import next_step, verdict
from pbxsync.text.sanitize import sanitize, truncate
from pbxsync.text.words import first_lines, first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from pbxsync.model.plan import Change
    from pbxsync.model.report import Mismatch, Outcome, Result, Verification

    #: A change, and the id to show.
    _Member: TypeAlias = tuple[Change, str | None]

#: Lines of a message, and characters of a line, of a value and of a name.
_LINES: Final = 20
_LINE: Final = 400
_VALUE: Final = 200
_NAME: Final = 80
#: Tenants and names of a tenant that one failure lists, if there is room and if there is little.
_WIDE: Final = (100, 50)
_NARROW: Final = (3, 3)
#: A list is open if it has at most this many changes, or lines.
_OPEN: Final = 12
#: Characters reserved for the lines that count what is not shown.
_FOOT: Final = 500


def result_markdown(result: Result, *, marker: str = "", limit: int = LIMIT) -> str:
    """Return the result as Markdown for GitHub and GitLab, at most `limit` (40,000 or more) characters.

    The first line is a hidden marker by which a bot finds its comment again; `marker` distinguishes several projects.
    """
    parts = list(_head(result, marker))
    left = limit - _FOOT - sum(blocks.size(part) + 2 for part in parts)
    hidden = 0
    for group in _noteworthy(result.report.outcomes):
        wide, narrow = _failure(group, *_WIDE), _failure(group, *_NARROW)
        block = wide if blocks.size(wide) <= left // 2 else narrow
        if blocks.size(block) + 2 <= left:
            parts.append(block)
            left -= blocks.size(block) + 2
        else:
            hidden += len(group)
    if hidden:
        parts.append(f"**{plural(hidden, 'more change')} not shown: size limit of a comment.**")
    good = [outcome for outcome in result.report.outcomes if outcome.status.good]
    done = [(outcome.change, outcome.id if outcome.change.action is Action.ADD else None) for outcome in good]
    verified = None if result.verified is None else result.verified.left
    folds = [
        ("+", done, len(done) <= _OPEN, "On the PBX"),
        ("#", _without_ids(result.report.declined), False, "Declined"),
        ("!", _without_ids(() if verified is None else verified.changes), True, "Left to do"),
    ]
    for sign, members, opened, what in folds:
        block = _fold(sign, members, what, left, opened=opened)
        parts += [block] if block else []
        left -= blocks.size(block) + 2
    return "\n\n".join(parts)


def _head(result: Result, marker: str) -> Iterator[str]:
    plan, report = result.plan, result.report
    emulated = "EMULATED " if plan.url.startswith("emulator:") else ""
    commit = "" if plan.git is None else f", commit {blocks.code(plan.git.commit[:12])}"
    commit += "" if plan.git is None or plan.git.clean else " with uncommitted changes"
    yield f"{marker_line('pbxsync-apply', marker)}\n### pbxsync apply"
    journal = "" if report.journal is None else f", journal {blocks.code(report.journal)}"
    origin = f"PBX {blocks.code(plan.url)}, plan of {blocks.code(plan.created_at, 40)}{commit}{journal}"
    yield f"<div><sub>{emulated}{origin}</sub></div>"
    if result.refused is not None:
        yield f"**Apply refused: nothing was written.** {plural(len(plan.changes), 'change')} not sent."
        yield _message("-", result.refused)
    elif not plan.changes:
        yield "**Nothing to apply: the plan has no changes.**"
    else:
        declined = f" {len(report.declined):,} declined." if report.declined else ""
        yield f"**{verdict(report)}**{declined} {next_step(report)}".rstrip()
    if result.refused is None and report.stopped is not None:
        yield _message("-", f"stopped: {report.stopped}")
    yield from [] if result.verified is None else _verified(result.verified)


def _verified(verification: Verification) -> Iterator[str]:
    if verification.good:
        yield f"Verified: the PBX matches the files of {plural(verification.tenants, 'tenant')}."
        return
    left = verification.left
    if left is None:
        yield "**Not verified:** the files could not be planned again."
        yield _message("!", verification.message)
    else:
        failed = f"; {left.summary.failed:,} of {plural(verification.tenants, 'tenant')} could not be planned again"
        yield (
            "**Not verified:** the PBX still differs from the files:"
            f" {view.to_do(left.changes)}{failed if left.summary.failed else ''}."
        )


def _noteworthy(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Return the outcomes that are not good or have a message, equal ones together.

    The failed and unknown ones come first, then those that were not sent, then the good ones; the rarest first.
    """
    equal: dict[tuple[Status, str, tuple[Mismatch, ...]], list[Outcome]] = {}
    for outcome in outcomes:
        if not outcome.status.good or outcome.message:
            equal.setdefault((outcome.status, outcome.message, outcome.mismatches), []).append(outcome)

    def rank(group: list[Outcome]) -> tuple[bool, bool, int]:
        return group[0].status.good, group[0].status is Status.NOT_SENT, len(group)

    return sorted(equal.values(), key=rank)


def _failure(group: list[Outcome], tenants: int, names: int) -> str:
    """Return equal outcomes as a block: the message, what was stored instead, and whose they are; many of these fold."""
    first = group[0]
    sign = "!" if first.status.good else "-"
    count = "" if len(group) == 1 else f" {plural(len(group), 'change')}:"
    message = first_lines(first.message.split("\n"), _LINES, "line")
    lines = [f"{sign} {first.status}:{count} {_cut(sanitize(message[0]), _LINE)}".rstrip(" :")]
    lines += [f"{sign}   {_cut(sanitize(line), _LINE)}" for line in message[1:]]
    for row in first.mismatches:
        sent, stored = _cut_apart(*view.mismatch_values(row))
        lines.append(f"!   {_cut(view.label(row), _VALUE)}  sent {sent}, stored {stored}")
    members = _members("#", [(outcome.change, outcome.id) for outcome in group], tenants, names)
    if len(members) <= _OPEN:
        return blocks.fence("diff", [*lines, *members])
    counted = f"{plural(len(group), 'change')} in {plural(len({outcome.change.tenant for outcome in group}), 'tenant')}"
    return f"{blocks.fence('diff', lines)}\n\n{_details(counted, members)}"


def _details(summary: str, lines: Sequence[str], *, opened: bool = False) -> str:
    fence = blocks.fence("diff", lines)
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>\n\n{fence}\n\n</details>"


def _without_ids(changes: Sequence[Change]) -> list[_Member]:
    return [(change, None) for change in changes]


def _fold(sign: str, members: Sequence[_Member], what: str, room: int, *, opened: bool) -> str:
    """Return changes by tenant below a line that counts them; only that line, or nothing, if there is no room for more."""
    if not members:
        return ""
    changes = [change for change, _ in members]
    tenants = len({change.tenant for change in changes})
    summary = f"{what}: {_counts(changes)} in {plural(tenants, 'tenant')}"
    for most, names in (_WIDE, (1000, 5), (300, 2), _NARROW):
        block = _details(summary, _members(sign, members, most, names), opened=opened)
        if blocks.size(block) <= room:
            return block
    return f"<div>{summary}</div>"


def _counts(changes: Sequence[Change]) -> str:
    adds = sum(change.action is Action.ADD for change in changes)
    parts = [plural(adds, "add")] if adds else []
    parts += [plural(len(changes) - adds, "update")] if len(changes) > adds else []
    return " and ".join(parts)


def _members(sign: str, members: Iterable[_Member], tenants: int, names: int) -> list[str]:
    """Return one line per tenant with the names of its destinations."""
    by_tenant: dict[str, list[str]] = {}
    for change, object_id in members:
        number = f" (id {truncate(object_id, _NAME)})" if object_id is not None else ""
        by_tenant.setdefault(change.tenant, []).append(f"{_cut(groups.name_in_list(change.name), _NAME)}{number}")
    lines = [f"{truncate(code, _NAME)}: {first_names(of_tenant, names)}" for code, of_tenant in by_tenant.items()]
    return [f"{sign} {line}" for line in first_lines(lines, tenants, "tenant")]


def _message(sign: str, text: str) -> str:
    lines = first_lines(text.split("\n"), _LINES, "line")
    return blocks.fence("diff", [f"{sign} {_cut(sanitize(line), _LINE)}" for line in lines])


def _cut(text: str, limit: int) -> str:
    """Return sanitized text cut short. A cut through an escape leaves text that is still harmless."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def _cut_apart(sent: str, stored: str) -> tuple[str, str]:
    """Return two values cut short so that they still differ: from shortly before their first difference, if need be."""
    pairs = enumerate(zip(sent, stored, strict=False))
    start = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(sent), len(stored)))
    if start < _VALUE:
        return _cut(sent, _VALUE), _cut(stored, _VALUE)
    start -= _VALUE // 4
    opening = f"({start:,} characters) …"
    return opening + _cut(sent[start:], _VALUE), opening + _cut(stored[start:], _VALUE)
