"""The ways in which a secret could show itself, worked out without any help of the program's own."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable


def forms_of(secrets: Iterable[str]) -> set[str]:
    """Every way to write the secrets that a search for them must know."""
    found: set[str] = set()
    for secret in secrets:
        found |= {secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret), json.dumps(secret)[1:-1]}
        found.add(base64.b64encode(secret.encode()).decode().rstrip("="))
        found.add(base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="))
    return found


def holders(secrets: Iterable[str], texts: dict[str, bytes]) -> list[str]:
    """Return the names of the texts that hold a secret in any form."""
    forms = [form.encode() for form in forms_of(secrets)]
    return [name for name, text in texts.items() if any(form in text for form in forms)]
