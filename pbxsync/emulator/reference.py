"""The emulator's options as Markdown, generated from the tables that the code uses. They cannot become outdated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator.dialect import OPTIONS, PRESETS, Dialect
from pbxsync.emulator.faults.catalog import GROUPS
from pbxsync.emulator.faults.spec import COUNTERS, MATCHERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.emulator.dialect import Option
    from pbxsync.emulator.faults.base import Kind, Moment

_MOMENTS: Final[dict[Moment, str]] = {"before": "instead of the operation", "after-commit": "after the operation"}


def dialect_reference() -> str:
    """Two tables: every option with its choices, the default first, and every preset."""
    choices = (row for name, option in OPTIONS.items() for row in _choices(name, option))
    presets = ((f"`{name}`", f"`{_spell_out(dialect)}`") for name, dialect in PRESETS.items())
    return f"{_table('option', 'meaning', choices)}\n\n{_table('preset', 'stands for', presets)}\n"


def fault_reference() -> str:
    """A table per group of fault kinds, one of the matchers and one of the counters."""
    kinds = (f"### {title}\n\n{_table('kind', 'effect', map(_kind, group))}" for title, group in GROUPS.items())
    matchers = _table("matcher", "selects requests by", ((f"`{name}=`", about) for name, about in MATCHERS.items()))
    counters = _table("counter", "hits", ((f"`{name}=`", about) for name, about in COUNTERS.items()))
    return "\n\n".join([*kinds, f"### Which requests\n\n{matchers}", f"### Which of them\n\n{counters}"]) + "\n"


def _choices(name: str, option: Option) -> list[tuple[str, str]]:
    default_first = sorted(option.choices, key=lambda choice: choice != option.default)
    return [
        (f"`{name}={choice}`" + (" (default)" if choice == option.default else ""), f"{option.about}: {about}")
        for choice, about in ((choice, option.choices[choice]) for choice in default_first)
    ]


def _kind(kind: Kind) -> tuple[str, str]:
    value = f"={kind.default:g}{kind.unit if kind.unit in {'s', 'ms'} else ''}" if kind.unit is not None else ""
    notes = [f"`{name}=`: {about}" for name, about in kind.options.items()]
    if kind.moment:
        other: Moment = "after-commit" if kind.moment == "before" else "before"
        notes.append(f"{_MOMENTS[kind.moment]}; `{kind.name}-{other}`: {_MOMENTS[other]}")
    if kind.only:
        notes.append("by default: " + " ".join(f"`{name}={value}`" for name, value in kind.only.items()))
    return f"`{kind.name}{value}`", "; ".join([kind.about, *notes])


def _spell_out(dialect: Dialect) -> str:
    changed = (
        f"{name}={getattr(dialect, name)}" for name in OPTIONS if getattr(dialect, name) != OPTIONS[name].default
    )
    return ",".join(changed) or "default"


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right} |", "| --- | --- |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)
