"""The files of one commit, read from git's objects: nothing is checked out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pbxsync.errors import GitError
from pbxsync.git.command import git, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_LINK: Final = "120000"
_SUBMODULE: Final = "160000"


@dataclass(frozen=True, slots=True)
class Blob:
    """One path of a commit. A link's content is where it leads; a submodule has none."""

    id: str
    mode: str

    @property
    def is_link(self) -> bool:
        """Whether the path is a symbolic link."""
        return self.mode == _LINK

    @property
    def is_submodule(self) -> bool:
        """Whether the path is another repository, of which only the commit is known here."""
        return self.mode == _SUBMODULE


class Tree:
    """The files of a commit by path, relative to the root of the repository, with `/` on every system."""

    def __init__(self, root: Path, commit: str) -> None:
        self.commit = commit
        self._root = root
        self._reader: subprocess.Popen[bytes] | None = None
        self.files: Mapping[str, Blob] = dict(_entries(git(root, "ls-tree", "-r", "-z", "--full-tree", commit)))

    def __enter__(self) -> Tree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            # Closes its pipes and waits: it ends with its input. If it has ended before, something may be left to write.
            with suppress(BrokenPipeError), self._reader:
                self._reader = None

    def read(self, path: str) -> bytes:
        """Return the content of a file, as committed: no filter or line end conversion is applied. Raises GitError."""
        if self._reader is None:
            # One process for all files: to start one for each takes longer than to read it.
            self._reader = start(self._root, "cat-file", "--batch")
        into, out = self._reader.stdin, self._reader.stdout
        if into is None or out is None:
            raise GitError("git cat-file has no pipes")
        try:
            into.write(self.files[path].id.encode() + b"\n")
            into.flush()
            header = out.readline().split()
            if len(header) != 3:
                raise GitError(f"git has no content for {path} of {self.commit[:12]}: the clone is partial or damaged")
            content = out.read(int(header[2]) + 1)  # a line break follows
        except OSError as error:
            raise GitError(f"git cat-file ended early: {error.strerror}") from None
        if len(content) != int(header[2]) + 1:
            raise GitError("git cat-file ended early")
        return content[:-1]


def _entries(listing: bytes) -> list[tuple[str, Blob]]:
    entries = []
    for line in listing.split(b"\0"):
        if line:
            described, _, path = line.partition(b"\t")
            mode, _, blob = described.decode().split()
            entries.append((path.decode(errors="surrogateescape"), Blob(blob, mode)))
    return entries
