"""All profiles of a project: found, read once for all tenants, and how many tenants use each."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import Unreadable
from pbxsync.document.problems import Problems, show_key
from pbxsync.document.reader import NO_SIGNS, Document, read
from pbxsync.model.entry import Place, Problem
from pbxsync.tenants.discover import Disk
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.text.words import did_you_mean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.project import Project
    from pbxsync.tenants.discover import FileSource, Found
    from pbxsync.tenants.profile_file import Profile, ProfileRow, TypedParams
    from pbxsync.tenants.uses import Use


#: The folder of profiles, below that of the project file, if this says nothing else.
DEFAULT_PROFILES: Final = "profiles"


class Profiles:
    """The profiles by name. `files` are the paths for messages of all that were read, in the order of their numbers."""

    def __init__(self, rules: ParamRulesByType) -> None:
        self.rules = rules
        self.by_name: dict[str, Profile] = {}
        self.files: list[str] = []
        self.checksums: list[tuple[int, int]] = []
        #: The tenants that use each profile, by its name.
        self.users: dict[str, set[str]] = {}
        self._problems: list[tuple[Problems, Profile | None]] = []
        self._typed: dict[tuple[int, int, int, str | None], tuple[TypedParams, tuple[Problem, ...]]] = {}

    def read(self, shown: str, path: str, source: FileSource) -> None:
        """Read one profile file."""
        self.files.append(shown)
        document = Document(None, [])
        unreadable = ""
        try:
            content = source.read(path)
        except Unreadable as error:
            unreadable = f"the file {error}"
        else:
            self.checksums.append((len(content), zlib.crc32(content)))
            document = read(content)
        problems = Problems(shown, document)
        if unreadable:
            problems.add(-1, -1, unreadable)
        profile = None
        if document.root is not None:
            from pbxsync.tenants.profile_file import read_profile  # noqa: PLC0415 - only projects with profiles need it

            profile = read_profile(document.root, problems, len(self.files), self.rules)
        if profile is not None:
            first = self.by_name.setdefault(profile.name, profile)
            if first is not profile:
                place = Place(first.file, first.line + 1, first.column + 1)
                message = f"profile {show_key(profile.name)} is already defined at {place}: rename one of them"
                problems.add(profile.line, profile.column, message)
        self._problems.append((problems, profile))

    def used(self, use: Use, tenant: str, problems: Problems) -> Profile | None:
        """Return the profile of a use; None after adding the problem that there is none, if that is certain."""
        profile = self.by_name.get(use.profile)
        if profile is not None:
            self.users.setdefault(use.profile, set()).add(tenant)
        elif message := self.missing(use.profile):
            problems.add(use.line, use.column, message)
        return profile

    def missing(self, name: str) -> str:
        """Return what to say if it is certain that there is no profile `name`; nothing if there is one."""
        if name in self.by_name or any(profile is None for _, profile in self._problems):
            return ""
        near = did_you_mean(name, self.by_name)
        advice = "" if near else ": write it into a file of profiles/" if not self.by_name else ""
        return f"there is no profile {show_key(name)}{near}{advice}"

    def typed(
        self, profile: Profile, row: ProfileRow, type_name: str | None
    ) -> tuple[TypedParams, tuple[Problem, ...]]:
        """Return the params of a destination for a type, and what is wrong with them if the tenant gives the type."""
        key = (profile.number, row.line, row.column, type_name)
        if key not in self._typed:
            from pbxsync.tenants.profile_file import typed_params  # noqa: PLC0415 - as above

            problems = Problems(profile.file, Document(None, [], NO_SIGNS))
            params = typed_params(row, type_name, self.rules[type_name], problems)
            self._typed[key] = (params, tuple(problems.sorted()))
        return self._typed[key]

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the profiles, each with the number of tenants that are concerned."""
        for problems, profile in self._problems:
            users = 0 if profile is None else len(self.users.get(profile.name, ()))
            concerned = f" ({plural(users, 'tenant')} use{'s' if users == 1 else ''} this profile)" if users else ""
            for place, message in problems.sorted():
                yield Problem(place, f"{message}{concerned}")

    def warnings(self, *, complete: bool) -> Iterator[Problem]:
        """Yield what looks wrong with the profiles; if the tenant files are `complete`, also those that nobody uses."""
        for problems, profile in self._problems:
            yield from problems.warnings
            if profile is None or profile.inputs is None or profile.rows is None:
                continue
            used = {name for row in profile.rows for name in row.uses}
            for name, found in profile.inputs.items():
                if name not in used:
                    place = Place(profile.file, found.line + 1, found.column + 1)
                    message = f"no destination of the profile uses input {show_key(name)}: remove it"
                    yield Problem(place, message)
            if complete and profile.name not in self.users:
                place = Place(profile.file, profile.line + 1, profile.column + 1)
                yield Problem(
                    place, f"no tenant uses profile {show_key(profile.name)}: remove the file, or use the profile"
                )


def known_profiles(project: Project) -> list[Profile]:
    """Return the profiles of a project whose inputs are without problems, whatever else is wrong."""
    source, profiles = Disk(), Profiles(ParamRulesByType(project))
    for shown, path in find_profiles(project, source)[0]:
        profiles.read(shown, path, source)
    return [profile for profile in profiles.by_name.values() if profile.inputs is not None]


def find_profiles(project: Project, source: FileSource) -> Found:
    """Return the profile files of a project; the default folder may be missing or empty."""
    return source.find_profiles(project.profiles or (project.root / DEFAULT_PROFILES,), optional=not project.profiles)
