"""The end of an apply: what became of each change, in words and in one last line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pbxsync.model.plan import Action
from pbxsync.model.report import Status
from pbxsync.render import view
from pbxsync.render.style import painter
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.report import Mismatch, Outcome, Report, Traffic
    from pbxsync.render.style import Paint

#: So many changes not sent for one reason are named one by one; more stand under it together.
_A_FEW = 3
_STYLES = {Status.FAILED: "red", Status.UNKNOWN: "red", Status.NOT_SENT: "yellow"}


def report_text(report: Report, *, verbose: int = 0, colour: bool = False, width: int = 80) -> str:
    """Return the report as lines, without a line break at the end: every change that is not on the PBX, then the sum.

    `verbose` lists the others too, and how the server took the requests.
    """
    paint = painter(colour=colour)
    together = _held_together(report.outcomes)
    lines = [
        line
        for outcome in report.outcomes
        if not (outcome.status is Status.NOT_SENT and outcome.message in together)
        for line in _outcome(outcome, verbose, paint, width)
    ]
    lines += [line for message, outcomes in together.items() for line in _held(message, outcomes, paint)]
    lines += [""] if lines else []
    lines += [paint(_verdict(report), "bold" if report.good else "red"), *_next_step(report)]
    if report.journal is not None:
        lines.append(f"Journal: {sanitize(report.journal)}")
    if report.traffic is not None:
        lines.append(_traffic(report.traffic, verbose))
    return "\n".join(lines)


def _outcome(outcome: Outcome, verbose: int, paint: Paint, width: int) -> Iterator[str]:
    if outcome.status.good and not (verbose or outcome.message):
        return
    change = outcome.change
    found = "" if change.id is not None or outcome.id is None else f" (id {sanitize(outcome.id)})"
    status = paint(f"{_word(outcome)}:", _STYLES.get(outcome.status, "green"))
    yield f"{status} {sanitize(change.tenant)} {view.headline(change)}{found}  {paint(sanitize(change.source), 'dim')}"
    yield from (f"    {sanitize(line)}" for line in outcome.message.split("\n") if line)
    longest = max((len(view.label(row)) for row in outcome.mismatches), default=0)
    for row in outcome.mismatches:
        yield from _mismatch(row, min(longest, 24), width)


def _held_together(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return the changes that were not sent for one and the same reason, by it, where there are more than a few."""
    by_reason: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.status is Status.NOT_SENT:
            by_reason[outcome.message].append(outcome)
    return {reason: held for reason, held in by_reason.items() if len(held) > _A_FEW}


def _held(message: str, outcomes: Sequence[Outcome], paint: Paint) -> Iterator[str]:
    """Name many changes under the one reason for which they were not sent."""
    yield f"{paint('not sent:', _STYLES[Status.NOT_SENT])} {view.counted(len(outcomes), 'change')}: {sanitize(message)}"
    for outcome in outcomes:
        change = outcome.change
        yield f"    {sanitize(change.tenant)} {view.headline(change)}  {paint(sanitize(change.source), 'dim')}"


def _word(outcome: Outcome) -> str:
    if not outcome.status.good:
        return str(outcome.status)
    word = "added" if outcome.change.action is Action.ADD else "changed"
    return word if outcome.status is Status.DONE else f"{word} (found done after a lost answer)"


def _mismatch(row: Mismatch, longest: int, width: int) -> Iterator[str]:
    start = f"    {view.label(row):<{longest}}  "
    sent, stored = f"sent {view.wanted(row)},", f"stored {view.stored(row)}"
    if width and len(start) + len(sent) + len(stored) + 1 > width:
        yield start + sent
        yield " " * len(start) + stored
    else:
        yield f"{start}{sent} {stored}"


def _verdict(report: Report) -> str:
    good = [outcome.change.action for outcome in report.outcomes if outcome.status.good]
    parts = [f"{good.count(Action.ADD)} added", f"{good.count(Action.UPDATE)} changed"]
    for status in (Status.FAILED, Status.UNKNOWN, Status.NOT_SENT):
        number = sum(outcome.status is status for outcome in report.outcomes)
        parts += [f"{number} {status}"] if number else []
    return f"{_opening(report)}: {', '.join(parts)}."


def _opening(report: Report) -> str:
    if report.interrupted:
        return "Apply interrupted"
    return "Apply complete" if report.good else "Apply failed"


def _next_step(report: Report) -> list[str]:
    if report.good:
        return []
    left = sum(not outcome.status.good for outcome in report.outcomes)
    why = [f"Stopped: {sanitize(report.stopped)}"] if report.stopped is not None else []
    return [*why, f"{view.counted(left, 'change')} of the plan left: run plan again to see what the PBX holds now."]


def _traffic(traffic: Traffic, verbose: int) -> str:
    """Return what the run cost in one line; `verbose` adds how the server took it."""
    phases = ", ".join(f"{sanitize(phase)} {seconds:.1f} s" for phase, seconds in traffic.seconds)
    line = f"{view.counted(traffic.requests, 'request')} sent{': ' if phases else ''}{phases}."
    if not verbose:
        return line
    more = f"{traffic.repeated:,} repeated, {traffic.refused:,} refused; at most {traffic.pace} at a time in the end."
    return f"{line} {more}"
