"""Strings as JSON has them."""

from __future__ import annotations

import re
from functools import lru_cache
from json.encoder import encode_basestring

# JSON allows these raw, but a terminal obeys them and UTF-8 has no surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def escaped(text: str) -> str:
    """JSON text that a terminal obeys nowhere and that UTF-8 can hold; it reads back as it was."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def quoted(text: str | None) -> str:
    """A string, or null."""
    if text is None:
        return "null"
    encoded = encode_basestring(text)
    return encoded if encoded.isprintable() else escaped(encoded)  # printable: no search


quoted_name = lru_cache(maxsize=4096)(quoted)
"""The same of few that occur often."""
