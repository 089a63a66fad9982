"""Holds the desired state against the checks of the project. Values are only looked at, never changed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.kinds.custom_destination import PARAMS, POSITIONS
from pbxsync.model.entry import Place, Problem
from pbxsync.project.secrets import parse
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.text import phone
from pbxsync.text.sanitize import quote, sanitize
from pbxsync.text.words import first_names, nearest, plural

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from pbxsync.model.entry import Entry
    from pbxsync.project import Project
    from pbxsync.project.checks import Check
    from pbxsync.tenants.desired import Desired
    from pbxsync.tenants.params import ParamRules

#: Expressions and texts that a message names.
_NAMED: Final = 5
#: Digits of the largest number that is compared.
_DIGITS: Final = 20


class Findings(NamedTuple):
    """What is wrong by the checks, and what only looks wrong."""

    errors: Sequence[Problem]
    warnings: Sequence[Problem]


class _Value(NamedTuple):
    """A value that a check looks at, and where it is; `label` is for messages. None: the entry does not give it."""

    text: str | None
    place: Place
    label: str


class Rules:
    """The checks of a project, to be applied to one entry after the other."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._params = ParamRulesByType(project)
        self._of_type: dict[str | None, list[tuple[Check, int]]] = {}
        self._first: dict[tuple[Place, str, str], tuple[str, Place]] = {}

    def look_at(self, entry: Entry) -> Iterator[tuple[Check, Problem]]:
        """Yield what is wrong with an entry. Values of sensitive params are not looked at."""
        for check, position in self._checks_of(entry.type):
            if check.tenant is not None and not fnmatchcase(entry.tenant, check.tenant):
                continue
            value = self._value(entry, check, position)
            if value is None or value.text in check.exceptions:
                continue
            for fault in (*_faults(check, value.text), *self._repeated(entry.tenant, check, value)):
                yield check, Problem(value.place, _sentence(check, value, fault))

    def _checks_of(self, type_name: str | None) -> list[tuple[Check, int]]:
        """Return the checks of a type, with the position of their param: 0 for the name, and without a known type."""
        checks = self._of_type.get(type_name)
        if checks is None:
            positions = self._params[type_name].positions
            in_files = None if type_name is None else self._project.names_in_files.get(type_name, type_name)
            checks = self._of_type[type_name] = [
                (check, 0 if check.param is None else positions.get(check.param, -1))
                for check in self._project.checks
                if check.type is None or self._project.names_in_files.get(check.type, check.type) == in_files
            ]
            checks[:] = [(check, position) for check, position in checks if position >= 0]
        return checks

    def _value(self, entry: Entry, check: Check, position: int) -> _Value | None:
        """Return the value that a check looks at; None if it is not to be looked at."""
        if check.param is None:
            return None if entry.name is None and not check.required else _Value(entry.name, entry.place, "name")
        rules = self._params[entry.type]
        if position in rules.sensitive:
            return None
        for param in entry.params:
            if param.key == check.param or (position and rules.positions.get(param.key) == position):
                if not rules.known and parse(param.value) is not None:
                    return None  # of a type that may have it as a sensitive param
                return _Value(param.value, param.place, _label(param.key, position, rules))
        return _Value(None, entry.place, _label(check.param, position, rules)) if check.required and position else None

    def _repeated(self, tenant: str, check: Check, value: _Value) -> Iterator[str]:
        """Yield where a value that must be unique is given already; take note of it if it is not."""
        if check.unique is not None and value.text:
            scope = tenant if check.unique == "tenant" else ""
            first_tenant, first = self._first.setdefault(
                (check.place, scope, phone.comparable(value.text)), (tenant, value.place)
            )
            if first != value.place:
                yield f"is also given at {first}" + ("" if first_tenant == tenant else f" ({sanitize(first_tenant)})")


def look_at_all(desired: Desired, project: Project, in_scope: Container[str]) -> Findings:
    """Return what the checks of a project find in all files, sorted by place: warnings only of tenants `in_scope`."""
    rules = Rules(project)
    errors: dict[Problem, int] = {}
    warnings: dict[Problem, int] = {}
    for entry in (entry for tenant in desired.tenants for entry in desired.entries(tenant)):
        for check, problem in rules.look_at(entry):
            if check.is_warning and entry.tenant not in in_scope:
                continue
            found = warnings if check.is_warning else errors
            # What a profile says itself is wrong once, however many tenants use it.
            once = problem._replace(place=problem.place._replace(use=None))
            found[once] = found.get(once, 0) + 1
    return Findings(_with_uses(errors), _with_uses(warnings))


def _with_uses(found: Mapping[Problem, int]) -> tuple[Problem, ...]:
    """Return problems sorted by place; one that several uses of a profile share says how many."""
    counted = (
        problem if uses == 1 else problem._replace(message=f"{problem.message} ({plural(uses, 'use')} of the profile)")
        for problem, uses in found.items()
    )
    return tuple(sorted(counted, key=lambda problem: problem.place.order))


def unknown_types(project: Project, named_in_files: Iterable[str]) -> list[Problem]:
    """Return the checks of types that neither the project file nor a tenant file knows: they could never find anything."""
    known = {*project.types, *named_in_files}
    problems = []
    for check in project.checks:
        if check.type is not None and check.type not in known and not check.type.isdigit():
            near = nearest(check.type, known)
            hint = "" if near is None else f" (did you mean {quote(near)}?)"
            message = f"no file has a type {quote(check.type)}{hint}: correct the check, or list it below types:"
            problems.append(Problem(check.place, message))
    return problems


def _label(key: str, position: int, rules: ParamRules) -> str:
    """Return the label of a param, for messages: that of its type, if the type has one."""
    if rules.known and 0 < position <= len(rules.labels):
        return sanitize(rules.labels[position - 1])
    return PARAMS[POSITIONS[key] - 1] if key in POSITIONS else sanitize(key)


def _faults(check: Check, text: str | None) -> Iterator[str]:
    """Yield what is wrong with a value, as predicates: `must be at least 5`."""
    if check.required and not text:
        yield "is required, and not given" if text is None else "is required, and empty"
    if text is None:
        return
    if check.matches and not any(expression.matches(text) for expression in check.matches):
        yield f"must match {_listed(expression.text for expression in check.matches)}"
    for expression in check.forbid:
        if expression.matches(text):
            yield f"must not match {sanitize(expression.text)}"
    if check.one_of and text not in check.one_of:
        yield f"must be {_listed(map(quote, check.one_of))}"
    if check.least is not None or check.most is not None:
        yield from _out_of_bounds(check, text)
    if check.phone is not None and (fault := phone.fault(text, check.phone)) is not None:
        yield fault


def _out_of_bounds(check: Check, text: str) -> Iterator[str]:
    if not (text.isascii() and text.isdigit()):
        yield "must be a whole number"
        return
    number = int(text.lstrip("0")[:_DIGITS] or "0")  # as large as that, it is over any limit
    if check.least is not None and number < check.least:
        yield f"must be at least {check.least}"
    if check.most is not None and number > check.most:
        yield f"must be at most {check.most}"


def _listed(texts: Iterable[str]) -> str:
    shown = [sanitize(text) for text in texts]
    if len(shown) > _NAMED:
        return first_names(shown, _NAMED)
    return " or ".join(shown)


def _sentence(check: Check, value: _Value, fault: str) -> str:
    shown = value.label if value.text is None else f"{value.label} {quote(value.text)}"
    message = f"{shown} {fault} (check at {check.place})"
    return f"{sanitize(check.message)}: {message}" if check.message else message
