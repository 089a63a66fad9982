"""The report of an apply: each change that is not on the PBX, and the totals."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pbxsync.model.plan import Action
from pbxsync.model.report import Status
from pbxsync.render import view
from pbxsync.render.style import painter
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.report import Outcome, Report, Traffic
    from pbxsync.render.style import Paint

#: If more changes than this were not sent for one reason, the reason is shown once.
_A_FEW = 3
_STYLES = {Status.FAILED: "red", Status.UNKNOWN: "red", Status.NOT_SENT: "yellow"}


def report_text(report: Report, *, verbose: int = 0, colour: bool = False, width: int = 80) -> str:
    """Return the report as lines, without a line break at the end.

    `verbose` also lists the changes that succeeded, and shows how the server coped with the requests.
    """
    paint = painter(colour=colour)
    groups = _grouped_by_reason(report.outcomes)
    lines = [
        line
        for outcome in report.outcomes
        if not (outcome.status is Status.NOT_SENT and outcome.message in groups)
        for line in _outcome(outcome, verbose, paint, width)
    ]
    for reason, unsent in groups.items():
        lines.append(f"{paint('not sent:', 'yellow')} {plural(len(unsent), 'change')}: {sanitize(reason)}")
        for change in (outcome.change for outcome in unsent):
            source = paint(sanitize(change.source), "dim")
            lines.append(f"    {sanitize(change.tenant)} {view.headline(change)}  {source}")
    lines += [""] if lines else []
    lines += [paint(verdict(report), "bold" if report.good else "red")]
    if report.declined:
        lines.append(f"{plural(len(report.declined), 'change')} declined: left out.")
    lines += [f"Stopped: {sanitize(report.stopped)}"] if report.stopped is not None and not report.good else []
    lines += [step] if (step := next_step(report)) else []
    if report.journal is not None:
        lines.append(f"Journal: {sanitize(report.journal)}")
    if report.traffic is not None:
        lines.append(_traffic(report.traffic, verbose))
    return "\n".join(lines)


def _outcome(outcome: Outcome, verbose: int, paint: Paint, width: int) -> Iterator[str]:
    if outcome.status.good and not (verbose or outcome.message):
        return
    change = outcome.change
    status = str(outcome.status)
    if outcome.status.good:
        status = "added" if change.action is Action.ADD else "changed"
        status += "" if outcome.status is Status.DONE else " (the reply was lost; the read-back confirms it)"
    new_id = "" if change.id is not None or outcome.id is None else f" (id {sanitize(outcome.id)})"
    opening = paint(f"{status}:", _STYLES.get(outcome.status, "green"))
    yield f"{opening} {sanitize(change.tenant)} {view.headline(change)}{new_id}  {paint(sanitize(change.source), 'dim')}"
    yield from (f"    {sanitize(line)}" for line in outcome.message.split("\n") if line)
    label_width = view.label_width(outcome.mismatches)
    for row in outcome.mismatches:
        start = f"    {view.label(row):<{label_width}}  "
        sent, stored = view.mismatch_values(row)
        if width and len(start) + len(sent) + len(stored) + len("sent , stored ") > width:
            yield f"{start}sent {sent},"
            yield f"{' ' * len(start)}stored {stored}"
        else:
            yield f"{start}sent {sent}, stored {stored}"


def _grouped_by_reason(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return the changes that were not sent, by reason, for reasons with more than a few changes."""
    by_reason: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.status is Status.NOT_SENT:
            by_reason[outcome.message].append(outcome)
    return {reason: unsent for reason, unsent in by_reason.items() if len(unsent) > _A_FEW}


def verdict(report: Report) -> str:
    """Return how a run ended, with its counts: text of ours alone."""
    opening = "Apply complete" if report.good else "Apply failed"
    if report.interrupted:
        opening = "Apply interrupted"
    done = [outcome.change.action for outcome in report.outcomes if outcome.status.good]
    parts = [f"{done.count(Action.ADD):,} added", f"{done.count(Action.UPDATE):,} changed"]
    for status in (Status.FAILED, Status.UNKNOWN, Status.NOT_SENT):
        number = sum(outcome.status is status for outcome in report.outcomes)
        parts += [f"{number:,} {status}"] if number else []
    if not report.before:
        return f"{opening}: {', '.join(parts)}."
    were = "1 of them was" if report.before == 1 else f"{report.before:,} of them were"
    return f"{opening}: {', '.join(parts)}. {were} done before this run."


def next_step(report: Report) -> str:
    """Return what to do about what is left, in text of ours alone; nothing if all is done."""
    if report.good:
        return ""
    left = sum(not outcome.status.good for outcome in report.outcomes)
    way_on = "run plan again to see what the PBX holds now"
    if report.saved and report.journal is not None:
        options = "--resume, --interactive" if report.declined else "--resume"
        way_on = f"fix the cause and apply the same saved plans with {options} and this journal, or plan again"
    return f"{plural(left, 'change')} of the plan left: {way_on}."


def _traffic(traffic: Traffic, verbose: int) -> str:
    """Return what the run cost; `verbose` adds how the server coped."""
    phases = ", ".join(f"{sanitize(phase)} {seconds:.1f} s" for phase, seconds in traffic.seconds)
    line = f"{plural(traffic.requests, 'request')} sent{': ' if phases else ''}{phases}."
    if not verbose:
        return line
    more = f"{traffic.repeated:,} repeated, {traffic.refused:,} refused; at most {traffic.pace} at a time in the end."
    return f"{line} {more}"
