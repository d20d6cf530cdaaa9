"""Figures and offenders of tasks as an earlier run left them in the cache.

A task is known again by all that its figures hang on: the data, as-of, the zone, the days that count, its
clock, rows, formula and grouping, and the windows that it may name. Requirements, aims, titles and
sources are no part of it; they judge figures, and change none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from checker.data.canonical_text import canonical
from checker.engine.flags import DayRange
from checker.engine.formula import Exact, aggregates_of
from checker.engine.frames import Frames
from checker.engine.listed import Listed
from checker.engine.measured import Offender
from checker.engine.tally import GroupKey, Tally
from checker.engine.tasks import Task
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.packs.typed import TypedValue

Figures = dict[GroupKey, tuple[Tally, Sequence[Offender]]]


_BETWEEN = "\f"
"""Between the offenders of two groups; JSON has it in no line."""


class Remembered:
    """What the cache knows of tasks in one realm; of `offenders` at most so many are listed of a group."""

    def __init__(self, realm: Realm, last_day: int, *, days: DayRange, offenders: int) -> None:
        self.workspace, self._zone = realm.workspace, realm.zone.name
        self._run = canonical(
            (realm.zone, realm.as_of, realm.only_session, days, last_day, offenders)
        )
        self._windows: dict[Frames, str] = {}

    def recall(self, frames: Frames, task: Task) -> Figures | None:
        """The figures of the task; None where no run has left them."""
        if not self.workspace.remembers:
            return None
        text = self.workspace.recall_text(self._key(frames, task))
        if text is None:
            return None
        known, _, lines = text.partition("\n")
        return _read(task, json.loads(known), lines, self._zone)

    def leave(self, frames: Frames, task: Task, figures: Figures) -> Figures:
        """Leaves the figures, if somebody is to know them; the same, with what was made for it."""
        if not self.workspace.remembers:
            return figures
        listed = {key: Listed.of(rows, self._zone) for key, (_, rows) in figures.items()}
        lines = [one.lines for one in listed.values() if one is not None]
        if len(lines) < len(figures):
            return figures
        known = json.dumps(_written(task, figures))
        self.workspace.leave_text(self._key(frames, task), f"{known}\n{_BETWEEN.join(lines)}")
        return {key: (tally, listed[key] or ()) for key, (tally, _) in figures.items()}

    def _key(self, frames: Frames, task: Task) -> str:
        if frames not in self._windows:
            self._windows[frames] = canonical(frames.windows)
        own = (task.population, task.clock, task.grouping, task.platforms, task.added)
        return f"{self._run}\n{self._windows[frames]}\n{canonical(own)}"


def _aggregates(task: Task) -> list[tr.Aggregate]:
    if not isinstance(task.population, TypedValue):
        return []
    return list(dict.fromkeys(aggregates_of(task.population.formula)))


def _written(task: Task, figures: Figures) -> list[list[Any]]:
    """A list for each group: its key, counts, and the figure of each aggregate of the task."""
    aggregates = _aggregates(task)
    return [
        [
            group,
            [tally.rows, tally.good, tally.pending, tally.offenders],
            [_exact(tally.figures[one]) for one in aggregates],
        ]
        for group, (tally, _) in figures.items()
    ]


def _read(task: Task, groups: Sequence[list[Any]], lines: str, zone: str) -> Figures:
    aggregates = _aggregates(task)
    listed = lines.split(_BETWEEN) if groups else []
    return {
        tuple(group): (
            Tally(
                rows, good, pending, bad, dict(zip(aggregates, map(_as_exact, exact), strict=True))
            ),
            Listed(theirs, zone),
        )
        for (group, (rows, good, pending, bad), exact), theirs in zip(groups, listed, strict=True)
    }


def _exact(exact: Exact) -> list[int | None]:
    value = exact.value
    top, bottom = (None, None) if value is None else (value.numerator, value.denominator)
    return [top, bottom, exact.numerator, exact.denominator]


def _as_exact(written: list[int | None]) -> Exact:
    top, bottom, numerator, denominator = written
    value = None if top is None or bottom is None else Fraction(top, bottom)
    return Exact(value, numerator, denominator)
