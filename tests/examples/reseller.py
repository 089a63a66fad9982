"""A reseller's repository, for trying the recipes: the example tenants, a PBX with real keys, a param that is a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.examples.running import copied

if TYPE_CHECKING:
    from pathlib import Path

READ, WRITE, SECRET = "key-that-reads-8k2", "key-that-writes-5f7", "sk-ai-agent-secret-1"
_AGENT = """
  - name: Svarer
    type: AI AGENT
    params: {prompt: Answer., api_key: "${AI_API_KEY}"}
"""


def reseller(folder: Path, url: str) -> Path:
    """Make the repository, for the PBX at `url`, and return its folder."""
    repository = copied(folder)
    project = repository / "pbxsync.yaml"
    project.write_text(re.sub(r"(?m)^url: .*$", f"url: {url}", project.read_text(encoding="utf-8")), encoding="utf-8")
    tenant = repository / "tenants" / "hansen.yaml"
    tenant.write_text(tenant.read_text(encoding="utf-8") + _AGENT, encoding="utf-8")
    (repository / "requirements.txt").write_text("pbxsync\n", encoding="utf-8")
    return repository
