"""A plan that puts back what an apply changed: from the journal's old values, against what is live now.

Adds cannot be undone: the API has no delete for custom destinations (doc). What somebody changed since is left alone,
unless that is asked for; what was sensitive is not in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbxsync.diff import values
from pbxsync.errors import JournalError, NotThere, WireError
from pbxsync.fingerprint import moved_fields
from pbxsync.inert import quoted
from pbxsync.journal import FORMAT, parse_line
from pbxsync.model import PARAM_COUNT, Action, Change, FieldDiff, TenantPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbxsync.apply.reading import LiveReader
    from pbxsync.model import Destination

_FIELDS = frozenset({"name", "type", *(f"param{number}" for number in range(1, PARAM_COUNT + 1))})
_LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a journal; `after` is None where the process was killed before it was known what became of it."""

    action: Action
    tenant: str
    id: str | None
    name: str
    live: str | None
    diff: tuple[Mapping[str, Any], ...]
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A journal that was read: the url that it is bound to, and its writes in their order."""

    url: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Reversal:
    """The plan of a revert, tenant by tenant, and a line for each thing that it leaves alone.

    `blocked`: among these is something that could be put back but may not be, since it moved or is not known.
    """

    tenants: tuple[TenantPlan, ...]
    left: tuple[str, ...]
    blocked: bool


def read_journal(path: Path) -> Logged:
    """Read a journal, finished or not. Raises JournalError with the line that is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be read: {error.strerror}") from None
    if len(data) > _LONGEST:
        raise JournalError(f"{path} is longer than any journal: name the .jsonl file of an apply")
    whole, _, _ = data.rpartition(b"\n")  # what follows the last line break was never finished
    url: str | None = None
    before: dict[tuple[int, int], dict[str, Any]] = {}
    after: dict[tuple[int, int], dict[str, Any]] = {}
    run = 0
    for number, text in enumerate(whole.split(b"\n"), 1):
        try:
            line = parse_line(text.decode("utf-8"))
            if line["kind"] == "run":
                run, url = run + 1, _url(line, url, path)
            else:
                {"before": before, "after": after}[line["kind"]][run, int(line["n"])] = line
        except (ValueError, KeyError, TypeError, RecursionError):
            raise JournalError(f"{path}:{number}: no line of a journal: name the .jsonl file of an apply") from None
    if url is None:
        raise JournalError(f"{path} holds no run: name the .jsonl file of an apply")
    try:
        return Logged(url, tuple(_write(line, after.get(key)) for key, line in before.items()))
    except (ValueError, KeyError, TypeError):
        raise JournalError(f"{path} holds a write that is not understood: nothing was done") from None


def _url(line: dict[str, Any], known: str | None, path: Path) -> str:
    if str(line["journal"]).partition(".")[0] != FORMAT.partition(".")[0]:
        raise JournalError(f"{path} was written by a newer pbxsync (journal format {quoted(str(line['journal']))})")
    if known not in {None, line["url"]}:
        raise JournalError(f"{path} holds runs against several PBXs: nothing was done")
    return str(line["url"])


def _write(line: dict[str, Any], after: dict[str, Any] | None) -> Write:
    diff = tuple(line["diff"])
    if any(row["field"] not in _FIELDS for row in diff):
        raise ValueError("a field that there is not")
    identity = line["id"] if line["id"] is not None else (after or {}).get("id")
    return Write(Action(line["action"]), line["tenant"], identity, line["name"], line["live"], diff, after)


def reversal(
    logged: Logged, reader: LiveReader, labels: Callable[[Destination, int], str | None], *, force: bool
) -> Reversal:
    """Return what puts the journal's old values back, for each object from the last write to the first.

    Raises nothing for one object that cannot be read: it is left alone and named.
    """
    objects: dict[tuple[str, str], list[Write]] = {}
    left: list[str] = []
    for write in logged.writes:
        if write.action is Action.ADD:
            left += _add_left(write)
        elif _happened(write) and write.id is not None:
            objects.setdefault((write.tenant, write.id), []).append(write)
    changes: dict[str, list[Change]] = {}
    blocked = False
    for (tenant, identity), writes in objects.items():
        try:
            change, notes, stuck = _object(writes, reader.read(tenant, identity), reader, labels, force=force)
        except WireError as error:
            why = "it is not there any more" if isinstance(error, NotThere) else f"it cannot be read: {error}"
            change, notes, stuck = None, [f"{tenant}: destination {identity}: {why}"], True
        left += notes
        blocked = blocked or stuck
        if change is not None:
            changes.setdefault(tenant, []).append(change)
    tenants = tuple(TenantPlan(tenant, changes=tuple(each)) for tenant, each in sorted(changes.items()))
    return Reversal(tenants, tuple(left), blocked)


def _happened(write: Write) -> bool:
    """Whether a write may have changed anything: not where it is certain that it did not."""
    return write.after is None or write.after["status"] != "not sent"


def _add_left(write: Write) -> list[str]:
    """Return the line for an add, which the API cannot undo."""
    where = f"{write.tenant}: {quoted(write.name)}"
    if write.id is not None:
        return [f"{where} was added as {write.id}: the API cannot delete it; remove it by hand if it is to go"]
    if write.after is None or write.after["status"] == "unknown":
        return [f"{where} may have been added: look for it, the API cannot delete it"]
    return []


def _object(
    writes: list[Write],
    now: Destination,
    reader: LiveReader,
    labels: Callable[[Destination, int], str | None],
    *,
    force: bool,
) -> tuple[Change | None, list[str], bool]:
    """Return the change that puts one object back, lines on what is left alone, and whether it was blocked."""
    where = f"{writes[0].tenant}: destination {writes[0].id} ({quoted(writes[0].name)})"
    moved = _moved(writes[-1], now, reader)
    notes: list[str] = []
    if moved and not force:
        return None, [f"{where}: {moved}: left alone; --force puts the journal's values back all the same"], True
    old: dict[str, Mapping[str, Any]] = {}
    for write in reversed(writes):
        old |= {row["field"]: row for row in write.diff}
    diff = []
    for field, row in old.items():
        if row.get("sensitive"):
            notes.append(f"{where}: {field} is sensitive and not in the journal: set it by hand")
            continue
        made = _row(field, row, now, labels)
        diff += [made] if made is not None else []
    if not diff:
        return None, notes, False
    after = {row.field: row.after for row in diff}
    name = after.get("name", now.name) or ""
    change = Change(
        Action.UPDATE,
        writes[0].tenant,
        now.id,
        name,
        "journal",
        tuple(diff),
        reader.fingerprint(writes[0].tenant, now),
        now,
        after.get("type") or str(now.type or ""),
    )
    return change, notes, False


def _row(
    field: str, row: Mapping[str, Any], now: Destination, labels: Callable[[Destination, int], str | None]
) -> FieldDiff | None:
    """Return the diff of one field from what it is now to what it was, None where that is the same."""
    if field == "type":
        kind = now.type
        if kind is not None and kind.id == row["old_id"]:
            return None
        before, before_id = (str(kind), kind.id) if kind is not None else (None, None)
        return FieldDiff("type", before, row["old"], before_id=before_id, after_id=row["old_id"])
    value = values(now)[field] or ""
    if value == row["old"]:
        return None
    label = labels(now, int(field[5:])) if field.startswith("param") else None
    return FieldDiff(field, value, row["old"], label)


def _moved(write: Write, now: Destination, reader: LiveReader) -> str:
    """Return a sentence where an object is neither as the last write left it nor as it was before that."""
    after = write.after or {}
    current = reader.fingerprint(write.tenant, now)
    known = [mark for mark in (after.get("live"), write.live) if isinstance(mark, str)]
    if any(not moved_fields(mark, current) for mark in known):
        return ""
    if after.get("live"):
        return f"somebody changed it since ({', '.join(moved_fields(after['live'], current))})"
    touched = {row["field"] for row in write.diff}
    if write.live is not None and set(moved_fields(write.live, current)) <= touched and _as_written(write, now):
        return ""
    return "the journal does not tell what it was left as, and it is not as it was before"


def _as_written(write: Write, now: Destination) -> bool:
    """Whether each field that a write was to change holds the old or the new value: a killed write may be either."""
    live = values(now)
    for row in write.diff:
        if row.get("sensitive"):
            continue
        prefix = ("old_id", "new_id") if row["field"] == "type" else ("old", "new")
        if live[row["field"]] not in {row[name] for name in prefix}:
            return False
    return True
