"""Peer O: octoDNS, the same job for DNS, in an environment of its own, planning the same objects.

Once from a provider that reads the server of the benchmark, a zone for a tenant and a TXT record for a destination; and
once from files against files, without a network.
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
    """Make the environment where it is not there yet; return its octodns-sync."""
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
    """Write the configuration of one plan, from the files to `target` (`pbx` or `others`); return its path."""
    zones = [f"  {code.lower()}.test.:\n    sources: [files]\n    targets: [{target}]" for _, code in world.codes()]
    path = world.folder / f"octodns-{target}.yaml"
    values = {"workers": _WORKERS, "zones": world.folder / "zones", "url": url, "key": KEY}
    path.write_text(_CONFIG.format(entries="\n".join(zones), **values))
    return path
