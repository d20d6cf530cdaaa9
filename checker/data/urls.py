"""Addresses of databases: which DATA is one, and how it is shown, which is never with a password."""

from __future__ import annotations

import re
from pathlib import Path

SCHEMES = ("postgres://", "postgresql://")

_IN_QUERY = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


def is_database(data: str | Path) -> bool:
    """Whether DATA is the address of a database and no path."""
    return isinstance(data, str) and data.lower().startswith(SCHEMES)


def shown(data: str | Path) -> str:
    """DATA as messages and reports name it.

    >>> shown("postgres://reader:secret@db.example.com/chatwoot")
    'postgres://reader@db.example.com/chatwoot'
    """
    text = str(data)
    if not is_database(text):
        return text
    scheme, _, rest = text.partition("://")
    # A password may hold any character, even unquoted: all up to the last @ is who connects.
    who, at, where = rest.rpartition("@")
    user = who.partition(":")[0]
    return _IN_QUERY.sub(r"\1***", f"{scheme}://{user}{at if user else ''}{where}")
