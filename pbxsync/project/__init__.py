"""`pbxsync.yaml` and the environment in, one `Project` out: url, keys, labels, limits, default paths."""

from pbxsync.project.find import find
from pbxsync.project.project import Project

__all__ = ["Project", "find"]
