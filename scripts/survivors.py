"""Reads docs/development/survivors.md, the page with the reason of each surviving mutant.

The page identifies a mutant by its module, its function and the lines that it changes, because mutmut renumbers mutants:

    ### `apply/applier`: `_fresh`

    ```diff
    -return time.monotonic() - tenant.read_at < FRESH_SECONDS
    +return time.monotonic() - tenant.read_at <= FRESH_SECONDS
    ```

    Why it stays.

Several `+` lines below one `-` line are several mutants of that line. Several blocks may share one reason.
"""

from __future__ import annotations

import ast
import difflib
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE: Final = Path(__file__).parents[1] / "docs" / "development" / "survivors.md"
_HEADING: Final = re.compile(r"### `(?P<module>[^`]+)`: `(?P<function>[^`]+)`")
#: `xǁApplierǁ_tenant__mutmut_20` is a method, `x__fresh__mutmut_4` a function.
_MANGLED: Final = re.compile(r"x(?:ǁ(?P<type>\w+?)ǁ|_)(?P<name>\w+?)__mutmut_(?P<number>\d+|orig)")


class Mutant(NamedTuple):
    """A mutant by its change: the old lines and the new lines, each joined into one."""

    module: str
    function: str
    old: str
    new: str


def explained() -> dict[Mutant, str]:
    """Return the mutants of the page with their reasons. Raises ValueError if one has no reason."""
    reasons: dict[Mutant, str] = {}
    unexplained: list[Mutant] = []
    module, function, old = "", "", ""
    fenced = False
    for line in PAGE.read_text("utf-8").splitlines():
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            _require_reasons(unexplained)
            module, function = heading["module"], heading["function"]
        elif line.startswith("```"):
            fenced = line == "```diff"
        elif fenced and line.startswith("-"):
            old = line[1:]
        elif fenced:
            unexplained.append(Mutant(module, function, old, line[1:]))
        elif line and unexplained:
            reasons |= dict.fromkeys(unexplained, line)
            unexplained = []
    _require_reasons(unexplained)
    return reasons


def _require_reasons(mutants: list[Mutant]) -> None:
    if mutants:
        raise ValueError(f"{PAGE.name}: no reason:\n{blocks(mutants)}")


def blocks(mutants: Iterable[Mutant]) -> str:
    """Return mutants in the format of the page."""
    return "\n".join(_lines(sorted(set(mutants))))


def _lines(mutants: list[Mutant]) -> Iterator[str]:
    for (module, function), here in groupby(mutants, lambda mutant: mutant[:2]):
        yield f"### `{module}`: `{function}`\n"
        for old, ways in groupby(here, lambda mutant: mutant.old):
            yield "\n".join(["```diff", f"-{old}", *(f"+{mutant.new}" for mutant in ways), "```\n"])


def mutants(file: Path, module: str, names: Iterable[str]) -> dict[str, Mutant]:
    """Return the change of each of these mutants, read from the file to which mutmut wrote all of them."""
    functions = {
        node.name: node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and _MANGLED.fullmatch(node.name)
    }
    lines = file.read_text("utf-8").splitlines()

    def source(name: str) -> list[str]:
        node = functions[name]
        return [_MANGLED.sub(_own_name, line).strip() for line in lines[node.lineno - 1 : node.end_lineno]]

    changes = {}
    for name in names:
        mangled = name.rpartition(".")[2]
        match = _MANGLED.fullmatch(mangled)
        if match is None:
            raise ValueError(f"{name} is not the name of a mutant")
        old, new = _changed(source(f"{mangled.rpartition('_')[0]}_orig"), source(mangled))
        changes[name] = Mutant(module, ".".join(filter(None, (match["type"], match["name"]))), old, new)
    return changes


def _own_name(match: re.Match[str]) -> str:
    return match["name"]


def _changed(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines from the first to the last difference, and a line above if the first one is not unique."""
    steps = [
        step for step in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"
    ]
    first, last = steps[0], steps[-1]
    begin = first[1]
    while 0 < begin < len(old) and old.count(old[begin]) > 1:
        begin -= 1
    above = first[1] - begin
    return " ".join(old[begin : last[2]]), " ".join(new[first[3] - above : last[4]])
