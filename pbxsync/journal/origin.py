"""Where a run comes from: the commit, who started it, and the pull request, as far as git or the CI system tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.errors import GitError
from pbxsync.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Variables of GitHub Actions and GitLab CI. Whoever started a job again comes before whoever caused it first.
_COMMITS: Final = ("GITHUB_SHA", "CI_COMMIT_SHA")
_ACTORS: Final = ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN")
#: What GitHub checks out for a pull request.
_PULL_REF: Final = re.compile(r"refs/pull/(\d{1,18})/")
#: What GitHub and GitLab write into the message of a merge commit, or of a squashed one.
_MERGED: Final = re.compile(
    r"\AMerge pull request #(\d{1,18}) |\A[^\n]*\(#(\d{1,18})\)(?:\n|\Z)|^See merge request \S*!(\d{1,18})$",
    re.MULTILINE,
)


class Origin(NamedTuple):
    """Each is None if neither git nor the CI system tells it. `pull_request` is its number."""

    commit: str | None = None
    actor: str | None = None
    pull_request: str | None = None


def origin(folder: Path, environ: Mapping[str, str]) -> Origin:
    """Return where a run in the project of `folder` comes from. Without git, only the CI system is asked."""
    message = ""
    try:
        repository = Repository.of(folder)
        commit: str | None = repository.head
        message = repository.message("HEAD")
    except GitError:
        commit = _first(environ, _COMMITS)
    return Origin(commit, _first(environ, _ACTORS), _pull_request(environ, message))


def _pull_request(environ: Mapping[str, str], message: str) -> str | None:
    """Return the pull request that the CI runs for, else the one that the commit was merged by."""
    match = _PULL_REF.match(environ.get("GITHUB_REF", ""))
    if match is not None:
        return match[1]
    merge_request = environ.get("CI_MERGE_REQUEST_IID")
    if merge_request:
        return merge_request
    merged = _MERGED.search(message)
    return merged[merged.lastindex or 0] if merged is not None else None


def _first(environ: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)
