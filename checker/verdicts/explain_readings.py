"""What a rule makes of a session: every condition of it, whether it holds, and the values that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.frames import SESSION_FACTS, Frame, Frames
from checker.engine.needs import needs_of
from checker.engine.relations import kept
from checker.engine.tasks import populations
from checker.facts import zones
from checker.language import tree as tr
from checker.language.show import literal_text
from checker.language.types import Kind
from checker.packs.model import Expr, Part, Ratio
from checker.packs.typed import TypedClock, TypedRatio, TypedRevision, TypedRule, TypedValue
from checker.verdicts.explain_relations import (
    in_order,
    quantified,
    read_values,
    relation_values,
    value_name,
    value_of,
)
from checker.verdicts.explanation import ConditionReading, RuleReading, Within
from checker.verdicts.insight_tasks import wanted_of, written_of


@dataclass(frozen=True)
class _Condition:
    text: str
    tree: tr.Tree
    within: Within
    depth: int


class Readings:
    """Reads the rules of one pack against sessions, over its frames."""

    def __init__(self, frames: Frames, timezone: str) -> None:
        self.frames, self.timezone = frames, timezone

    def of(self, rule: TypedRule, revision: TypedRevision, sk: int) -> Iterator[RuleReading]:
        for part, population in populations(revision):
            fact = population.rows.of
            if fact not in SESSION_FACTS:
                continue
            conditions = list(_conditions(revision, part, population))
            good = wanted_of(population)
            trees = [population.rows.where, good, *(c.tree for c in conditions)]
            frame = self.frames.frame(fact, revision.clock, needs_of(trees), pending=True)
            for number, row in enumerate(self._judged(frame, fact, sk, population, conditions)):
                label = "" if fact == "sessions" else str(row["label"] or number + 1)
                yield RuleReading(
                    rule.id,
                    revision.written.title,
                    fact,
                    label,
                    row["inside"],
                    row["good"],
                    bool(row["pending"]),
                    tuple(
                        self._shown(row, i, c, revision.clock, sk) for i, c in enumerate(conditions)
                    ),
                )

    def _judged(
        self,
        frame: Frame,
        fact: str,
        sk: int,
        population: TypedRatio | TypedValue,
        conditions: list[_Condition],
    ) -> list[dict[str, Any]]:
        table = frame.table.filter(frame.table["sk"] == sk)
        where, good = population.rows.where, wanted_of(population)
        inside = ex.condition(where, frame.row) if where is not None else ibis.literal(True)
        columns: dict[str, ir.Value] = {
            "label": table["index"] if fact == "turns" else ibis.null("int32"),
            "inside": inside,
            "good": ibis.null("boolean"),
            "pending": ibis.literal(False),
        }
        if good is not None:
            holds = ex.condition(good, frame.row)
            columns["good"] = holds
            if isinstance(population, TypedRatio):
                columns["pending"] = inside & ~holds & ex.condition(good, frame.pending_row)
        for i, one in enumerate(conditions):
            columns[f"c{i}"] = ex.condition(one.tree, frame.row)
            for j, node in enumerate(read_values(one.tree)):
                columns |= kept(f"v{i}_{j}", ex.evaluate(node, frame.row))
        return in_order(self.frames, fact, table, columns)

    def _shown(
        self, row: Mapping[str, Any], i: int, one: _Condition, clock: TypedClock | None, sk: int
    ) -> ConditionReading:
        values = [
            (value_name(node), self._text(node, value_of(row, f"v{i}_{j}")))
            for j, node in enumerate(read_values(one.tree))
        ]
        for relation in quantified(one.tree):
            values += relation_values(self.frames, clock, relation, sk, self._text)
        return ConditionReading(one.text, bool(row[f"c{i}"]), tuple(values), one.within, one.depth)

    def _text(self, node: tr.Tree, value: Any) -> str:
        if value is not None and node.type.kind is Kind.INSTANT:
            return zones.local_text(value, self.timezone)
        if value is not None and node.type.kind is Kind.DATE:
            return zones.iso_date(value)
        return literal_text(node.type, value)


def _conditions(
    revision: TypedRevision, part: str | None, population: TypedRatio | TypedValue
) -> Iterator[_Condition]:
    """The conjuncts of where, good and offender, and the alternatives of those that are an `or`."""
    written = written_of(revision, part)
    pairs: list[tuple[Expr | None, tr.Tree | None, Within]] = [
        (written.where, population.rows.where, "where")
    ]
    if isinstance(population, TypedRatio) and isinstance(written, Ratio):
        pairs.append((written.good, population.good, "good"))
    if isinstance(population, TypedValue) and isinstance(written, Part):
        pairs.append((written.offender, population.offender, "offender"))
    for expr, tree, within in pairs:
        if expr is not None and tree is not None:
            yield from _split(expr, tree, within, 0)


def _split(expr: Expr, tree: tr.Tree, within: Within, depth: int) -> Iterator[_Condition]:
    if isinstance(tree, tr.Junction) and (tree.op == "and" or depth == 0):
        if tree.op == "or":
            yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)
            depth += 1
        for item in tree.items:
            yield from _split(expr, item, within, depth)
        return
    yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)
