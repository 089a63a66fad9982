"""A folder and a PBX full of hostile text, and commands whose output is checked each time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import Phase, settings

from tests.injection.texts import assert_inert
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.emulator import Emulator
    from tests.support.command import Ran


class HostileWorkspace(Workspace):
    """A workspace in a folder of its own; the PBX is emptied first."""

    def __init__(self, pbx: Emulator, folder: str) -> None:
        pbx.faults.clear()
        pbx.clear_log()
        for row in pbx.rows("DEMO"):
            pbx.remove(row["cu_id"])
        super().__init__(Path(folder), pbx)

    def live(self, texts: Sequence[str]) -> None:
        """Fill the tenant DEMO and the types with these texts."""
        for number, text in enumerate(texts):
            self.pbx.put_type(50 + number, text or "?", texts[-1 - number])
            columns = {"cu_param1": text, "cu_param4": texts[-1 - number]}
            self.pbx.put("DEMO", cu_id=100 + number, cu_name=text, cu_ct_id=50 + number, **columns)

    def run_inert(self, *words: str | Path, **checks: bool) -> Ran:
        """Run a command and check that what it wrote is inert."""
        terminal = "api" in words  # into a pipe it writes the bytes of the reply as they are
        ran = self.run(*words, out_is_terminal=terminal)
        assert_inert(ran, **{"colour": terminal, **checks})
        return ran


def bounded(examples: int) -> settings:
    """Limit the examples and do not shrink them, because one takes as long as twenty commands."""
    return settings(max_examples=examples, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
