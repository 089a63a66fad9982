"""Baseline O: octoDNS, which does the same for DNS, in its own environment with the same objects.

It plans the files against the benchmark's server (a zone per tenant, a TXT record per destination), and against other
files without a network.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.world import CACHE, KEY

if TYPE_CHECKING:
    from benchmarks.world import World

PINNED: Final = ("octodns==1.22.0", "requests==2.34.2", "PyYAML==6.0.3")
_VENV: Final = CACHE / "octodns"
_WORKERS: Final = 16

_CONFIG: Final = """manager:
  max_workers: {workers}
providers:
  files:
    class: octodns.provider.yaml.YamlProvider
    directory: {zones}
    enforce_order: false
  others:
    class: octodns.provider.yaml.YamlProvider
    directory: {zones}
    enforce_order: false
  pbx:
    class: octodns_pbx.PbxProvider
    url: {url}
    key: {key}
zones:
{entries}
"""


def install() -> Path:
    """Create the environment if it is missing. Returns the path of octodns-sync."""
    stamp = _VENV / ("-".join(PINNED).replace("=", ""))
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", _VENV], check=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        subprocess.run([_VENV / "bin" / "python", "-m", "pip", "install", *quiet, *PINNED], check=True)
        stamp.touch()
    for packages in _VENV.glob("lib/python*/site-packages"):
        source = Path(__file__).with_name("octodns_pbx.py")
        (packages / source.name).write_text(source.read_text())
    return _VENV / "bin" / "octodns-sync"


def config(world: World, url: str, target: str) -> Path:
    """Write the configuration of a plan of the files against `target` (`pbx` or `others`). Returns its path."""
    zones = [f"  {code.lower()}.test.:\n    sources: [files]\n    targets: [{target}]" for _, code in world.codes()]
    path = world.folder / f"octodns-{target}.yaml"
    values = {"workers": _WORKERS, "zones": world.folder / "zones", "url": url, "key": KEY}
    path.write_text(_CONFIG.format(entries="\n".join(zones), **values))
    return path
