"""A git repository in a folder, and git as its user types it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Repo:
    """A new repository at `path`, on branch `main`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ops")
        self.git("config", "user.email", "ops@example.invalid")

    def git(self, *words: str) -> str:
        """Run git and return what it prints."""
        ended = subprocess.run(["git", *words], cwd=self.path, check=True, capture_output=True, text=True, timeout=30)
        return ended.stdout.strip()

    def commit(self, message: str = "x") -> str:
        """Commit everything that is there, and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")
