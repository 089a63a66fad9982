"""Live destinations as the tenant file that a person would have written: `plan` right after says "No changes".

Pure: the same destinations, project and types give the same bytes every time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.document.characters import FORBIDDEN
from pbxsync.document.quoting import block, scalar
from pbxsync.model.entry import Type
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pbxsync.model.plan import Destination
    from pbxsync.project import Project

_PARAM_INDENT = " " * 6
#: Longer lists of params get a line for each.
_WIDEST = 100


def _never(_: str) -> bool:
    return False


class Exported(NamedTuple):
    """A tenant file's text, and what could not be put into it (a sentence each)."""

    text: str
    warnings: tuple[str, ...]


class Missing(NamedTuple):
    """What the files of a tenant lack: the ids that are `unmanaged`; and which `names` they hold already."""

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
    """Return the tenant file that holds all of `live`; `types` are those that the PBX lists.

    Each destination stands under its name, or is pinned by its id where no file can hold its name or where others have
    it too. Params that no file may hold are left out with a warning: sensitive ones, and what `holds_key`.
    """
    rows = sorted(live, key=lambda row: (row.name or "", int(row.id or 0)))
    writer = _Writer(tenant, rows, types, project, holds_key=holds_key)
    lines = [line for row in rows for line in writer.destination(row)]
    head = [f"tenant: {scalar(tenant)}"]
    if writer.left_out and project.clear_unlisted:
        head.append("unlisted_params: keep  # some params are left out below, and stay as they are")
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
    """Return the lines that files which manage the rest of `live` lack for the unmanaged ones.

    `clears` says whether the file clears params that are not listed: a destination
    that has some which no file may hold is then left out whole, with a warning.
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
                writer.warnings.append(f"{named}: left out, because its file clears params that are not listed")
            else:
                lines += written
    return Exported("\n".join(lines), tuple(writer.warnings))


class _Writer:
    """Writes one destination after the other, and gathers what it has to leave out."""

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
        self._listed = {each.id: each for each in listed}
        spelled = Counter(each.name for each in listed)
        #: Types that their name alone tells apart from every other, and from any number.
        self._tellable = {(each.id, each.name) for each in listed if spelled[each.name] == 1 and _may_name(each.name)}
        self.warnings: list[str] = []
        self.left_out = False

    def destination(self, row: Destination) -> Iterator[str]:
        """Yield the lines of one destination."""
        why = self._why_pinned(row)
        first, *others = [f"id: {row.id}  # {why}"] if why else [f"name: {_value(row.name or '', ' ' * 6)}"]
        kind = row.type
        written = None if kind is None else kind.name if self._by_name(kind) else kind.id
        if kind is not None and written is not None:
            others.append(f"type: {written if written == kind.id else scalar(written)}")
        others += self._params(row, written)
        yield f"  - {first}"
        yield from (f"    {line}" for line in others)

    def _by_name(self, kind: Type) -> bool:
        return (kind.id, kind.name) in self._tellable and not self._holds_key(kind.name or "")

    def _why_pinned(self, row: Destination) -> str:
        name = row.name or ""
        if not name:
            return "its name is empty"
        if self._holds_key(name):
            return "its name holds a key of the project"
        if FORBIDDEN.search(name):
            return f"no file can hold its name: {quote(name)}"
        if self._named[name] > 1:
            return f"one of {self._named[name]} named {quote(name)}"
        if name in self._taken:
            return f"named {quote(name)}, as another one in the files"
        return ""

    def _params(self, row: Destination, written: str | None) -> list[str]:
        """Return the lines of the params that are not empty, none where all are."""
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
        lines = [f"  {keys.get(position, position)}: {_value(value, ' ' * 8)}" for position, value in given.items()]
        return ["params:", *lines]

    def _planned(self, kind: Type | None) -> Type | None:
        """Return a type as a plan knows it: one that is not listed by its number alone."""
        return None if kind is None else self._listed.get(kind.id, Type(kind.id, None))

    def _may_stand(self, row: Destination, position: int, value: str, labels: Sequence[str]) -> bool:
        why = ""
        kinds = (row.type, self._planned(row.type))
        sensitive = any(position in self._project.sensitive(kind) for kind in kinds)
        if sensitive:
            why = "it is sensitive"
        elif self._holds_key(value):
            why = "it holds a key of the project"
        elif FORBIDDEN.search(value):
            why = "no file can hold its control characters"
        if not why:
            return True
        # A plan never clears a param that it knows to be sensitive; it would clear any other one.
        self.left_out = self.left_out or not sensitive
        label = f" ({quote(labels[position - 1])})" if position <= len(labels) else ""
        named = f"destination {row.id} of tenant {self._tenant}, {quote(row.name or '')}"
        self.warnings.append(f"{named}: param{position}{label} is left out: {why}")
        return False


def _may_name(name: str | None) -> bool:
    """Whether a type can be written by its name: not where that looks like a number, or no file can hold it."""
    return bool(name) and not (name or "").isdigit() and not FORBIDDEN.search(name or "")


def _list(values: list[str]) -> list[str]:
    """Return the lines of params from param1 on without a gap."""
    short = f"params: [{', '.join(scalar(value, in_brackets=True) for value in values)}]"
    if len(short) <= _WIDEST:
        return [short]
    return ["params:", *(f"  - {_value(value, ' ' * 8)}" for value in values)]


def _value(text: str, indent: str) -> str:
    return block(text, indent) or scalar(text)
