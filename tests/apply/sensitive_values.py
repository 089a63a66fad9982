"""Values of sensitive params, a project that knows which they are, and whether they have got anywhere else."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.workspace import Workspace

OLD = 'sk-Old"7\\+/=æ&'
NEW = "sk-New'9%2B<#>ø"
FROM_FILE = "sk-File-0:é;~"
PROJECT = """\
types:
  AI AGENT:
    params: [prompt, api_key]
    sensitive: [api_key]
"""


def forms(value: str) -> Iterator[bytes]:
    """The ways in which a value may slip through."""
    raw = value.encode()
    yield from (raw, quote(value, safe="").encode(), json.dumps(value)[1:-1].encode())
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode()
    yield base64.b64encode(raw)[:-4]
    for digest in (hashlib.sha256(raw), hashlib.sha1(raw), hashlib.md5(raw)):  # noqa: S324 - what must not be there
        yield digest.hexdigest()[:16].encode()


def clean(workspace: Workspace, *texts: str) -> bool:
    """Whether none of the values is in these texts, or in any file of the folder but the one that it came from."""
    files = [path for path in workspace.folder.rglob("*") if path.is_file() and path.name != "secret"]
    heap = b"\0".join([*(text.encode() for text in texts), *(path.read_bytes() for path in files)])
    return not [form for value in (OLD, NEW, FROM_FILE) for form in forms(value) if form in heap]
