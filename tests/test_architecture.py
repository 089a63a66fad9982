"""Who may import whom, where each outside library lives, and who may speak to the terminal."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.coverage import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pbxsync"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
#: From the bottom to the top: a part imports from parts above its own line only. What stands on one line is one layer.
LAYERS = [
    "__init__ clock workers model",
    "kinds",
    "text",
    "errors",
    "disk",
    "git",
    "document",
    "project tenants",
    "schemas",
    "redaction",
    "api",
    "http",
    "pbx",
    "emulator",
    "session",
    "live planning journal",
    "planfile",
    "render apply export",
    "client rawapi",
    "doctor",
    "cli",
    "commands",
    "__main__",
]
RANK = {name: rank for rank, line in enumerate(LAYERS) for name in line.split()}
#: The one home of each outside library, and of what only one place should do.
HOMES = {
    "yaml": ["document/reader.py"],
    "deepdiff": ["kinds/compare.py"],
    "requests": ["http/transport.py"],
    "urllib3": ["http/failures.py", "http/transport.py"],
    "click": ["cli/", "commands/"],
    "werkzeug": ["emulator/"],
    "cheroot": ["emulator/"],
    "sqlite3": ["emulator/"],
    "ssl": ["http/"],
    "socket": ["http/", "emulator/"],
    "logging": ["http/loggers.py"],
    "subprocess": ["git/command.py"],
    "pickle": [],
}
#: What plans are made with: no input, no output, no clock, no chance.
PURE = [
    *("kinds.compare", "planning.match", "planning.resolve", "planning.diff", "planning.order", "live.fingerprint"),
    *("apply.settle", "apply.readback", "text.sanitize", "text.words", "model.plan"),
]
IMPURE = {"os", "sys", "time", "datetime", "random", "secrets", "socket", "pathlib", "tempfile", "threading", "io"}


class Import(NamedTuple):
    name: str
    lazy: bool
    typing: bool


@cache
def imports(module: str) -> tuple[Import, ...]:
    return tuple(_imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), lazy=False, typing=False))


def _imports(node: ast.AST, *, lazy: bool, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, lazy, typing) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are absolute"
            names = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from (Import(name if name in MODULES else str(child.module), lazy, typing) for name in names)
        only = isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"
        inner = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
        yield from _imports(child, lazy=lazy or inner, typing=typing or only)


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def own(module: str) -> list[str]:
    """What a module needs of ours when it runs."""
    found = {each.name for each in imports(module) if not each.typing and each.name.split(".")[0] == "pbxsync"}
    return sorted(found - {module})


def test_every_part_has_its_layer() -> None:
    assert {part(module) for module in MODULES} == set(RANK)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_the_layers_below_it_and_its_own(module: str) -> None:
    here = part(module)
    wrong = [name for name in own(module) if part(name) != here and RANK[part(name)] > RANK[here]]
    assert not wrong, f"{module} reaches up to {', '.join(wrong)}"


def test_no_module_imports_itself_in_a_circle() -> None:
    eager = {
        module: {each.name for each in imports(module) if not each.lazy and not each.typing and each.name in MODULES}
        for module in MODULES
    }
    list(TopologicalSorter({module: needs - {module} for module, needs in eager.items()}).static_order())


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_at_its_home_alone(library: str) -> None:
    guests = [
        path.relative_to(PACKAGE).as_posix()
        for module, path in MODULES.items()
        for each in imports(module)
        if each.name.split(".")[0] == library and not each.typing
    ]
    assert all(guest.startswith(tuple(HOMES[library])) for guest in guests), guests
    assert guests or not HOMES[library], f"nobody imports {library}: is it still needed?"


def test_nothing_is_imported_that_pyproject_does_not_declare() -> None:
    needed = metadata.requires("pbxsync") or []
    always = {_name(each) for each in needed if "extra ==" not in each}
    assert always == {"click", "deepdiff", "pyyaml", "requests"}
    emulator = {_name(each) for each in needed if each.endswith("extra == 'emulator'")}
    declared = {"yaml", "urllib3", *always, *emulator} - {"pyyaml"}  # urllib3 is what requests stands on
    outside = {
        each.name.split(".")[0]
        for module in MODULES
        for each in imports(module)
        if not each.typing and each.name.split(".")[0] not in {*sys.stdlib_module_names, "pbxsync"}
    }
    assert outside == declared


def _name(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0]


def test_the_emulator_imports_nothing_of_the_rest_so_that_the_two_cannot_agree_on_a_mistake() -> None:
    for module in MODULES:
        if part(module) == "emulator":
            assert not [name for name in own(module) if part(name) != "emulator"], module


def test_the_rest_imports_the_emulator_only_where_one_is_asked_for() -> None:
    users = [
        (module, each.lazy)
        for module in MODULES
        for each in imports(module)
        if part(each.name) == "emulator" and part(module) != "emulator" and not each.typing
    ]
    assert {module for module, _ in users} <= {"pbxsync.session", "pbxsync.commands.emulator"}
    assert all(lazy for _, lazy in users)


@pytest.mark.parametrize("module", PURE)
def test_what_plans_are_made_with_is_pure(module: str) -> None:
    assert not {each.name.split(".")[0] for each in imports(f"pbxsync.{module}") if not each.typing} & IMPURE


def test_nothing_prints_but_the_console() -> None:
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            calls = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            assert not calls, f"{module} prints"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
                speaks = node.attr in {"stdout", "stderr", "stdin", "__stdout__", "__stderr__"}
                assert not speaks or part(module) in {"commands", "cli"}, f"{module} uses sys.{node.attr}"


def test_only_the_writing_transport_and_what_applies_can_write() -> None:
    writers = {
        module
        for module in MODULES
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in {"WriteTransport", "PbxWriter"}
    }
    assert {part(module) for module in writers} <= {
        "pbx",
        "http",
        "apply",
        "session",
        "client",
        "cli",
        "commands",
        "doctor",
    }
    planners = ("pbxsync.planning.plan",)
    assert not {part(name) for module in planners for name in own(module)} & {"apply"}


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_a_module_is_of_a_size_to_be_read_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    if text:
        assert ast.get_docstring(ast.parse(text)), f"{path.name} does not say what it is for"


SLOW = {"requests", "urllib3", "deepdiff", "yaml", "cheroot", "werkzeug", "sqlite3"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [(["--help"], set()), (["--version"], set()), (["plan", "--help"], set()), (["validate"], {"yaml"})],
)
def test_what_a_command_does_not_need_is_not_loaded(tmp_path: Path, arguments: list[str], allowed: set[str]) -> None:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants/demo.yaml").write_text("tenant: DEMO\ndestinations: []\n")
    program = (
        "import json, sys; from pbxsync.cli.main import run; status = run(sys.argv[1:]);"
        "print('\\n' + json.dumps([status, sorted({name.split('.')[0] for name in sys.modules}),"
        " sorted(name for name in sys.modules if name.startswith('pbxsync.emulator'))]))"
    )
    command = [sys.executable, "-c", program, *arguments]
    ended = subprocess.run(
        command, cwd=tmp_path, env=unmeasured(os.environ), capture_output=True, text=True, check=True
    )
    status, loaded, emulator = json.loads(ended.stdout.rstrip().rpartition("\n")[2])
    assert (status, SLOW & set(loaded) - allowed, emulator) == (0, set(), [])


def test_a_plan_loads_nothing_of_what_writes(tmp_path: Path) -> None:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants/demo.yaml").write_text("tenant: DEMO\ndestinations: []\n")
    program = (
        "import sys; from pbxsync.cli.main import run; status = run(['plan']);"
        "sys.exit(status or 'pbxsync.apply.applier' in sys.modules)"
    )
    environ = {"PBXSYNC_URL": "emulator:pbx.db", "PATH": "/usr/bin", "HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
