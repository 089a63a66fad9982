"""The project: `pbxsync.yaml` and the environment as one frozen value (url, keys, types, limits, default paths)."""

from pbxsync.project.find import FILE_NAME, find, nearest_project_file
from pbxsync.project.project import UNLISTED_PARAMS, Project

__all__ = ["FILE_NAME", "UNLISTED_PARAMS", "Project", "find", "nearest_project_file"]
