"""Makes text that strangers wrote safe to print: nothing in it can move the cursor or turn the line."""

from __future__ import annotations

import re
import unicodedata

# Variation selectors change the width of the character before them and nothing that matters here.
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_JOINERS = frozenset("\u200c\u200d")  # many scripts cannot be written without them
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NO_XML = re.compile("[\ufffe\uffff]")
_PLAIN = re.compile(r"[ -~\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]*")


def clean(text: str) -> str:
    """`text` on one line, with controls, escapes, bidi overrides and lone surrogates made visible.

    A line break becomes ⏎ and other C0 controls their picture (␛); every other invisible character
    becomes its code point, as in <U+202E>. Cleaning clean text changes nothing.
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_visible, _SELECTORS.sub("", text.replace("\r\n", "\n"))))


def xml_text(text: str) -> str:
    """Clean text that may stand in an XML file, which knows no U+FFFE and U+FFFF."""
    return _NO_XML.sub(lambda found: f"<U+{ord(found[0]):04X}>", clean(text))


def _visible(char: str) -> str:
    if char in _JOINERS or unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    if char == "\n":
        return "⏎"
    if char == "\t":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"
