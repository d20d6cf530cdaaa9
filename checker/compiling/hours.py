"""Windows whose bounds are a shop's own settings: hours as columns of a row instead of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from checker.engine.expressions import Row, WindowHours
from checker.engine.relations import EngineGap
from checker.facts import zones
from checker.facts.calendars import Calendar, calendar_of
from checker.facts.zones import DAY_US, SECOND_US
from checker.language import tree as tr
from checker.language.catalog import TABLES
from checker.packs.model import Bound, Window, WindowSpan


def shop_columns(window: Window) -> tuple[str, ...]:
    """The settings of a shop that the window's bounds are."""
    bounds = (bound for span in window.spans for bound in (span.start, span.end))
    return tuple(sorted({bound.shop for bound in bounds if bound.shop is not None}))


def window_hours(window: Window, *, shops: bool) -> WindowHours:
    """The window's hours; with a table of shops each row has those of its own shop."""
    usual = calendar_of(window, {})
    if not shops or not shop_columns(window):
        return WindowHours(usual)
    return WindowHours(usual, of_row=lambda row: ShopCalendar(usual.week, {}, window, row))


def facts_with_shop_hours(
    fact: str, tree: tr.Tree, windows: Mapping[str, Window]
) -> Iterator[tuple[str, str]]:
    """(fact, setting) of every expression that reads a shop's own hours."""
    match tree:
        case tr.Relation(relation=relation, value=value, predicate=predicate):
            for inner in (value, predicate):
                if inner is not None:
                    yield from facts_with_shop_hours(relation, inner, windows)
            return
        case tr.InWindow(window=name) | tr.Overlap(window=name) if name in windows:
            columns = shop_columns(windows[name])
            if columns and isinstance(tree, tr.Overlap) and tree.pauses:
                raise EngineGap("pauses inside the hours of a shop")
            yield from ((fact, column) for column in columns)
    for child in tr.children(tree):
        yield from facts_with_shop_hours(fact, child, windows)


@dataclass(frozen=True)
class ShopCalendar(Calendar):
    """The hours of the shop that `row` belongs to."""

    window: Window
    row: Row

    def holds(self, local: ir.IntegerValue) -> ir.BooleanValue:
        day, time = zones.day_of(local), zones.time_of(local)
        return ibis.or_(*(self._holds(span, day, time) for span in self.window.spans))

    def _holds(
        self, span: WindowSpan, day: ir.IntegerValue, time: ir.IntegerValue
    ) -> ir.BooleanValue:
        begin, end = self._ends(span)
        today, yesterday = _active(span, day), _active(span, day - 1)
        within = today & (time >= begin) & (time < end)
        around = (today & (time >= begin)) | (yesterday & (time < end))
        return ibis.ifelse(begin < end, within, around)

    def opened(self, local: ir.IntegerValue) -> ir.IntegerValue:
        (span, *others) = self.window.spans
        if others or span.days is not None or span.excluded or span.only is not None:
            raise EngineGap("time inside the hours of a shop that differ from day to day")
        begin, end = self._ends(span)
        day, time = zones.day_of(local), zones.time_of(local)
        over = begin >= end  # past midnight: the day has a first and a last stretch
        length = ibis.ifelse(over, DAY_US - begin + end, end - begin)
        late = ibis.greatest(ibis.ifelse(over, time, ibis.least(time, end)) - begin, 0)
        early = ibis.ifelse(over, ibis.least(time, end), 0)
        return day.cast("int64") * length + late + early

    def opened_us(self, local: int) -> int:
        raise EngineGap("time inside the hours of a shop across a change of the clocks")

    def _ends(self, span: WindowSpan) -> tuple[ir.IntegerValue, ir.IntegerValue]:
        begin, end = self._bound(span.start), self._bound(span.end)
        if span.start.shop and span.end.shop:  # open all day where both are equal
            same = begin == end
            begin, end = ibis.ifelse(same, 0, begin), ibis.ifelse(same, DAY_US, end)
        if span.end.shop and span.end_through:
            end = ibis.least(end + SECOND_US, DAY_US)
        return begin.cast("int64"), end.cast("int64")

    def _bound(self, bound: Bound) -> ir.IntegerValue:
        if bound.shop is None:
            return ibis.literal(bound.time, "int64")
        column = TABLES["shops"].column(bound.shop)
        assert column is not None
        return ibis.coalesce(self.row.column(tr.Col(column.type, bound.shop, "shop")), bound.time)


def _active(span: WindowSpan, day: ir.IntegerValue) -> ir.BooleanValue:
    result = ibis.literal(True)
    if span.days is not None:
        result = result & zones.weekday_of(day).isin(sorted(span.days))
    if span.excluded:
        result = result & ~day.isin([zones.day_number(date) for date in sorted(span.excluded)])
    if span.only is not None:
        result = result & day.isin([zones.day_number(date) for date in sorted(span.only)])
    return result
