"""Who may import whom, where each outside library lives, and who may write to the terminal."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pbxsync.cli.main import COMMANDS
from tests.support.coverage import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pbxsync"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
#: From the bottom up: a package imports only from lines above its own, for types too.
LAYERS = [
    "__init__",
    "clock",
    "workers",
    "model",
    "kinds",
    "text",
    "errors",
    "disk",
    "git",
    "document",
    "project",
    "tenants",
    "schemas",
    "redaction",
    "api",
    "http",
    "pbx",
    "emulator",
    "session",
    "live",
    "journal",
    "planning",
    "baseline",
    "planfile",
    "render",
    "apply",
    "export",
    "client",
    "rawapi",
    "doctor",
    "cli",
    "commands",
    "__main__",
]
RANK = {package: rank for rank, package in enumerate(LAYERS)}
#: The one home of each outside library, and of modules that only one place should use.
HOMES = {
    "yaml": ["document/reader.py"],
    "deepdiff": ["kinds/compare.py"],
    "phonenumbers": ["text/phone.py"],
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
#: The pure core: no input, no output, no clock, no random numbers.
PURE = [
    *("kinds.compare", "planning.match", "planning.resolve", "planning.diff", "planning.order", "live.fingerprint"),
    *("apply.settle", "apply.readback", "text.sanitize", "text.lookalike", "text.words", "model.plan"),
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


def package_of(module: str) -> str:
    """Return the package or top-level module of pbxsync that a module belongs to."""
    return module.split(".")[1] if "." in module else "__init__"


def own_imports(module: str, *, typing: bool = True) -> list[str]:
    """Return what a module imports of pbxsync: at its top, in functions and, with `typing`, only for types."""
    names = {
        item.name for item in imports(module) if item.name.split(".")[0] == "pbxsync" and (typing or not item.typing)
    }
    return sorted(names - {module})


def documented_packages() -> dict[str, str]:
    """Return the rows of the table in docs/development/architecture.md: package and outside libraries."""
    text = (ROOT / "docs/development/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `pbxsync/([a-z_]+)(?:/|\.py)` \|.*\|([^|]*)\|$", text, re.MULTILINE)
    return {package: libraries.strip() for package, libraries in rows}


def test_every_package_has_its_layer() -> None:
    assert {package_of(module) for module in MODULES} == set(LAYERS)


def test_the_documented_table_has_every_package_in_the_order_of_the_layers() -> None:
    assert list(documented_packages()) == LAYERS


def test_the_documented_libraries_are_at_home_where_the_table_says() -> None:
    documented = {
        package: set(re.findall(r"`(\w+)`", libraries)) for package, libraries in documented_packages().items()
    }
    for package, libraries in documented.items():
        assert all(any(home.split("/")[0] == package for home in HOMES[library]) for library in libraries), package
    outside = {library for library, homes in HOMES.items() if homes} - {"logging", "socket"}
    assert set().union(*documented.values()) == outside


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_the_layers_below_it_and_its_own(module: str) -> None:
    own = package_of(module)
    upward = [name for name in own_imports(module) if package_of(name) != own and RANK[package_of(name)] > RANK[own]]
    assert not upward, f"{module} imports from a higher layer: {', '.join(upward)}"


def test_no_modules_import_each_other_not_even_for_types_or_in_functions() -> None:
    list(
        TopologicalSorter(
            {module: [n for n in own_imports(module) if n in MODULES] for module in MODULES}
        ).static_order()
    )


def test_no_packages_import_each_other_not_even_for_types_or_in_functions() -> None:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        needed = {package_of(name) for name in own_imports(module)}
        graph.setdefault(package_of(module), set()).update(needed - {package_of(module)})
    list(TopologicalSorter(graph).static_order())


def test_each_command_has_one_module_for_its_options_and_one_for_its_work() -> None:
    assert {path.stem for path in (PACKAGE / "commands").glob("*.py")} == {"__init__", *COMMANDS}
    assert {path.stem for path in (PACKAGE / "cli/options").glob("*.py")} == {"__init__", "shared", *COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_loaded_at_one_boundary_and_loads_all_it_needs_there(command: str) -> None:
    assert not [name for name in own_imports(f"pbxsync.cli.options.{command}") if package_of(name) == "commands"]
    lazy = {
        item.name for item in imports(f"pbxsync.commands.{command}") if item.lazy and item.name.startswith("pbxsync")
    }
    assert lazy <= {"pbxsync.emulator"}, "only an extra that may be missing is imported later"


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_at_its_home(library: str) -> None:
    importers = [
        path.relative_to(PACKAGE).as_posix()
        for module, path in MODULES.items()
        for item in imports(module)
        if item.name.split(".")[0] == library and not item.typing
    ]
    assert all(importer.startswith(tuple(HOMES[library])) for importer in importers), importers
    assert importers or not HOMES[library], f"nobody imports {library}: is it still needed?"


def test_every_imported_library_is_declared_in_pyproject() -> None:
    always = _declared("dependencies")
    assert always == {"click", "deepdiff", "pyyaml", "requests", "urllib3"}
    declared = {"yaml", *always, *_declared("emulator"), *_declared("phone")} - {"pyyaml"}
    outside = {
        item.name.split(".")[0]
        for module in MODULES
        for item in imports(module)
        if not item.typing and item.name.split(".")[0] not in {*sys.stdlib_module_names, "pbxsync"}
    }
    assert outside == declared


def _declared(name: str) -> set[str]:
    """Return the packages of a list of requirements in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(rf"^{name} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return set(re.findall(r'^  "([\w-]+)', found[1], re.MULTILINE))


def test_the_emulator_imports_no_other_package_so_that_the_two_cannot_share_a_mistake() -> None:
    for module in MODULES:
        if package_of(module) == "emulator":
            assert not [name for name in own_imports(module, typing=False) if package_of(name) != "emulator"], module


def test_the_emulator_is_imported_only_when_one_is_started() -> None:
    users = [
        (module, item.lazy)
        for module in MODULES
        for item in imports(module)
        if package_of(item.name) == "emulator" and package_of(module) != "emulator" and not item.typing
    ]
    assert {module for module, _ in users} <= {"pbxsync.session", "pbxsync.commands.emulator"}
    assert all(lazy for _, lazy in users)


@pytest.mark.parametrize("module", PURE)
def test_the_core_is_pure(module: str) -> None:
    assert not {item.name.split(".")[0] for item in imports(f"pbxsync.{module}") if not item.typing} & IMPURE


def test_only_the_console_prints() -> None:
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            calls = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            assert not calls, f"{module} prints"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
                is_stream = node.attr in {"stdout", "stderr", "stdin", "__stdout__", "__stderr__"}
                assert not is_stream or package_of(module) in {"commands", "cli"}, f"{module} uses sys.{node.attr}"


def test_only_the_packages_that_apply_can_write() -> None:
    writers = {
        module
        for module in MODULES
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in {"WriteTransport", "PbxWriter"}
    }
    assert {package_of(module) for module in writers} <= {
        "pbx",
        "http",
        "apply",
        "session",
        "client",
        "cli",
        "commands",
    }
    planners = ("pbxsync.planning.plan",)
    assert not {package_of(name) for module in planners for name in own_imports(module, typing=False)} & {"apply"}


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_a_module_is_short_and_has_a_docstring(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    if text:
        assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"


#: Libraries that take long to import.
SLOW = {"phonenumbers", "requests", "urllib3", "deepdiff", "yaml", "cheroot", "werkzeug", "sqlite3"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [(["--help"], set()), (["--version"], set()), (["plan", "--help"], set()), (["validate"], {"yaml"})],
)
def test_a_command_loads_only_the_libraries_that_it_needs(
    tmp_path: Path, arguments: list[str], allowed: set[str]
) -> None:
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


def test_a_plan_does_not_load_the_code_that_writes(tmp_path: Path) -> None:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants/demo.yaml").write_text("tenant: DEMO\ndestinations: []\n")
    program = (
        "import sys; from pbxsync.cli.main import run; status = run(['plan']);"
        "sys.exit(status or 'pbxsync.apply.applier' in sys.modules)"
    )
    environ = {"PBXSYNC_URL": "emulator:pbx.db", "PATH": "/usr/bin", "HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_every_folder_of_tests_has_the_name_of_a_package_or_a_reason_in_its_readme() -> None:
    text = (ROOT / "tests/README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^(?:\| )?`(\w+)/`", text, re.MULTILINE))
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}
    assert folders - set(LAYERS) == explained
    for name in re.findall(r"`(\w+(?:/\w+)*/(?:\w+\.py)?)`", text):
        assert (ROOT / "tests" / name).exists() or (ROOT / name).exists(), name
