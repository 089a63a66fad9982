"""Saved plans: a plan as a document and back, whole or not at all.

Plan ─► document ─► text ─► save ─► FILE ─► load ─► parse ─► Plan ─► combine (the plans of several files as one)
"""

from __future__ import annotations

from pbxsync.planfile.combine import combine, why_partial
from pbxsync.planfile.disk import LIMIT, load, save
from pbxsync.planfile.read import parse
from pbxsync.planfile.write import FORMAT_VERSION, digest, document, head, lay_out, text

__all__ = [
    "FORMAT_VERSION",
    "LIMIT",
    "combine",
    "digest",
    "document",
    "head",
    "lay_out",
    "load",
    "parse",
    "save",
    "text",
    "why_partial",
]
