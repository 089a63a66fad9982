"""Times `load` against yaml.load with CBaseLoader over the same 1,000 files, and weighs what it keeps. Whole processes.

python benchmarks/load.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
import resource, sys
from pathlib import Path
from pbxsync.files.desired import load
from pbxsync.project import find
print(load([Path(sys.argv[1])], find([], None, {}, Path())).destinations)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
THEIRS = """
import sys
from pathlib import Path
import yaml
for path in sorted(Path(sys.argv[1]).iterdir()):
    with path.open("rb") as file:
        yaml.load(file.read(), Loader=yaml.CBaseLoader)
"""


def write_tenants(folder: Path, tenants: int, destinations: int) -> None:
    """Write tenant files in the three ways in which people write destinations."""
    for number in range(tenants):
        lines = [f"tenant: T{number:05d}", "destinations:"]
        for each in range(destinations):
            digits = f"{(number * 7919 + each * 104729) % 10**8:08d}"
            lines += [f"  - name: {('Boss phone', 'Night duty', 'Front desk')[each % 3]} {each}", "    type: FORWARD"]
            if each % 3 == 0:
                lines += [f"    params: [{digits}, INCOMINGDID, 30]"]
            elif each % 3 == 1:
                lines += ["    params:", f"      number: +45 {digits}", "      timeout: 045"]
            else:
                lines += [f"    id: {number * 1000 + each + 1}", f"    params: {{1: {digits}}}"]
        (folder / f"t{number:05d}.yaml").write_text("\n".join(lines) + "\n")


def seconds(program: str, folder: Path) -> tuple[float, str]:
    """Return how long a process that runs `program` takes, and what it prints."""
    start = time.perf_counter()
    run = subprocess.run([sys.executable, "-c", program, str(folder)], check=True, capture_output=True, text=True)
    return time.perf_counter() - start, run.stdout


def main() -> None:
    """Print the figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tenants(folder, 1000, 30)
        pairs = [(seconds(OURS, folder)[0], seconds(THEIRS, folder)[0]) for _ in range(runs)]
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"1,000 files x 30: load {ours:.2f} s, yaml.load {theirs:.2f} s: {ours / theirs:.2f} times (at most 2.0)")
    peaks = []
    for tenants in (1000, 2000):
        with tempfile.TemporaryDirectory() as name:
            write_tenants(Path(name), tenants, 300)
            taken, printed = seconds(OURS, Path(name))
            peaks.append(int(printed.split()[1]))
            print(f"{tenants:,} files x 300: {taken:.1f} s, {peaks[-1]} MiB at most")
    print(f"twice the tenants: {peaks[1] / peaks[0]:.2f} times the memory")


if __name__ == "__main__":
    main()
