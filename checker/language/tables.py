"""The parser of expressions, from tables made beforehand: to work them out takes a tenth of a second.

`python -m checker.language.tables` makes them anew, after a change of grammar.lark or for another
version of Lark; until then the parser is worked out from the grammar in every run.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import lark

_HERE = Path(__file__).parent
GRAMMAR = _HERE / "grammar.lark"
TABLES = _HERE / "grammar.json"


@cache
def parser() -> lark.Lark:
    """The parser of grammar.lark."""
    grammar = GRAMMAR.read_text("utf-8")
    made = json.loads(TABLES.read_text("utf-8"), object_hook=_numbered)
    fitting = made["of"] == origin(grammar)
    return lark.Lark.load(made["tables"]) if fitting else worked_out(grammar)


def worked_out(grammar: str) -> lark.Lark:
    """The parser of a grammar, without any tables."""
    return lark.Lark(
        grammar,
        parser="lalr",
        start=["expression", "requirement"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def origin(grammar: str) -> dict[str, str]:
    """What tables are made of: the grammar, by its digest, and the version of Lark."""
    return {"grammar": hashlib.sha256(grammar.encode()).hexdigest(), "lark": lark.__version__}


def _numbered(pairs: dict[str, Any]) -> dict[Any, Any]:
    """JSON makes texts of the numbers by which Lark calls states and rules."""
    return {int(key) if key.isdecimal() else key: value for key, value in pairs.items()}


def _write() -> None:
    grammar = GRAMMAR.read_text("utf-8")
    saved = io.BytesIO()
    worked_out(grammar).save(saved)
    made = {"of": origin(grammar), "tables": pickle.loads(saved.getvalue())}
    TABLES.write_text(json.dumps(made, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    _write()
