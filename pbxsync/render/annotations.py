"""Problems of files for the diff of a pull or merge request, on GitHub and on GitLab.

Only this module writes workflow commands of GitHub. Everywhere else they are made harmless.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from pbxsync.text.sanitize import json_text, sanitize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.entry import Place, Problem

_SEVERITIES: Final = {"error": "critical", "warning": "minor"}


def github(errors: Sequence[Problem], warnings: Sequence[Problem] = (), *, root: str = "") -> str:
    """Return one workflow command per line. `root` is the checkout, if that is not the working directory.

    GitHub shows the first ten errors and ten warnings of a step; its log has all of them.
    """
    levels = [("error", errors), ("warning", warnings)]
    return "\n".join(_command(level, problem, root) for level, problems in levels for problem in problems)


def gitlab(errors: Sequence[Problem], warnings: Sequence[Problem] = (), *, root: str = "") -> str:
    """Return a report for `artifacts: reports: codequality:`, a JSON array; it must exist even without problems.

    A fingerprint stays the same if a problem moves to another line, so GitLab does not report it as new.
    """
    seen: Counter[str] = Counter()
    levels = [("error", errors), ("warning", warnings)]
    rows = [_issue(level, problem, root, seen) for level, problems in levels for problem in problems]
    return json_text(rows)


def _command(level: str, problem: Problem, root: str) -> str:
    place = problem.place
    numbers = {"line": place.line, "col": place.column if place.line else 0}
    properties = [f"file={_property(_path(place, root))}"]
    properties += [f"{name}={number}" for name, number in numbers.items() if number]
    return f"::{level} {','.join(properties)}::{_data(_message(problem))}"


def _message(problem: Problem) -> str:
    """Return the message on one line. An annotation in a profile names the use that the problem is about."""
    use = problem.place.use
    return sanitize(problem.message) if use is None else f"for {sanitize(str(use))}: {sanitize(problem.message)}"


def _data(text: str) -> str:
    """Escape as the runner unescapes it (actions/toolkit, `escapeData`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _path(place: Place, root: str) -> str:
    """Return a path relative to the root of the checkout, if the file is below it."""
    path = os.path.relpath(place.file, root) if root else os.path.normpath(place.file)
    return sanitize(place.file if path.startswith("..") else path)


def _issue(level: str, problem: Problem, root: str, seen: Counter[str]) -> dict[str, Any]:
    path, message = _path(problem.place, root), _message(problem)
    same = f"{level}\0{path}\0{message}"
    seen[same] += 1
    return {
        "description": message,
        "check_name": "pbxsync",
        "fingerprint": hashlib.sha256(f"{same}\0{seen[same]}".encode()).hexdigest(),
        "severity": _SEVERITIES[level],
        "location": {"path": path, "lines": {"begin": max(problem.place.line, 1)}},
    }
