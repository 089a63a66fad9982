"""Writes live destinations as the tenant file that a person would have written: `plan` right after has no changes.

Pure: the same destinations, project and types give the same bytes every time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.document.characters import FORBIDDEN
from pbxsync.document.quoting import one_line_list, scalar, scalar_or_block
from pbxsync.model.entry import Type
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pbxsync.model.plan import Destination
    from pbxsync.project import Project

_PARAM_INDENT = " " * 6


def _never(_: str) -> bool:
    return False


class Exported(NamedTuple):
    """A tenant file's text, and a sentence about each thing that it lacks."""

    text: str
    warnings: tuple[str, ...]


class Missing(NamedTuple):
    """What the files of a tenant lack (the ids that are `unmanaged`), and the `names` that they have."""

    unmanaged: Collection[str]
    names: Collection[str]


def export(
    tenant: str,
    live: Iterable[Destination],
    types: Iterable[Type],
    project: Project,
    *,
    holds_key: Callable[[str], bool] = _never,
) -> Exported:
    """Return the tenant file with all of `live`; `types` are those that the PBX lists.

    Each destination has its name, or is pinned by its id if other destinations have the name too or a file cannot
    contain it. Params that a file cannot or must not contain are left out with a warning: those with control
    characters, sensitive ones, and those that `holds_key` finds a key in.
    """
    rows = sorted(live, key=lambda row: (row.name or "", int(row.id or 0)))
    writer = _Writer(tenant, rows, types, project, holds_key=holds_key)
    lines = [line for row in rows for line in writer.destination(row)]
    head = [f"tenant: {scalar(tenant)}"]
    if writer.left_out and project.clear_unlisted:
        head.append("unlisted_params: keep  # some params are left out below and stay as they are on the PBX")
    head.append("destinations:" if lines else "destinations: []")
    return Exported("\n".join([*head, *lines]) + "\n", tuple(writer.warnings))


def additions(
    tenant: str,
    live: Sequence[Destination],
    types: Iterable[Type],
    project: Project,
    gap: Missing,
    *,
    clears: bool,
    holds_key: Callable[[str], bool] = _never,
) -> Exported:
    """Return the lines for the unmanaged ones of `live`, to be added to a file.

    If that file `clears` params that are not listed, a destination with a param that has to be left out is left out
    whole, with a warning.
    """
    rows = sorted(live, key=lambda row: (row.name or "", int(row.id or 0)))
    writer = _Writer(tenant, rows, types, project, gap.names, holds_key=holds_key)
    lines: list[str] = []
    for row in rows:
        if row.id in gap.unmanaged:
            writer.left_out = False
            written = list(writer.destination(row))
            if writer.left_out and clears:
                named = f"destination {row.id} of tenant {tenant}, {quote(row.name or '')}"
                writer.warnings.append(f"{named}: left out, because its file clears unlisted params")
            else:
                lines += written
    return Exported("\n".join(lines), tuple(writer.warnings))


class _Writer:
    """Writes one destination after the other, and collects warnings about what it leaves out."""

    def __init__(
        self,
        tenant: str,
        rows: Sequence[Destination],
        types: Iterable[Type],
        project: Project,
        names: Collection[str] = (),
        *,
        holds_key: Callable[[str], bool],
    ) -> None:
        self._tenant = tenant
        self._holds_key = holds_key
        self._taken = frozenset(names)
        self._project = project
        self._rules = ParamRulesByType(project)
        self._named = Counter(row.name for row in rows)
        listed = list(types)
        self._listed = {kind.id: kind for kind in listed}
        spelled = Counter(kind.name for kind in listed)
        #: Types with a name that no other type has, and that cannot be taken for a number.
        self._named_types = {
            (kind.id, kind.name) for kind in listed if spelled[kind.name] == 1 and _may_name(kind.name)
        }
        self.warnings: list[str] = []
        self.left_out = False

    def destination(self, row: Destination) -> Iterator[str]:
        """Yield the lines of one destination."""
        why = self._why_pinned(row)
        first, *others = [f"id: {row.id}  # {why}"] if why else [f"name: {scalar_or_block(row.name or '', ' ' * 6)}"]
        kind = row.type
        written = None if kind is None else kind.name if self._by_name(kind) else kind.id
        if kind is not None and written is not None:
            others.append(f"type: {written if written == kind.id else scalar(written)}")
        others += self._params(row, written)
        yield f"  - {first}"
        yield from (f"    {line}" for line in others)

    def _by_name(self, kind: Type) -> bool:
        return (kind.id, kind.name) in self._named_types and not self._holds_key(kind.name or "")

    def _why_pinned(self, row: Destination) -> str:
        name = row.name or ""
        if not name:
            return "its name is empty"
        if self._holds_key(name):
            return "its name contains a key of the project"
        if FORBIDDEN.search(name):
            return f"its name contains control characters: {quote(name)}"
        if self._named[name] > 1:
            return f"one of {self._named[name]} named {quote(name)}"
        if name in self._taken:
            return f"another destination in the files is named {quote(name)}"
        return ""

    def _params(self, row: Destination, written: str | None) -> list[str]:
        """Return the lines of the params that are not empty."""
        planned = self._planned(row.type)
        labels = () if planned is None else self._project.labels(planned)
        given = {
            position: value
            for position, value in enumerate(row.params, start=1)
            if value and self._may_stand(row, position, value, labels)
        }
        if not given:
            return []
        rules = self._rules[written]
        keys = {
            position: scalar(label)
            for position, label in enumerate(labels, start=1)
            if rules.positions.get(label) in {position, 0}
        }
        if not keys.keys() & given.keys() and list(given) == list(range(1, len(given) + 1)):
            return _list(list(given.values()))
        lines = [
            f"  {keys.get(position, position)}: {scalar_or_block(value, ' ' * 8)}" for position, value in given.items()
        ]
        return ["params:", *lines]

    def _planned(self, kind: Type | None) -> Type | None:
        """Return a type as a plan sees it: by its number alone if the PBX does not list it."""
        return None if kind is None else self._listed.get(kind.id, Type(kind.id, None))

    def _may_stand(self, row: Destination, position: int, value: str, labels: Sequence[str]) -> bool:
        why = ""
        kinds = (row.type, self._planned(row.type))
        sensitive = any(position in self._project.sensitive(kind) for kind in kinds)
        if sensitive:
            why = "it is sensitive"
        elif self._holds_key(value):
            why = "it contains a key of the project"
        elif FORBIDDEN.search(value):
            why = "it contains control characters"
        if not why:
            return True
        # A plan would clear it, unless it knows it to be sensitive.
        self.left_out = self.left_out or not sensitive
        label = f" ({quote(labels[position - 1])})" if position <= len(labels) else ""
        named = f"destination {row.id} of tenant {self._tenant}, {quote(row.name or '')}"
        self.warnings.append(f"{named}: param{position}{label} is left out: {why}")
        return False


def _may_name(name: str | None) -> bool:
    """Whether a type can be written by its name: not if it looks like a number, or contains control characters."""
    return bool(name) and not (name or "").isdigit() and not FORBIDDEN.search(name or "")


def _list(values: list[str]) -> list[str]:
    """Return the lines of params that begin with param1 and have no gaps."""
    short = one_line_list("params", values)
    return ["params:", *(f"  - {scalar_or_block(value, ' ' * 8)}" for value in values)] if short is None else [short]
