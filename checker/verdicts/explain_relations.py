"""What a condition over a session's rows read: `turns[2].wait` of the turns that decided it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.flags import row_order
from checker.engine.frames import Frames
from checker.engine.needs import Needs, needs_of
from checker.engine.relations import kept
from checker.language import tree as tr
from checker.language.catalog import TABLES
from checker.packs.typed import TypedClock

SHOWN = 3  # rows of one relation
QUANTIFIERS = ("any", "all", "none")
Show = Callable[[tr.Tree, Any], str]


def quantified(tree: tr.Tree) -> list[tr.Relation]:
    """The `any`, `all` and `none` of a condition."""
    return [
        node
        for node in tr.walk_row(tree)
        if isinstance(node, tr.Relation) and node.function in QUANTIFIERS
    ]


def read_values(tree: tr.Tree) -> list[tr.Tree]:
    """Columns and figures of relations that a condition reads, each once."""
    found: dict[tr.Tree, None] = {}
    for node in tr.walk_row(tree):
        if isinstance(node, tr.Col) or (
            isinstance(node, tr.Relation) and node.function not in QUANTIFIERS
        ):
            found.setdefault(node)
    return list(found)


def value_name(node: tr.Tree) -> str:
    if isinstance(node, tr.Col):
        return f"{node.parent}.{node.name}" if node.parent else node.name
    assert isinstance(node, tr.Relation)
    inner = f", {value_name(node.value)}" if isinstance(node.value, tr.Col) else ""
    return f"{node.function}({node.relation}{inner})"


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a fetched column, put together where it is a quotient."""
    value = row[name]
    if f"{name}__over" in row and value is not None:
        bottom = row[f"{name}__over"]
        return None if bottom is None else Fraction(int(value), int(bottom))
    return value


def in_order(
    frames: Frames, fact: str, table: ir.Table, columns: Mapping[str, ir.Value]
) -> list[dict[str, Any]]:
    """The rows of a fact in its order, with these columns."""
    # Two keys may be of one column; each needs a name of its own.
    order = [key.name(f"order_{i}") for i, key in enumerate(row_order(frames, fact, table))]
    rows = table.order_by(order).select(**columns)
    return [
        dict(zip(columns, values, strict=True)) for values in frames.realm.workspace.fetch(rows)
    ]


def relation_values(
    frames: Frames, clock: TypedClock | None, node: tr.Relation, sk: int, show: Show
) -> Iterator[tuple[str, str]]:
    """Of the session's rows those that decide the condition, with what was read of each; how many
    rows there are where the condition asks for no more, or where there is none."""
    home = node.relation
    wanted = _NO_NEEDS if node.predicate is None else needs_of([node.predicate])
    if TABLES[home].needs_clock and clock is None:
        return
    frame = frames.frame(home, clock, wanted)
    table = frame.table.filter(frame.table["sk"] == sk)
    reads = read_values(node.predicate) if node.predicate is not None else []
    columns: dict[str, ir.Value] = {
        "number": table["index"] if home == "turns" else ibis.null("int32"),
        "holds": ibis.literal(True)
        if node.predicate is None
        else ex.condition(node.predicate, frame.row),
    }
    for i, read in enumerate(reads):
        columns |= kept(f"v{i}", ex.evaluate(read, frame.row))
    found = in_order(frames, home, table, columns)
    if not reads or not found:
        yield f"count({home})", str(len(found))
        return
    # `all` is decided by a row that breaks it, `any` and `none` by one that fulfils theirs.
    telling = [r for r in found if bool(r["holds"]) is not (node.function == "all")]
    numbers = {id(row): row["number"] or i for i, row in enumerate(found, 1)}
    for row in (telling or found)[:SHOWN]:
        for i, read in enumerate(reads):
            name = f"{home}[{numbers[id(row)]}].{value_name(read)}"
            yield name, show(read, value_of(row, f"v{i}"))


_NO_NEEDS = Needs(frozenset())
