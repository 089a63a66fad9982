"""What `apply` and `revert` share: check the options, ask, write, report."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from pbxsync.apply.applier import apply_plan
from pbxsync.apply.circuit_breaker import CircuitBreaker
from pbxsync.apply.context import WriteContext
from pbxsync.apply.limits import check_complete, check_empty, check_limits
from pbxsync.cli.interactive import ask_for_groups
from pbxsync.cli.progress import ProgressBar
from pbxsync.cli.signals import handle_interrupts
from pbxsync.cli.stages import total_traffic, traffic
from pbxsync.errors import NotApproved, PlanError, UsageError
from pbxsync.journal.origin import origin
from pbxsync.journal.write import Journal, check, new_path
from pbxsync.live.fingerprint import key_mark
from pbxsync.live.reader import LiveReader
from pbxsync.live.types import TypeSource
from pbxsync.model.report import Report, Result
from pbxsync.planfile import digest
from pbxsync.planning.groups import group_changes
from pbxsync.project.state import state_folder
from pbxsync.render.view import warnings
from pbxsync.session import writer
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from pbxsync.apply.staleness import Checked
    from pbxsync.cli.apply_output import ApplyOutput
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Change, Plan
    from pbxsync.model.report import Outcome, Verification
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, RequestLimits

    #: Prepares a plan over an open connection, and raises if it may not be applied.
    Prepare = Callable[[LiveReader, WorkerPool, Plan], Checked]


@dataclass(frozen=True)
class ApplyOptions:
    """Whether to ask, what to allow, where to write the journal, and how to show the result. `lock_timeout` is in seconds.

    `marker` distinguishes the comments of several projects on one request.
    """

    auto_approve: bool = False
    allow_empty: bool = False
    max_changes: int | None = None
    journal: Path | None = None
    append: bool = False
    no_journal: bool = False
    lock_timeout: float = 0.0
    fmt: str = "text"
    marker: str = ""
    interactive: bool = False

    def __post_init__(self) -> None:
        if self.journal is not None and self.no_journal:
            raise UsageError("--journal and --no-journal exclude each other")
        if self.append and self.journal is None:
            raise UsageError("--append continues the journal that --journal FILE names: name it")
        if self.interactive and self.auto_approve:
            raise UsageError("--interactive and --auto-approve exclude each other")


@dataclass(frozen=True)
class ApplyContext:
    """What applying a plan takes besides the plan. Nobody is asked about changes that are `done`."""

    context: Context
    project: Project
    endpoint: Endpoint
    limits: RequestLimits
    options: ApplyOptions
    output: ApplyOutput
    asks: bool = True
    done: Container[Change] = ()


def check_approvable(options: ApplyOptions, saving: str) -> None:
    """Raise UsageError, before any request, if nobody could be asked; `saving` is the command that saves the plan."""
    if options.interactive and not sys.stdin.isatty():
        raise UsageError("--interactive asks about each group of changes, but there is no terminal: nothing was done")
    if not options.auto_approve and not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on, so nothing was done: use --auto-approve, or apply a plan that was saved with"
            f" `pbxsync {saving} --out FILE`"
        )


def check_project_file(project: Project, subject: str, fingerprints: Iterable[str | None]) -> None:
    """Raise PlanError if `subject` has sensitive params, which no project file declares here: nothing can be compared."""
    if project.file is None and any(key_mark(fingerprint) is not None for fingerprint in fingerprints):
        raise PlanError(
            f"{subject} was made with a project file that declares sensitive params, and there is no project file here:"
            " run the command in the folder of the project, or name its file with --config FILE"
        )


def check_journal(project: Project, options: ApplyOptions) -> None:
    """Raise JournalError, before any request, if no journal can be written. A run that writes nothing creates none."""
    if not options.no_journal:
        check(options.journal or new_path(state_folder(project.root, os.environ)), append=options.append)


def live_reader(pbx: PbxReader, project: Project, endpoint: Endpoint) -> LiveReader:
    """Return what reads single rows over a connection."""
    types_matter = any(rules.sensitive for rules in project.types.values())
    return LiveReader(
        pbx, TypeSource(pbx.custom_types, project.names_in_files), project, endpoint.read_key, types_matter
    )


def ask_and_write(
    apply: ApplyContext,
    plan: Plan,
    prepare: Prepare | None = None,
    verify: Callable[[], Verification] | None = None,
) -> int:
    """Check the options, ask, write, report, verify if all went well, and return the exit status.

    The plan was shown before. Raises a PbxsyncError before the first write if there must be none.
    """
    _check_options(apply, plan, limits=not apply.options.interactive)  # then they bound what is approved
    if plan.changes:
        for tenant in plan.tenants:
            if tenant.changes:
                apply.endpoint.write_key(tenant.tenant)  # a missing key raises before anybody is asked
        approved, declined = _ask(apply, plan)
        result = _write(apply, plan, approved, declined, prepare, last=verify is None)
    else:
        apply.output.begin()
        result = Result(plan, Report(()))
        if verify is None and not apply.output.text:  # as text, the plan has said it
            apply.output.report(result, last=True)
    if result.report.interrupted:
        return 130
    if not result.report.good:
        return 1
    return 0 if verify is None else apply.output.verify(result, verify)


def _ask(apply: ApplyContext, plan: Plan) -> tuple[Plan, tuple[Change, ...]]:
    """Return the plan that was approved, and the changes that were declined. Raises NotApproved if that is all."""
    declined: tuple[Change, ...] = ()
    console = apply.context.console
    if apply.options.interactive:
        approved, declined, _ = ask_for_groups(console, plan, apply.done)
        _check_options(apply, approved)
    elif not apply.asks:
        return plan, declined
    elif console.ask(_question(plan)) != "yes":
        raise NotApproved("not approved: nothing was written")
    else:
        approved = plan
    # Somebody took time to answer: everything is read again just before it is written.
    return replace(approved, tenants=tuple(replace(tenant, read_at=None) for tenant in approved.tenants)), declined


def _check_options(apply: ApplyContext, plan: Plan, *, limits: bool = True) -> None:
    """Raise a PbxsyncError if the plan may not be applied with these options."""
    check_complete(plan)
    check_empty(plan, allow_empty=apply.options.allow_empty)
    if not limits:
        return
    total = apply.project.max_changes if apply.options.max_changes is None else apply.options.max_changes
    check_limits(plan, total, apply.project.max_changes_per_tenant)


def _question(plan: Plan) -> str:
    """Return the prompt: every line fits 80 columns, except a long url."""
    summary, groups = plan.summary, len(group_changes(plan.changes))
    counts = [plural(number, noun) for number, noun in ((summary.add, "add"), (summary.update, "update")) if number]
    tenants = plural(sum(bool(tenant.changes) for tenant in plan.tenants), "tenant")
    alike = f" ({plural(groups, 'group')} of equal ones)" if groups < summary.changes else ""
    lines = [f"Apply {' and '.join(counts)}{alike} in {tenants} to", f"{sanitize(plan.url)}?"]
    for warning in warnings(plan):
        lines += wrap(f"! {warning}", 79, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    if summary.add:
        adds = "The add is permanent" if summary.add == 1 else f"The {summary.add:,} adds are permanent"
        lines.append(f"{adds}: no revert removes {'it' if summary.add == 1 else 'them'}.")
    return "\n".join(["", *lines, "Only 'yes' is accepted: "])


def _write(
    apply: ApplyContext,
    whole: Plan,
    approved: Plan,
    declined: tuple[Change, ...],
    prepare: Prepare | None,
    *,
    last: bool,
) -> Result:
    """Prepare what was approved of the whole plan, write it with a journal, and report.

    Unless this is the `last` thing to do, the result of a good run is only reported as text.
    """
    context, options, breaker = apply.context, apply.options, CircuitBreaker()
    with ExitStack() as stack:
        pbx = stack.enter_context(writer(apply.endpoint, apply.limits, context.redactor))
        workers = stack.enter_context(WorkerPool(apply.limits.parallel))
        live = live_reader(pbx, apply.project, apply.endpoint)
        phases: list[tuple[str, float]] = []
        begun = time.monotonic()
        plan = approved
        done: tuple[Outcome, ...] = ()
        if prepare is not None:
            plan, done = prepare(live, workers, approved)
            phases.append(("check", time.monotonic() - begun))
            _check_options(apply, plan)
        stack.enter_context(handle_interrupts(breaker.interrupted))  # until the report is written
        pbx.ended = breaker.why
        journal: Journal | None = None
        if plan.changes and not options.no_journal:
            root = apply.project.root
            path = options.journal or new_path(state_folder(root, os.environ))
            journal = stack.enter_context(Journal(path, context.redactor, append=options.append))
            journal.run(plan.url, digest(whole), origin(root, os.environ), os.environ)
        write_context = WriteContext(pbx, live, context.redactor, journal, breaker, apply.limits.retries)
        apply.output.begin()
        begun = time.monotonic()
        with ProgressBar(context.console, "Applying", plan.summary.changes) as bar:
            report = apply_plan(write_context, workers, plan, lambda _: bar.done(), bar.tick)
        phases.append(("apply", time.monotonic() - begun))
        context.spent.append(traffic(pbx, tuple(phases)))
        if done:
            outcomes = {outcome.change: outcome for outcome in (*done, *report.outcomes)}
            in_order = tuple(outcomes[change] for change in approved.changes)
            report = replace(report, outcomes=in_order, before=len(done))
        report = replace(
            report,
            saved=prepare is not None,
            declined=declined,
            journal=None if journal is None else _shown(journal.path),
            traffic=total_traffic(context.spent),
        )
        result = Result(whole, report)
        apply.output.report(result, last=last or report.interrupted or not report.good)
        return result


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):  # it is elsewhere, or the working directory no longer exists
        return str(path)
