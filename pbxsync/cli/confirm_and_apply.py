"""What `apply` and `revert` share: show, check, ask, write, report."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.apply.applier import apply_plan
from pbxsync.apply.circuit_breaker import CircuitBreaker
from pbxsync.apply.context import WriteContext
from pbxsync.apply.limits import check_complete, check_empty, check_limits
from pbxsync.cli.progress import ProgressBar
from pbxsync.cli.signals import handle_interrupts
from pbxsync.cli.stages import total_traffic, traffic
from pbxsync.errors import UsageError
from pbxsync.journal.write import Journal, check, new_path
from pbxsync.live.reader import LiveReader
from pbxsync.live.types import TypeSource
from pbxsync.planfile import digest
from pbxsync.render import report_text
from pbxsync.session import writer
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.model.report import Report
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, RequestLimits

    #: Readies a plan over an open connection, and raises where it may not be applied.
    Prepare = Callable[[LiveReader, WorkerPool, Plan], Plan]


@dataclass(frozen=True)
class ApplyOptions:
    """On what terms to write: whom to ask, what to allow, where to keep the journal."""

    auto_approve: bool = False
    allow_empty: bool = False
    max_changes: int | None = None
    journal: Path | None = None
    no_journal: bool = False
    lock_timeout: float = 0.0

    def __post_init__(self) -> None:
        if self.journal is not None and self.no_journal:
            raise UsageError("--journal and --no-journal exclude each other")


@dataclass(frozen=True)
class ApplyContext:
    """What writing stands on, besides the plan."""

    app: Context
    project: Project
    where: Endpoint
    limits: RequestLimits
    terms: ApplyOptions


def _as_it_is(_live: LiveReader, _crew: WorkerPool, plan: Plan) -> Plan:
    return plan


def check_approvable(terms: ApplyOptions, saving: str) -> None:
    """Raise UsageError where nobody could be asked, before any request; `saving` is how to save the plan instead."""
    if not terms.auto_approve and not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on, so nothing was done: say --auto-approve, or apply a plan that was saved with"
            f" `pbxsync {saving} --out FILE`"
        )


def check_journal(project: Project, terms: ApplyOptions) -> None:
    """Raise JournalError where none could be kept, before any request. Where a run has nothing to write, none is made."""
    if not terms.no_journal:
        check(terms.journal or new_path(project.root))


def check_options(project: Project, plan: Plan, terms: ApplyOptions) -> None:
    """Raise a PbxsyncError where the plan may not be applied on these terms."""
    check_complete(plan)
    check_empty(plan, allow_empty=terms.allow_empty)
    total = project.max_changes if terms.max_changes is None else terms.max_changes
    check_limits(plan, total, project.max_changes_per_tenant)


def _approved(app: Context, plan: Plan) -> bool:
    """Ask, on standard error; only `yes` means yes."""
    what = plural(plan.summary.changes, "change")
    answer = app.console.ask(f"\nApply {what} to {sanitize(plan.url)}? Only 'yes' is accepted: ")
    if answer != "yes":
        app.console.error("not approved: nothing was written")
    return answer == "yes"


def live_reader(pbx: PbxReader, project: Project, where: Endpoint) -> LiveReader:
    """Return what reads single rows over a connection."""
    matter = any(rules.sensitive for rules in project.types.values())
    return LiveReader(pbx, TypeSource(pbx.custom_types), project, where.read_key, matter)


def ask_and_write(ground: ApplyContext, plan: Plan, prepare: Prepare = _as_it_is) -> int:
    """Check the terms, ask, write, report, and return the exit status. The plan was shown before."""
    check_options(ground.project, plan, ground.terms)
    if not plan.changes:
        return 0
    for tenant in plan.tenants:
        if tenant.changes:
            ground.where.write_key(tenant.tenant)  # raises where there is none, before anybody is asked
    if not ground.terms.auto_approve:
        if not _approved(ground.app, plan):
            return 1
        # Whoever was asked took their time: all is read again just before it is written.
        plan = replace(plan, tenants=tuple(replace(tenant, read_at=None) for tenant in plan.tenants))
    return _write_stage(ground, plan, prepare)


def _write_stage(ground: ApplyContext, plan: Plan, prepare: Prepare) -> int:
    app, limits, breaker = ground.app, ground.limits, CircuitBreaker()
    with ExitStack() as stack:
        pbx = stack.enter_context(writer(ground.where, limits, app.redactor))
        workers = stack.enter_context(WorkerPool(limits.parallel))
        live = live_reader(pbx, ground.project, ground.where)
        begun = time.monotonic()
        plan = prepare(live, workers, plan)
        ready = time.monotonic()
        check_options(ground.project, plan, ground.terms)
        stack.enter_context(handle_interrupts(breaker.interrupted))  # until the summary is said
        pbx.ended = breaker.why
        journal = stack.enter_context(_journal(ground, plan))
        report = _write(ground, WriteContext(pbx, live, app.redactor, journal, breaker, limits.retries), workers, plan)
        checking = () if prepare is _as_it_is else (("check", ready - begun),)
        app.spent.append(traffic(pbx, (*checking, ("apply", time.monotonic() - ready))))
        kept = None if journal is None else _shown(journal.path)
        return _report(app, replace(report, journal=kept, traffic=total_traffic(app.spent)))


def _write(ground: ApplyContext, writing: WriteContext, workers: WorkerPool, plan: Plan) -> Report:
    bar = ProgressBar(ground.app.console, "Applying", plan.summary.changes)
    with bar:
        return apply_plan(writing, workers, plan, lambda _: bar.done(), bar.tick)


def _report(app: Context, report: Report) -> int:
    console = app.console
    shown = report_text(report, verbose=max(0, app.verbosity), colour=console.coloured(sys.stdout), width=console.width)
    console.result(f"\n{shown}")  # apart from the plan, which stands before it
    if report.interrupted:
        return 130
    return 0 if report.good else 1


@contextmanager
def _journal(ground: ApplyContext, plan: Plan) -> Iterator[Journal | None]:
    """Open the journal of a run and write its first line; None where none is wanted or nothing is to be written."""
    if ground.terms.no_journal or not plan.changes:
        yield None
        return
    path = ground.terms.journal or new_path(ground.project.root)
    with Journal(path, ground.app.redactor) as journal:
        journal.run(plan.url, digest(plan), os.environ)
        yield journal


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):  # it is elsewhere; or the working directory was removed in the meantime
        return str(path)
