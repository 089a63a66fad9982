"""Every error that pbxsync expects, as one tree.

A message is a sentence for the user: it names the object, the fact and the next step. No message holds a key. Text from
files or servers gets into one only through `pbxsync.text.sanitize`.

    PbxsyncError                 ends in exit status 1, with a sentence and without a traceback
    ├── UsageError               the command line asks for something impossible
    ├── InputError               files that cannot be used: holds all their problems at once
    │   ├── FilesError           tenant files
    │   └── ProjectError         pbxsync.yaml, its variables and keys
    ├── WireError                one request to the PBX got no usable reply
    │   ├── Unreachable          reset, time-out, reply cut short: the server may have acted
    │   │   └── NoConnection         nothing was sent
    │   ├── UntrustedServer      TLS did not prove the server's identity: nothing was sent
    │   ├── Busy                 429 (refused before acting), or 503 with Retry-After
    │   ├── ServerFault          any other 5xx: the server may have acted
    │   ├── Denied               "Too bad…": key, tenant or permission
    │   │   ├── Barred               401, 403, 407: from a proxy or gateway, perhaps after the PBX acted
    │   │   └── KeyRevoked       the same, for a key that worked before: no other request can work either
    │   ├── Redirected           3xx: never followed, because the key would follow too
    │   ├── NotThere             a `get` for which the server has no row
    │   ├── NotStored            a program's write that reads back with other values
    │   └── Unrecognised         a reply of no known shape
    ├── LiveError                a tenant's live state could not be read completely, so there is no plan for it
    ├── MatchError               destinations of the files and of the PBX cannot be matched
    ├── PlanError                a plan that may not be applied or saved
    │   ├── PlanFileError        a saved plan that cannot be read: version, digest, url, shape
    │   └── StalePlan            a saved plan whose live side has moved
    ├── GitError                 git, or what it was asked for, is not there
    ├── GuardError               more changes than a limit allows
    ├── NotApproved              nobody approved the plan
    ├── JournalError             a journal that cannot be read or written
    ├── Locked                   another apply runs in this project folder
    └── OutputError              the result cannot be written to standard output
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.entry import Problem


class PbxsyncError(Exception):
    """The root of the tree."""


class UsageError(PbxsyncError):
    """The command line asks for something impossible."""


class InputError(PbxsyncError):
    """Files that cannot be used; `problems` has every problem of all of them, by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FilesError(InputError):
    """Tenant files that cannot be used."""


class OtherProjectError(FilesError):
    """Tenant files that belong to another project than the one in use, and so perhaps to another PBX."""


class ProjectError(InputError):
    """A project file, or a variable or key that it names, that cannot be used."""


class WireError(PbxsyncError):
    """One request to the PBX got no usable reply."""

    #: True if the server may have acted on the request although no usable reply came back.
    open_outcome = False


class Unreachable(WireError):
    """A reset, a time-out, or a reply that was cut short."""

    open_outcome = True


class NoConnection(Unreachable):
    """No connection could be made, so nothing was sent."""

    open_outcome = False


class UntrustedServer(WireError):
    """TLS did not prove the identity of the server; nothing was sent."""


class Busy(WireError):
    """The server is overloaded (429, or 503 with `Retry-After`); `retry_after` is in seconds.

    With a 429 the server has not acted. A 503 may come from a proxy in front of a server that did.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, open_outcome: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.open_outcome = open_outcome


class ServerFault(WireError):
    """A 5xx: the server may have acted."""

    open_outcome = True


class Denied(WireError):
    """The key, the tenant or the operation is refused: the API has one text for all three."""


class Barred(Denied):
    """A proxy or gateway in front of the PBX refuses (401, 403, 407), perhaps on the way back."""

    open_outcome = True


class KeyRevoked(Denied):
    """The key worked earlier in this run and is refused now: every other request would be refused too."""


class Redirected(WireError):
    """The server answered with a redirect. It is not followed, because the key would follow too."""

    open_outcome = True


class NotThere(WireError):
    """The server has no row for this id, or does not show it to this key; also an empty reply, even to a write."""

    def __init__(self, message: str, *, open_outcome: bool = False) -> None:
        super().__init__(message)
        self.open_outcome = open_outcome


class SharedDestination(WireError):
    """A destination that belongs to no tenant, or to another than the one that was asked for: it is never written."""


class NotStored(WireError):
    """What a program wrote is not there, or reads back with other values."""


class Unrecognised(WireError):
    """A reply of no known shape. It counts neither as an empty list nor as a success."""

    open_outcome = True


class LiveError(PbxsyncError):
    """The live state of a tenant could not be read completely."""


class MatchError(PbxsyncError):
    """Destinations of the files and of the PBX cannot be matched; one sentence per line."""


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


class NotApproved(PbxsyncError):
    """Whoever was asked did not approve the plan, so nothing was written."""


class JournalError(PbxsyncError):
    """A journal that cannot be read or written."""


class Locked(PbxsyncError):
    """Another apply runs in this project folder."""


class OutputError(PbxsyncError):
    """The result cannot be written to standard output. The text is empty if its reader is gone."""
