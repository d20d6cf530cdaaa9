"""One rule as a table of figures: scopes, period, value, numerator, denominator, pending, rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from checker.compiling.formula import of_parts, of_rows, quotient
from checker.compiling.groups import INTEGER, KEYS, NUMBER, Tallies, side_by_side, tallies
from checker.compiling.hours import facts_with_shop_hours, window_hours
from checker.compiling.periods import Calendar, in_force, revision_text
from checker.compiling.presence import decide, evaluable, settled_by
from checker.compiling.realm import Sketch
from checker.compiling.sources import bigint, date_of_day
from checker.data.wanted import revision_trees
from checker.engine.flags import DayRange, Flags, build_flags
from checker.engine.frames import Frame, Frames
from checker.engine.needs import Needs
from checker.engine.tasks import Grouping, Task, grouping_of, populations
from checker.language.catalog import TABLES
from checker.language.types import WEEKDAYS
from checker.packs.typed import (
    TypedClock,
    TypedPack,
    TypedParts,
    TypedRatio,
    TypedRevision,
    TypedRule,
    TypedValue,
)

_US_PER_SECOND = 1_000_000.0


class SketchFrames(Frames):
    """Frames whose rows carry the settings of their shop where a window is made of these."""

    shop_needs: Mapping[str, frozenset[tuple[str, str]]]

    def frame(
        self,
        fact: str,
        clock: TypedClock | None,
        needs: Needs,
        scopes: frozenset[str] = frozenset(),
        *,
        pending: bool = False,
        places: tuple[int, ...] | None = None,
        only: ir.Table | None = None,
        ordered: bool = True,
    ) -> Frame:
        needs |= Needs(self.shop_needs.get(fact, frozenset()))
        return super().frame(
            fact, clock, needs, scopes, pending=pending, places=places, only=only, ordered=ordered
        )


@dataclass(frozen=True)
class Figures:
    """The rule's final table, and the columns by which its rows are ordered."""

    table: ir.Table
    order: tuple[str, ...]


def rule_figures(
    sketch: Sketch, pack: TypedPack, rule: TypedRule, days: DayRange, platform: str | None
) -> Figures:
    """Every revision's figures of the periods that it judges. Raises EngineGap."""
    frames = _frames(sketch, pack, rule)
    calendar = Calendar(sketch, days)
    branches = [
        _Branch(sketch, frames, calendar, rule, same, days, platform).figures()
        for same in _alike(rule.revisions)
    ]
    names = list(dict.fromkeys(c for branch in branches for c in branch.columns))
    names = [c for c in _COLUMNS if c in names]
    types = {c: branch[c].type() for branch in branches for c in branch.columns}
    rows = [
        branch.select(
            *(branch[c] if c in branch.columns else ibis.null(types[c]).name(c) for c in names)
        )
        for branch in branches
    ]
    table = rows[0] if len(rows) == 1 else ibis.union(*rows)
    figures = sketch.workspace.keep(table, "figures")
    shown = figures.mutate(
        period_from=date_of_day(figures["period_from"]),
        period_through=date_of_day(figures["period_through"]),
    )
    ends = ("value", "numerator", "denominator", "pending", "rows", "revision", "period_through")
    return Figures(shown, tuple(c for c in names if c not in ends))


_COLUMNS = (
    *("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday"),
    *("period_from", "period_through", "hour"),
    *("value", "numerator", "denominator", "pending", "rows", "revision"),
)


def _frames(sketch: Sketch, pack: TypedPack, rule: TypedRule) -> SketchFrames:
    shops = sketch.has("shops")
    windows = {name: window_hours(one, shops=shops) for name, one in pack.windows.items()}
    clocks = {r.clock: frozenset[str]() for r in rule.revisions if r.clock is not None}
    frames = SketchFrames(sketch, windows, clocks)
    needs: dict[str, frozenset[tuple[str, str]]] = {}
    for revision in rule.revisions if shops else ():
        for fact, tree in revision_trees(revision):
            for home, column in facts_with_shop_hours(fact, tree, pack.windows):
                needs[home] = needs.get(home, frozenset()) | {("shop", column)}
    frames.shop_needs = needs
    return frames


def _alike(revisions: Sequence[TypedRevision]) -> list[list[TypedRevision]]:
    """Revisions that measure the same in the same way share their figures."""
    found: list[list[TypedRevision]] = []
    for one in revisions:
        for same in found:
            if _measured(same[0]) == _measured(one):
                same.append(one)
                break
        else:
            found.append([one])
    return found


def _measured(revision: TypedRevision) -> tuple[object, ...]:
    return revision.measure, revision.clock, revision.scopes, revision.period, revision.type


class _Branch:
    """The figures of revisions that measure the same."""

    def __init__(
        self,
        sketch: Sketch,
        frames: SketchFrames,
        calendar: Calendar,
        rule: TypedRule,
        chosen: Sequence[TypedRevision],
        days: DayRange,
        platform: str | None,
    ) -> None:
        self.sketch, self.frames, self.calendar, self.rule = sketch, frames, calendar, rule
        self.chosen, self.days, self.platform = chosen, days, platform
        self.revision = chosen[0]
        self.grouping: Grouping = grouping_of(self.revision)

    def figures(self) -> ir.Table:
        parts = {part: self._tallies(part, one) for part, one in populations(self.revision)}
        keys = next(iter(parts.values())).keys
        table = side_by_side([one.table for one in parts.values()], keys)
        table = self.sketch.workspace.keep(table, "groups")
        together = {part: Tallies(table, one.keys, one.names) for part, one in parts.items()}
        columns = self._numbers(together)
        rows = self._scoped(table.mutate(**columns), tuple(columns))
        return self._evaluable(rows)

    def _tallies(self, part: str | None, population: TypedRatio | TypedValue) -> Tallies:
        task = Task(
            self.rule, self.revision, part, population, self.grouping, frozenset(), added=False
        )
        flags = build_flags(self.frames, [task], self.days)
        table = flags.table
        if self.platform is not None:
            platform = ibis.literal(self.platform)
        else:
            places = self.sketch.place_table.select("platform", place="pk")
            joined = table.inner_join(places, [table["pk"] == places["place"]])
            flags = Flags(joined.drop("place"), flags.columns)
            platform = flags.table["platform"]
        prefix = f"{part}_" if part else ""
        return tallies(self.sketch, flags, task, platform, self.calendar.last_day, prefix)

    # -- numbers -----------------------------------------------------------------------------------

    def _numbers(self, parts: Mapping[str | None, Tallies]) -> dict[str, ir.Value]:
        measure = self.revision.measure
        pending = ibis.literal(0, INTEGER)
        if isinstance(measure, TypedParts):
            figure, size = of_parts(measure, parts)
        elif isinstance(measure, TypedRatio):
            found = parts[None]
            rows = measure.rows
            waiting = ("count", ("pending", rows, measure.good))
            if waiting in found.names:
                pending = found[waiting]
            size = found["count", ("in", rows)] - pending
            figure = quotient(found["count", ("good", rows, measure.good)], size)
        else:
            assert isinstance(measure, TypedValue)
            size = parts[None]["count", ("in", measure.rows)]
            figure = of_rows(measure, parts[None])
        value = figure.value
        if self.revision.type in ("duration", "time"):
            value = value / _US_PER_SECOND
        none = ibis.null(INTEGER)
        return {
            "value": value.cast(NUMBER),
            "numerator": none if figure.numerator is None else bigint(figure.numerator),
            "denominator": none if figure.denominator is None else bigint(figure.denominator),
            "pending": bigint(pending),
            "rows": bigint(size),
        }

    # -- scopes and periods ------------------------------------------------------------------------

    def _scoped(self, table: ir.Table, numbers: tuple[str, ...]) -> ir.Table:
        scopes = self.grouping.scopes
        span = self.calendar.span(self.grouping.period, table["period_key"])
        texts: dict[str, ir.Value] = {"platform": table["platform"]}
        rows: ir.Table = table
        if "shop" in scopes:
            places = self.sketch.place_table.select("shop_id", place="pk")
            rows = rows.left_join(places, [rows["pk"] == places["place"]])
            texts["shop"] = rows["shop_id"].nullif("")
        if "agent" in scopes:
            agents = self.sketch.agent_table.select("agent_id", agent_key="ak")
            rows = rows.left_join(agents, [rows["ak"] == agents["agent_key"]])
            texts["agent"] = rows["agent_id"]
        for scope in scopes:
            if scope == "weekday":
                cases = [(table["weekday"] == i, day) for i, day in enumerate(WEEKDAYS)]
                texts["weekday"] = ibis.cases(*cases, else_=ibis.null("string"))
            elif scope not in KEYS:
                texts[scope] = table[scope]
        texts |= {
            "period_from": span.first.cast("int32"),
            "period_through": span.through.cast("int32"),
        }
        if self.grouping.period.kind == "hour":
            texts["hour"] = span.hour.cast("int32")
        texts |= {name: table[name] for name in numbers}
        if len(self.rule.revisions) > 1:
            texts["revision"] = revision_text(self.rule.revisions, span.judged)
        fits = in_force(self.rule.revisions, self.chosen, span.judged)
        # A value by name: the joins above have made new tables of which `table` is the first.
        if fits is not None:
            texts["in_force"] = fits
        shown = rows.select(**texts)
        return shown if fits is None else shown.filter(shown["in_force"]).drop("in_force")

    def _evaluable(self, rows: ir.Table) -> ir.Table:
        certain = _certain(self.revision)
        decision = decide(self.revision, settled_by(self.sketch, certain), {})
        if decision is True:
            return rows
        able = self.sketch.workspace.keep(evaluable(self.sketch, decision), "evaluable")
        return rows.semi_join(able, [rows["platform"] == able["platform"]])


def _certain(revision: TypedRevision) -> frozenset[str]:
    """Tables that have rows wherever there is a figure."""
    facts = {population.rows.of for _, population in populations(revision)}
    if len(facts) > 1:
        return frozenset()
    (fact,) = facts
    if fact in ("turns", "buyer_days"):
        return frozenset({"messages"})
    stored = TABLES[fact].stored and fact not in ("sessions", "assignments")
    return frozenset({fact}) if stored else frozenset({"presence"} if fact == "coverage" else ())
