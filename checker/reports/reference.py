"""Reference pages made from the tables of the language itself: functions, columns, types, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from checker import language
from checker.diagnostics import Explanation
from checker.language.catalog import (
    ENTRY_TABLES,
    PERIODS,
    SCOPE_COLUMN,
    SCOPES,
    STORED,
    TABLES,
    Column,
    Table,
)
from checker.language.conversions import CHOICES, CONVERSIONS
from checker.language.functions import AGGREGATES, OVERLAP, RELATION_FUNCTIONS, SCALARS, Signature
from checker.language.gaps import GAPS
from checker.language.types import Kind

MADE = "<!-- made by `checker docs --write docs`; not edited by hand -->\n"

_LITERALS = (
    ("duration", "DURATION", "`3m`, `45s`, `1h30m`, `7d`; a sign makes it negative: `-5m`"),
    ("ratio", "PERCENT", "`80%`; `80`, `0.8` and `80%` are three different things"),
    ("time of day", "TIME", "`08:00:00`, `22:59:59`"),
    ("number", "DECIMAL", "`0.5`"),
    ("int", "INTEGER", "`42`"),
    ("text, enum", "TEXT", "`'buyer'`; a quote inside is doubled: `'it''s'`"),
)
_KINDS: Mapping[Kind, str] = {
    Kind.BOOL: "`true`, `false`; a missing one is false",
    Kind.INT: "whole number",
    Kind.NUMBER: "exact fraction; int / int and duration / duration give one",
    Kind.RATIO: "share; number × ratio gives one (`sessions / visitors * 100%`)",
    Kind.DURATION: "elapsed time; instant − instant and time of day − time of day give one",
    Kind.INSTANT: "a point in time; windows and days look at it in the pack's time zone",
    Kind.DATE: "a local day",
    Kind.TIME: "a local time of day",
    Kind.TEXT: "text",
    Kind.ENUM: "text of a closed set; comparing it with anything else is an error",
}
_OPERATORS = (
    ("`and` `or` `not`", "on bools"),
    ("`=` `!=` `<` `<=` `>` `>=`", "both sides of one type; never chained"),
    ("`x in (a, b)`, `x not in (a, b)`", "membership of a list"),
    ("`x in window`, `x not in window`", "an instant inside a window of the pack"),
    ("`x is missing`, `x is present`", "whether there is a value"),
    ("`+` `-` `*` `/`", "arithmetic that keeps units; division by zero is missing"),
)
_MISSING = """\
A comparison with a missing value is false, `!=` too, and its `not` is true; `x not in …` is
`not (x in …)`; a missing bool is false. So `not (wait <= 3m)` holds for a turn without a reply.
Arithmetic with a missing value is missing. `greatest` and `least` skip missing values, and so do
aggregates. Over a relation without rows `any` is false, `all` and `none` are true, `count` and `sum` are
0, the others are missing. `first` and `last` take the first or last row and then its value, missing or
not.
"""


def language_page() -> str:
    """docs/reference/language.md."""
    tokens = _tokens()
    literals = ((kind, shown, f"`{_cell(tokens[token])}`") for kind, token, shown in _LITERALS)
    parts = [
        "# The expression language\n",
        MADE,
        "Expressions stand in `where`, `good`, `is`, `offender`, in clocks and in requirements. "
        "Columns are those of the fact that a rule measures ([data set](data-set.md)); "
        "`session.x`, `shop.x` and `agent.x` are columns of the row's parents.\n",
        "## Literals\n",
        _table(("type", "written", "pattern"), literals),
        "`true` and `false` are bools; `('a', 'b')` is a list. Durations take the units "
        + ", ".join(f"`{unit}`" for unit in _units(tokens["DURATION"]))
        + ".\n",
        "## Types\n",
        _table(("type", "what it is"), ((str(k.value), v) for k, v in _KINDS.items())),
        "Units are never guessed: `wait <= 180` is an error that offers `180s` and `3m`.\n",
        "## Operators\n",
        _table(("operator", "meaning"), _OPERATORS),
        "## Functions of a row\n",
        _functions((*SCALARS.values(), OVERLAP)),
        "## Functions over a relation of the row\n",
        "Relations: "
        + "; ".join(
            f"{t.name} have {', '.join(f'`{r}`' for r in t.relations)}"
            for t in TABLES.values()
            if t.relations
        )
        + ". `p` is a predicate and `x` an expression over the relation's rows.\n",
        _functions(RELATION_FUNCTIONS.values()),
        "## Aggregates\n",
        "In `is` of a `value`, over the rows of the population.\n",
        _functions(AGGREGATES.values()),
        "## Missing values\n",
        _MISSING,
        "## Scopes and periods\n",
        "`per` lists scopes and at most one period.\n",
        _table(
            ("scope", "read from"),
            ((f"`{s}`", _scope_source(s)) for s in SCOPES),
        ),
        f"Periods: {', '.join(f'`{p}`' for p in PERIODS)}, and `{{rolling: 30d}}`.\n",
    ]
    return "\n".join(parts)


def data_set_page() -> str:
    """docs/reference/data-set.md."""
    entry = ", ".join(f"`{name}`" for name in ENTRY_TABLES)
    parts = [
        "# The data set\n",
        MADE,
        "A data set is a folder with one file, or one folder of part files, per table (Parquet, CSV, "
        "`.csv.gz`, TSV, JSON lines), a single file, or a DuckDB file. At least one of "
        f"{entry} is there. A rule whose table or column is missing is `not_evaluated`, never passed.\n",
        "## Tables\n",
        *(_table_section(TABLES[name]) for name in STORED),
        "## Derived facts\n",
        "Computed from the tables; a derived column hides one of the same name in the data.\n",
        *(_table_section(t) for t in TABLES.values() if not t.stored),
    ]
    return "\n".join(parts)


def mapping_page() -> str:
    """docs/reference/mapping-functions.md."""
    parts = [
        "# Functions of mappings\n",
        MADE,
        "Besides the functions of a row ([language](language.md)), expressions of a mapping have these. "
        "`x` is a text: a cell of the export, or what another function made of it. A missing text stays "
        "missing; one that cannot be read is told with its file, sheet and row.\n",
        "## What a cell says\n",
        _functions(c.signature for c in CONVERSIONS.values()),
        "## Choosing and joining\n",
        _functions(CHOICES.values()),
    ]
    return "\n".join(parts)


def codes_page(codes: Mapping[str, Explanation]) -> str:
    """docs/reference/codes.md."""
    parts = ["# Diagnostic codes\n", MADE, "`checker show CODE` prints the same.\n"]
    for code, explained in codes.items():
        parts.append(f"## {code}: {explained.title}\n")
        parts.append(f"{explained.text}\n")
        for name, text in (("Wrong", explained.wrong), ("Right", explained.right)):
            if text:
                parts.append(f"{name}:\n\n" + "".join(f"    {x}\n" for x in text.splitlines()))
    return "\n".join(parts)


def _tokens() -> dict[str, str]:
    """The pattern of each terminal of the grammar."""
    grammar = (Path(language.__file__).parent / "grammar.lark").read_text("utf-8")
    return dict(re.findall(r"^([A-Z]+)(?:\.\d+)?: /(.+)/$", grammar, re.MULTILINE))


def _units(pattern: str) -> list[str]:
    found = re.search(r"\(((?:[a-z]+\|)+[a-z]+)\)", pattern)
    if found is None:
        raise ValueError("the grammar has no units of duration")
    return found[1].split("|")


def _scope_source(scope: str) -> str:
    column = SCOPE_COLUMN.get(scope)
    return f"column `{column}` of the row, else of its session" if column else "the fact's time"


def _functions(signatures: Iterable[Signature]) -> str:
    return _table(("function", "gives"), ((f"`{s.usage}`", s.doc) for s in signatures))


def _table_section(table: Table) -> str:
    lines = [f"### {table.name}\n", f"One row is {table.doc}.\n"]
    facts = []
    if table.time:
        facts.append(f"its time is `{table.time}`")
    if table.needs_clock:
        facts.append("rules over it name a clock")
    if table.relations:
        facts.append(f"relations: {', '.join(f'`{r}`' for r in table.relations)}")
    if table.parents:
        facts.append(f"parents: {', '.join(f'`{p}`' for p in table.parents)}")
    if facts:
        text = "; ".join(facts)
        lines.append(f"{text[0].upper()}{text[1:]}.\n")
    rows = ((f"`{c.name}`", _type(c), _presence(table, c), c.doc) for c in table.columns)
    lines.append(_table(("column", "type", "", "what it is"), rows))
    return "\n".join(lines)


def _type(column: Column) -> str:
    if column.type.values:
        return " ".join(f"`{value}`" for value in column.type.values)
    return str(column.type)


def _presence(table: Table, column: Column) -> str:
    if column.required:
        return "required"
    if column.derived:
        return "derived" if table.stored else ""
    return f"default {column.default}" if column.default else ""


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heading)} |", "|" + "---|" * len(heading)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def engines_page() -> str:
    """docs/reference/engines.md."""
    rows = ((gap.engine, _cell(gap.what), _cell(gap.why), _cell(gap.then)) for gap in GAPS)
    parts = [
        "# Engines and their gaps\n",
        MADE,
        "Every engine gives the same figures, to the byte of the JSON. Where one cannot do what DuckDB "
        "does, it says so; what it cannot do stands here ([when to use Spark](../scale.md)).\n",
        _table(("engine", "what", "why", "what happens"), rows),
    ]
    return "\n".join(parts)
