"""The project: `pbxsync.yaml` and the environment as one frozen value (url, keys, types, limits, default paths)."""

from pbxsync.project.find import FILE_NAME, find
from pbxsync.project.project import UNLISTED_PARAMS, Project

__all__ = ["FILE_NAME", "UNLISTED_PARAMS", "Project", "find"]
