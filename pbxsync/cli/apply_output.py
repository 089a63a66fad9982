"""What `apply` and `revert` write to standard output.

As text: the plan before the question, the report, what `--verify` found. In any other format one result at the end, and
the plan goes to standard error. Once the plan is known, a run that is refused before its first write has a result too.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pbxsync.cli.show import show_aside, show_plan
from pbxsync.errors import OutputError, PbxsyncError
from pbxsync.model.report import Outcome, Report, Result, Status, Verification
from pbxsync.render import RESULT_FORMATS, report_text
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan

_INTERRUPTED = "interrupted before the first write"


class ApplyOutput:
    """Writes the plan, and the result once. `plan` is None until it is known."""

    def __init__(self, context: Context, fmt: str = "text", marker: str = "") -> None:
        self.plan: Plan | None = None
        self._context, self._fmt, self._marker = context, fmt, marker
        self._begun = False

    @property
    def text(self) -> bool:
        """Whether people read the result."""
        return self._fmt == "text"

    def show(self, plan: Plan, *, asks: bool) -> None:
        """Show a plan that is about to be applied. Raises OutputError if nobody can read it: nothing is written then."""
        self.plan = plan
        if not self.text:
            if asks or self._context.verbosity >= 0:
                show_aside(self._context, plan)
            return
        try:
            show_plan(self._context, plan)
        except OutputError as error:
            reason = str(error) or "standard output was closed before the whole plan was read"
            raise OutputError(f"{reason}: nothing was written to the PBX") from None

    def begin(self) -> None:
        """From now on the PBX may be written to, so the run is not refused any more."""
        self._begun = True

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Write a result, unless as text, if the run is refused or interrupted before it begins to write."""
        try:
            yield
        except (PbxsyncError, KeyboardInterrupt) as error:
            if self.plan is not None and not self._begun and not self.text:
                reason = str(error) if isinstance(error, PbxsyncError) else _INTERRUPTED
                outcomes = tuple(Outcome(change, Status.NOT_SENT, change.id) for change in self.plan.changes)
                self._write(Result(self.plan, Report(outcomes), refused=reason))
            raise

    def report(self, result: Result, *, last: bool) -> None:
        """Write how the changes ended: as text at once, in another format once it is the `last` that there is to say.

        Raises OutputError if nobody can read it.
        """
        if self.text:
            console = self._context.console
            text = report_text(
                result.report,
                verbose=max(0, self._context.verbosity),
                colour=console.coloured(sys.stdout),
                width=console.width,
            )
            _put(result, lambda: console.result(f"\n{text}"))  # an empty line separates it from the plan
        elif last:
            self._write(result)

    def verify(self, result: Result, verify: Callable[[], Verification]) -> int:
        """Plan again, say whether anything is left, and return the exit status. The changes are on the PBX."""
        try:
            verification = verify()
        except BaseException as error:
            message = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
            if not self.text:
                self._write(replace(result, verified=Verification(0, None, message)))
            raise
        console, left = self._context.console, verification.left
        if not self.text:
            if left is not None and not verification.good:
                show_aside(self._context, left)
            self._write(replace(result, verified=verification))
        elif verification.good:
            console.result(f"Verified: the PBX matches the files of {plural(verification.tenants, 'tenant')}.")
        elif left is not None:
            console.result("")  # an empty line separates the plan from the report
            show_plan(self._context, left)
        if verification.good:
            return 0
        reason = "the PBX still differs from the files, as the plan above shows"
        if left is None or not left.complete:
            reason = "some tenants could not be planned again, so nothing is proved"
        console.error(f"the changes are applied, but --verify failed: {reason}")
        return 1

    def _write(self, result: Result) -> None:
        text = RESULT_FORMATS[self._fmt](result, self._marker)
        _put(result, lambda: self._context.console.result(text))


def _put(result: Result, write: Callable[[], None]) -> None:
    """Write a result. Raises OutputError, which names the journal, if nobody can read it."""
    try:
        write()
    except OutputError as error:
        path = result.report.journal
        journal = "" if path is None else f"; the journal {path} has every outcome"
        reason = str(error) or "standard output was closed before the report was read"
        raise OutputError(f"{reason}{journal}") from None
