"""Every error that pbxsync expects, as one tree.

A message is the user's sentence: it names the object, the fact and the next step. Nothing in a message may hold a key;
text from files or servers gets into one only through `pbxsync.text.sanitize`.

    PbxsyncError                 anything that ends in exit status 1 with a sentence and without a traceback
    ├── UsageError               the command line asks for something that makes no sense
    ├── InputError               files that cannot be used: holds all their problems at once
    │   ├── FilesError           tenant files
    │   └── ProjectError         pbxsync.yaml, its variables and keys
    ├── WireError                one request to the PBX did not end in a reply that can be used
    │   ├── Unreachable          reset, time-out, reply cut short: the server may or may not have acted
    │   │   └── NoConnection         nothing was sent at all
    │   ├── UntrustedServer      TLS: not the server that it should be, so nothing was sent
    │   ├── Busy                 429 (refused before acting), or 503 with Retry-After
    │   ├── ServerFault          any other 5xx: the server may or may not have acted
    │   ├── Denied               "Too bad…": key, tenant or permission
    │   │   ├── Barred               401, 403, 407: what stands in front of the PBX, perhaps on the way back
    │   │   └── KeyRevoked       the same, for a key that worked before: nothing else can work either
    │   ├── Redirected           3xx: never followed, it would carry the key along
    │   ├── NotThere             a `get` for which the server has no row
    │   ├── NotStored            a write of a program that reads back other than it was to be
    │   └── Unrecognised         a reply that no known shape fits
    ├── LiveError                a tenant's live state is not known whole, so there is no plan for it
    ├── MatchError               destinations of the files and of the PBX cannot be brought together
    ├── PlanError                a plan that may not be applied or saved
    │   ├── PlanFileError        a saved plan that cannot be read: version, digest, url, shape
    │   └── StalePlan            a saved plan whose live side has moved
    ├── GitError                 git, or what it was asked for, is not there
    ├── GuardError               more changes than a limit allows
    ├── JournalError             a journal that cannot be read or written
    ├── Locked                   another apply runs in this project folder
    ├── OutputError              the result cannot be written to standard output
    └── Interrupted              ^C or SIGTERM, after the writes in flight were read back (exit status 130)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.entry import Problem


class PbxsyncError(Exception):
    """The root: its text is a whole sentence for the user."""

    exit_status = 1


class UsageError(PbxsyncError):
    """The command line asks for something that makes no sense."""


class InputError(PbxsyncError):
    """Files that cannot be used; `problems` holds every one that was found, in the order of file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FilesError(InputError):
    """Tenant files that cannot be used."""


class ProjectError(InputError):
    """A project file, or the variables and keys that it names, that cannot be used."""


class WireError(PbxsyncError):
    """One request to the PBX did not end in a reply that can be used."""

    #: True where the server may have acted on the request although no usable reply came back.
    open_outcome = False


class Unreachable(WireError):
    """A reset, a time-out, or a reply that was cut short."""

    open_outcome = True


class NoConnection(Unreachable):
    """No connection came about, so nothing was sent."""

    open_outcome = False


class UntrustedServer(WireError):
    """TLS could not show that this is the server that it should be; nothing was sent."""


class Busy(WireError):
    """The server has too much to do (429, or 503 with `Retry-After`); `retry_after` is in seconds.

    A 429 refuses before anything is done; a 503 may come from a proxy whose server did act.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, open_outcome: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.open_outcome = open_outcome


class ServerFault(WireError):
    """A 5xx that says nothing about whether the server acted."""

    open_outcome = True


class Denied(WireError):
    """The key, the tenant or the operation is refused; the API has one text for all of these."""


class Barred(Denied):
    """What stands in front of the PBX refuses (401, 403, 407): the request, or the reply to one that was carried out."""

    open_outcome = True


class KeyRevoked(Denied):
    """The key worked earlier in this run and is refused now, so that every further request would be too."""


class Redirected(WireError):
    """The server answered with a redirect, which is never followed."""

    open_outcome = True


class NotThere(WireError):
    """The server has no row for this id, or does not show it to this key; or an empty reply, to a write too."""

    def __init__(self, message: str, *, open_outcome: bool = False) -> None:
        super().__init__(message)
        self.open_outcome = open_outcome


class NotStored(WireError):
    """What a program wrote is not there, or reads back other than it was to be."""


class Unrecognised(WireError):
    """A reply that no known shape fits: never an empty list and never a success."""

    open_outcome = True


class LiveError(PbxsyncError):
    """The live state of a tenant is not known whole."""


class MatchError(PbxsyncError):
    """Destinations of the files and of the PBX cannot be brought together; one sentence a line."""


class PlanError(PbxsyncError):
    """A plan that may not be applied or saved."""


class PlanFileError(PlanError):
    """A saved plan that cannot be read."""


class StalePlan(PlanError):
    """A saved plan whose live side has moved since it was made."""


class GitError(PbxsyncError):
    """Git, or what it was asked for, is not there: no repository, no such commit, a shallow clone."""


class GuardError(PbxsyncError):
    """More changes than a limit allows."""


class JournalError(PbxsyncError):
    """A journal that cannot be read or written."""


class Locked(PbxsyncError):
    """Another apply runs in this project folder."""


class OutputError(PbxsyncError):
    """The result cannot be written to standard output; without a text where nobody is there to read one."""


class Interrupted(PbxsyncError):
    """Stopped by ^C or SIGTERM after the writes in flight were finished and read back."""

    exit_status = 130
