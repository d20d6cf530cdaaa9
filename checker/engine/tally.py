"""Group queries: all tasks with one grouping in one query, exact integers out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from checker.data.lazily import ibis, ir
from checker.data.workspace import Workspace
from checker.engine import formula as fm
from checker.engine.flags import Flags, period_key, scope_value
from checker.engine.formula import MISSING, Exact
from checker.engine.tasks import Grouping, Task
from checker.language import tree as tr
from checker.packs.typed import Rows, TypedRatio, TypedValue

GroupKey = tuple[Any, ...]
"""(platform index, one value per scope …, period key)"""

Row = tuple[Any, ...]


@dataclass
class Tally:
    """The exact figures of one task in one group; `rows` is the size of the population."""

    rows: int
    good: int = 0
    pending: int = 0
    offenders: int = 0
    figures: dict[tr.Aggregate, Exact] = field(default_factory=dict)


class GroupQuery:
    """One query for tasks that share flags and grouping, and the few more that quantiles need."""

    def __init__(
        self,
        workspace: Workspace,
        flags: Flags,
        grouping: Grouping,
        tasks: Sequence[Task],
        platform_of_place: ir.IntegerValue,
        last_day: int,
    ) -> None:
        self.workspace, self.flags, self.grouping, self.tasks = workspace, flags, grouping, tasks
        table = flags.table
        if grouping.period.kind == "rolling":
            table = table.filter(
                (table["day"] > last_day - grouping.period.days) & (table["day"] <= last_day)
            )
        self.flags = Flags(table, flags.columns)
        keys = [platform_of_place]
        keys += [scope_value(table, scope) for scope in grouping.scopes]
        keys.append(period_key(table, grouping.period))
        self.keys = {f"k{i}": key for i, key in enumerate(keys)}
        self.sums: dict[object, str] = {}
        self.outputs: dict[str, ir.Value] = {}

    def grouped(self) -> ir.Table:
        """One row per group: its keys k0 …, and what `sums` says of every other column."""
        table = self.flags.table.mutate(**self.keys)
        for task in self.tasks:
            self._ask(task, Flags(table, self.flags.columns))
        return table.group_by(list(self.keys)).agg(present=table.count(), **self.outputs)

    def ask(self) -> Callable[[], list[dict[GroupKey, Tally]]]:
        """For each task, its tally by group, to be had when it is needed. A group exists when any row
        falls into it."""
        grouped = self.grouped()
        answer, width = self.workspace.ask(grouped), len(self.keys)
        apart = {
            (task.rows, aggregate): self._apart(task.rows, aggregate)
            for task in self.tasks
            if isinstance(task.population, TypedValue)
            for aggregate in fm.aggregates_of(task.population.formula)
            if self.is_apart(aggregate)
        }

        def tallies() -> list[dict[GroupKey, Tally]]:
            groups = {row[:width]: row for row in answer()}
            extra = {key: found() for key, found in apart.items()}
            readers = [self._reader(task, grouped.columns, extra) for task in self.tasks]
            return [{key: read(row) for key, row in groups.items()} for read in readers]

        return tallies

    # -- what to ask -----------------------------------------------------------------------------

    def _output(self, key: object, value: ir.Value) -> None:
        if key not in self.sums:
            name = f"s{len(self.sums)}"
            self.sums[key] = name
            self.outputs[name] = value

    def _count(self, key: object, flags: Flags) -> None:
        self._output(("count", key), ibis.ifelse(flags[key], 1, 0).cast("int64").sum())

    def _ask(self, task: Task, flags: Flags) -> None:
        rows = task.rows
        self._count(("in", rows), flags)
        match task.population:
            case TypedRatio(good=good):
                self._count(("good", rows, good), flags)
                if ("pending", rows, good) in flags.columns:
                    self._count(("pending", rows, good), flags)
            case TypedValue(formula=formula, offender=offender):
                if offender is not None:
                    self._count(("bad", rows, offender), flags)
                for aggregate in fm.aggregates_of(formula):
                    if not self.is_apart(aggregate):
                        self._ask_aggregate(rows, aggregate, flags)

    def holds(self, rows: Rows, aggregate: tr.Aggregate) -> object:
        """The flag that says which rows an aggregate is over."""
        if aggregate.predicate is None:
            return ("in", rows)
        return ("if", rows, aggregate.predicate)

    def _ask_aggregate(self, rows: Rows, aggregate: tr.Aggregate, flags: Flags) -> None:
        key = self.holds(rows, aggregate)
        holds = flags[key]
        if aggregate.function in ("count", "share"):
            self._count(key, flags)
            return
        values = [flags[("value", argument)] for argument in aggregate.arguments]
        if aggregate.function == "distinct":
            known = holds
            for value in values:
                known = known & value.notnull()
            one = values[0]
            if len(values) > 1:
                one = ibis.struct({f"v{i}": value for i, value in enumerate(values)})
            self._output((aggregate, rows), one.nunique(where=known))
            return
        (value,) = values
        if aggregate.function in ("sum", "mean"):
            self._output(("sum", key, aggregate.arguments), value.sum(where=holds))
        if aggregate.function == "mean":
            self._output(("n", key, aggregate.arguments), value.count(where=holds))
        if aggregate.function in ("min", "max"):
            self._output((aggregate, rows), getattr(value, aggregate.function)(where=holds))

    # -- what came out ---------------------------------------------------------------------------

    def _reader(
        self,
        task: Task,
        columns: Sequence[str],
        apart: Mapping[tuple[Rows, tr.Aggregate], Mapping[GroupKey, Exact]],
    ) -> Callable[[Row], Tally]:
        """What reads the task's tally from a row of the answer. Where each figure stands is found out
        once, not for each row."""
        rows, width = task.rows, len(self.keys)

        def number(*key: object) -> Callable[[Row], int]:
            place = columns.index(self.sums[key])
            return lambda row: int(row[place] or 0)

        size = number("count", ("in", rows))
        match task.population:
            case TypedRatio(good=good):
                fine, waiting = number("count", ("good", rows, good)), ("pending", rows, good)
                pending = number("count", waiting) if waiting in self.flags.columns else _none

                def ratio(row: Row) -> Tally:
                    settled, met = size(row) - pending(row), fine(row)
                    return Tally(settled, met, pending(row), settled - met)

                return ratio
            case TypedValue(formula=formula, offender=offender):
                bad = _none if offender is None else number("count", ("bad", rows, offender))
                figures = {
                    one: _of_group(one, apart[rows, one], width)
                    if self.is_apart(one)
                    else self._figure(rows, one, columns, number)
                    for one in fm.aggregates_of(formula)
                }

                def value(row: Row) -> Tally:
                    known = size(row)
                    read = {one: at(row) if known else MISSING for one, at in figures.items()}
                    return Tally(known, offenders=bad(row), figures=read)

                return value

    def _figure(
        self,
        rows: Rows,
        aggregate: tr.Aggregate,
        columns: Sequence[str],
        number: Callable[..., Callable[[Row], int]],
    ) -> Callable[[Row], Exact]:
        """What reads an aggregate over some rows."""
        key = self.holds(rows, aggregate)
        match aggregate.function:
            case "count":
                count = number("count", key)
                return lambda row: Exact(Fraction(count(row)))
            case "share":
                part, size = number("count", key), number("count", ("in", rows))
                return lambda row: fm.quotient(part(row), size(row))
            case "sum":
                total = number("sum", key, aggregate.arguments)
                return lambda row: Exact(Fraction(total(row)))
            case "mean":
                total, n = (number(what, key, aggregate.arguments) for what in ("sum", "n"))
                return lambda row: fm.quotient(total(row), n(row))
        place = columns.index(self.sums[aggregate, rows])
        return lambda row: MISSING if row[place] is None else Exact(Fraction(int(row[place])))

    # -- aggregates that need a query of their own -----------------------------------------------

    def is_apart(self, aggregate: tr.Aggregate) -> bool:
        """Quantiles, and aggregates of quotients: of these, every different value is needed."""
        if aggregate.function in ("median", "percentile"):
            return True
        keys = [("value", argument) for argument in aggregate.arguments]
        return any(self.flags.over(key) is not None for key in keys)

    def _apart(self, rows: Rows, aggregate: tr.Aggregate) -> Callable[[], dict[GroupKey, Exact]]:
        (argument,) = aggregate.arguments
        key = ("value", argument)
        value, over = self.flags[key], self.flags.over(key)
        known = self.flags[self.holds(rows, aggregate)] & value.notnull()
        if over is not None:
            known = known & over.notnull()
        elif aggregate.function in ("median", "percentile"):
            return self._quantile(aggregate, value, known)
        table = self.flags.table.mutate(
            **self.keys, top=value, bottom=over if over is not None else 1
        ).filter(known)
        names = [*self.keys, "top", "bottom"]
        answer = self.workspace.ask(table.group_by(names).agg(n=table.count()))

        def figures() -> dict[GroupKey, Exact]:
            found: dict[GroupKey, dict[Fraction, int]] = {}
            for *group, top, bottom, n in answer():
                values = found.setdefault(tuple(group), {})
                one = Fraction(int(top), int(bottom))
                values[one] = values.get(one, 0) + int(n)
            return {group: _of_histogram(aggregate, values) for group, values in found.items()}

        return figures

    def _quantile(
        self, aggregate: tr.Aggregate, value: ir.Value, known: ir.BooleanValue
    ) -> Callable[[], dict[GroupKey, Exact]]:
        """PERCENTILE_CONT: the two neighbours of position q * (n - 1), interpolated exactly."""
        share = aggregate.fraction if aggregate.fraction is not None else Fraction(1, 2)
        table = self.flags.table.mutate(**self.keys, top=value).filter(known)
        names = list(self.keys)
        ranked = table.select(
            *names,
            "top",
            number=ibis.row_number().over(ibis.window(group_by=names, order_by=table["top"])),
            n=table.count().over(ibis.window(group_by=names)),
        )
        low = (ranked["n"] - 1) * share.numerator // share.denominator
        near = ranked.filter((ranked["number"] == low) | (ranked["number"] == low + 1))
        answer = self.workspace.ask(near)

        def figures() -> dict[GroupKey, Exact]:
            found: dict[GroupKey, list[tuple[int, int, int]]] = {}
            for *group, top, number, n in answer():
                found.setdefault(tuple(group), []).append((int(number), int(top), int(n)))
            result = {}
            for key, rows in found.items():
                rows.sort()
                position = share * (rows[0][2] - 1)
                left, right = Fraction(rows[0][1]), Fraction(rows[-1][1])
                result[key] = Exact(left + (right - left) * (position - rows[0][0]))
            return result

        return figures


def _none(row: Row) -> int:
    return 0


def _of_group(
    aggregate: tr.Aggregate, found: Mapping[GroupKey, Exact], width: int
) -> Callable[[Row], Exact]:
    """What reads an aggregate that was asked for apart."""
    nothing = fm.ZERO if aggregate.function == "sum" else MISSING
    return lambda row: found.get(row[:width], nothing)


def _of_histogram(aggregate: tr.Aggregate, values: dict[Fraction, int]) -> Exact:
    """An aggregate of quotients from how often each value occurs."""
    number = sum(values.values())
    match aggregate.function:
        case "sum":
            return Exact(sum((value * n for value, n in values.items()), Fraction(0)))
        case "mean":
            return Exact(sum((value * n for value, n in values.items()), Fraction(0)) / number)
        case "min":
            return Exact(min(values))
        case "max":
            return Exact(max(values))
        case "distinct":
            return Exact(Fraction(len(values)))
    share = aggregate.fraction if aggregate.fraction is not None else Fraction(1, 2)
    position = share * (number - 1)
    ordered: list[Fraction] = []
    for value in sorted(values):
        ordered.extend([value] * min(values[value], int(position) + 2 - len(ordered)))
    left = ordered[int(position)]
    right = ordered[min(int(position) + 1, len(ordered) - 1)]
    return Exact(left + (right - left) * (position - int(position)))
