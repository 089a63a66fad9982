"""The rooms of the house: who may import whom, one home for each library, and a core that never prints."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pbxsync"

#: Where each outside library may be imported: modules, or whole packages with a dot at the end.
HOMES = {
    "yaml": {"pbxsync.files.reader"},
    "requests": {"pbxsync.wire.transport"},
    "urllib3": {"pbxsync.wire.transport", "pbxsync.wire.body"},
    "deepdiff": {"pbxsync.diff"},
    "click": {"pbxsync.cli", "pbxsync.commands."},
    "werkzeug": {"pbxsync.emulator."},
    "cheroot": {"pbxsync.emulator."},
    "sqlite3": {"pbxsync.emulator."},
}

#: What a package may take from the rest; everybody may take from the ground floor.
GROUND = {
    "pbxsync",
    "pbxsync.errors",
    "pbxsync.model",
    "pbxsync.entry",
    "pbxsync.inert",
    "pbxsync.nearest",
    "pbxsync.alike",
    "pbxsync.atomic",
}
ROOMS = {
    "pbxsync.wire": set[str](),
    "pbxsync.files": {"pbxsync.project"},
    "pbxsync.project": {"pbxsync.files"},
    "pbxsync.planfile": {"pbxsync.order"},
    "pbxsync.render": {"pbxsync.planfile", "pbxsync.order"},
}
#: What only the way in may use: no stage knows of terminals, options or formats.
WAY_IN = {"pbxsync.cli", "pbxsync.app", "pbxsync.console", "pbxsync.crash"}


class Import(NamedTuple):
    module: str
    name: str
    at_start: bool
    typing: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[Import]:
    """Yield every import of a file: whether it is done when the module loads, and whether it is for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {child for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    checked = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            yield Import(module_name(path), name, node not in inside and node not in checked, node in checked)


FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {module_name(path) for path in FILES}
IMPORTS = [found for path in FILES for found in imports(path)]
OURS = [each for each in IMPORTS if each.name in MODULES]


def within(module: str, home: str) -> bool:
    return module.startswith(home) if home.endswith(".") else module == home


@pytest.mark.parametrize("library", HOMES)
def test_each_library_has_one_home(library: str) -> None:
    users = {each.module for each in IMPORTS if each.name.partition(".")[0] == library and not each.typing}
    strangers = {user for user in users if not any(within(f"{user}", home) for home in HOMES[library])}
    assert users
    assert not strangers


def test_the_emulator_and_the_client_have_nothing_in_common() -> None:
    taken = {each.name for each in OURS if each.module.startswith("pbxsync.emulator")}
    assert all(name.startswith("pbxsync.emulator") for name in taken - {"pbxsync"})
    users = {
        (each.module, each.name)
        for each in OURS
        if each.name.startswith("pbxsync.emulator") and not each.module.startswith("pbxsync.emulator")
    }
    assert {module for module, _ in users} == {"pbxsync.session", "pbxsync.commands.emulator"}
    assert {name for _, name in users} == {"pbxsync.emulator"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_takes_only_from_those_below_it(room: str) -> None:
    allowed = ROOMS[room] | {room}
    strangers = {
        (each.module, each.name)
        for each in OURS
        if each.module.startswith(room)
        and each.name not in GROUND
        and not any(each.name == other or each.name.startswith(f"{other}.") for other in allowed)
    }
    assert not strangers


def test_no_stage_knows_of_the_command_line() -> None:
    def outer(name: str) -> bool:
        return name in WAY_IN or name.startswith("pbxsync.commands")

    strangers = {(each.module, each.name) for each in OURS if outer(each.name) and not outer(each.module)}
    assert not strangers - {("pbxsync.__main__", "pbxsync.cli")}


def test_modules_import_each_other_in_no_circle() -> None:
    edges: dict[str, set[str]] = {module: set() for module in MODULES}
    for each in OURS:
        if each.at_start and each.name != each.module:
            edges[each.module].add(each.name)
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for other in edges[module]:
                # A package's face imports its own modules, and these may import each other through no face.
                if not (other != "pbxsync" and module.startswith(f"{other}.")):
                    visit(other, (*path, module))
            done.add(module)

    for module in sorted(MODULES):
        visit(module, ())


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "console.py"], ids=module_name)
def test_only_the_console_writes(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    writing = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"}
    assert not writing & set(calls)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_modules_stay_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        ("['--help']", {"requests", "urllib3", "deepdiff", "yaml", "pbxsync.emulator", "werkzeug", "sqlite3"}),
        ("['--version']", {"requests", "urllib3", "deepdiff", "yaml", "pbxsync.emulator", "werkzeug", "sqlite3"}),
        ("['validate']", {"requests", "urllib3", "deepdiff", "pbxsync.emulator", "werkzeug", "sqlite3"}),
        ("['plan', '--help']", {"requests", "urllib3", "deepdiff", "yaml", "pbxsync.emulator", "werkzeug", "sqlite3"}),
    ],
)
def test_nothing_is_imported_before_it_is_needed(arguments: str, unwanted: set[str], tmp_path: Path) -> None:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "a.yaml").write_text("tenant: A\ndestinations: []\n")
    script = f"import sys; from pbxsync.cli import run; run({arguments}); print('\\n' + ' '.join(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert not unwanted & set(ended.stdout.splitlines()[-1].split())
