"""Problems of files for the diff of a pull or merge request, on GitHub and on GitLab; on GitHub also what a plan changes.

Equal problems, and equal changes, are said once, at the first place.
Only this module writes workflow commands of GitHub. Everywhere else they are made harmless.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from pbxsync.model.entry import Place
from pbxsync.planning.groups import group_changes
from pbxsync.render import groups, view
from pbxsync.text.sanitize import json_text, sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.entry import Problem
    from pbxsync.model.plan import Change
    from pbxsync.planning.groups import Group

#: GitHub shows no more notices of a step.
_NOTICES: Final = 10
#: Characters of a notice.
_LONGEST: Final = 1000
_SEVERITIES: Final = {"error": "critical", "warning": "minor"}


def github(
    errors: Sequence[Problem], warnings: Sequence[Problem] = (), changes: Sequence[Change] = (), *, root: str = ""
) -> str:
    """Return one workflow command per line. `root` is the checkout, if that is not the working directory.

    Each group of equal `changes` is a notice, the rarest first. GitHub shows the first ten errors, ten warnings and ten
    notices of a step; its log has all errors and warnings.
    """
    levels = [("error", errors), ("warning", warnings)]
    lines = [
        _command(level, problem.place, _message(problem, count), root)
        for level, problems in levels
        for problem, count in _once(problems)
    ]
    grouped = group_changes(changes)
    lines += [
        _command("notice", Place.of_source(group.changes[0].source), _notice(group), root)
        for group in grouped[:_NOTICES]
    ]
    if len(grouped) > _NOTICES:
        lines[-1] += f" (the plan has {plural(len(grouped) - _NOTICES, 'more group')} of equal changes)"
    return "\n".join(lines)


def gitlab(errors: Sequence[Problem], warnings: Sequence[Problem] = (), *, root: str = "") -> str:
    """Return a report for `artifacts: reports: codequality:`, a JSON array; it must exist even without problems.

    A fingerprint stays the same if a problem moves to another line, so GitLab does not report it as new.
    """
    seen: Counter[str] = Counter()
    levels = [("error", errors), ("warning", warnings)]
    rows = [
        _issue(level, problem, count, root, seen) for level, problems in levels for problem, count in _once(problems)
    ]
    return json_text(rows)


def _once(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """Return the first of all problems that have the same message, and how many have it."""
    counts = Counter(problem.message for problem in problems)
    first = {problem.message: problem for problem in reversed(problems)}
    return [(first[message], count) for message, count in counts.items()]


def _command(level: str, place: Place, message: str, root: str) -> str:
    numbers = {"line": place.line, "col": place.column if place.line else 0}
    properties = [f"file={_property(_path(place, root))}"]
    properties += [f"{name}={number}" for name, number in numbers.items() if number]
    return f"::{level} {','.join(properties)}::{_data(message)}"


def _message(problem: Problem, count: int = 1) -> str:
    """Return the message on one line. An annotation in a profile names the use that the problem is about."""
    use = problem.place.use
    opening = "" if use is None else f"for {sanitize(str(use))}: "
    return f"{opening}{sanitize(problem.message)}{'' if count == 1 else f' (and {count - 1:,} more like this)'}"


def _notice(group: Group) -> str:
    """Return what a group changes, on one line: of one change with its name, of several with their number."""
    change = group.changes[0]
    who = f"{sanitize(change.tenant)} {view.headline(change)}" if len(group.changes) == 1 else groups.title(group)
    text = f"{who}: {groups.gist(group).partition(' × ')[2]}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} more characters)"


def _data(text: str) -> str:
    """Escape as the runner unescapes it (actions/toolkit, `escapeData`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _path(place: Place, root: str) -> str:
    """Return a path relative to the root of the checkout, if the file is below it."""
    path = os.path.relpath(place.file, root) if root else os.path.normpath(place.file)
    return sanitize(place.file if path.startswith("..") else path)


def _issue(level: str, problem: Problem, count: int, root: str, seen: Counter[str]) -> dict[str, Any]:
    path = _path(problem.place, root)
    same = f"{level}\0{path}\0{_message(problem)}"
    seen[same] += 1
    return {
        "description": _message(problem, count),
        "check_name": "pbxsync",
        "fingerprint": hashlib.sha256(f"{same}\0{seen[same]}".encode()).hexdigest(),
        "severity": _SEVERITIES[level],
        "location": {"path": path, "lines": {"begin": max(problem.place.line, 1)}},
    }
