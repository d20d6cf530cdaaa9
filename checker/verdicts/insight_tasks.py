"""What is asked of the engine for insights: a rule's population step by step, as tasks of its fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.engine.blame import TurnCondition, turn_conditions
from checker.engine.needs import mentions_wait
from checker.engine.tasks import Grouping, Task, by_fits
from checker.language import tree as tr
from checker.language import types as t
from checker.packs.model import Period
from checker.packs.typed import Rows, TypedRatio, TypedRule, TypedValue

_HELD = tr.Lit(t.BOOL, True)
_WAIT = tr.Col(t.DURATION, "wait")
_ANSWERED = tr.Not(t.BOOL, tr.IsMissing(t.BOOL, tr.Col(t.INSTANT, "answered_at")))


@dataclass(frozen=True, eq=False)
class Wanted:
    """One rule, by its latest revision. `window` is None where the population has no window, `good`
    where rows are only counted, `answered` where the rule is not about waits."""

    rule: TypedRule
    rows: Rows
    window: Rows | None
    good: tr.Tree | None
    answered: tr.Tree | None
    conditions: tuple[TurnCondition, ...]
    platforms: frozenset[str]
    by_agent: bool

    @property
    def every(self) -> Rows:
        return Rows(self.rows.of, None)

    @property
    def limit(self) -> int | None:
        """The longest wait that every condition lets pass."""
        found = [x for c in self.conditions for x in _limits(c.predicate)]
        return min(found, default=None)

    @property
    def reads_turns(self) -> bool:
        return self.rows.of == "turns" and self.rule.revisions[-1].clock is not None

    def tasks(self) -> Iterator[Task]:
        """Tasks whose flags hold every step; all of one fact, clock and set of platforms."""
        yield self._counting(self.every, _HELD)
        if self.window is not None:
            yield self._counting(self.window, _HELD)
        yield self._counting(self.rows, self.good or _HELD)
        if self.answered is not None:
            yield self._counting(self.rows, self.answered)
        if self.reads_turns:
            longest = tr.Aggregate(t.DURATION, "max", (_WAIT,), None)
            yield self._task(TypedValue(self.rows, longest, None))

    def _counting(self, rows: Rows, good: tr.Tree) -> Task:
        return self._task(TypedRatio(rows, good, every=False))

    def _task(self, population: TypedRatio | TypedValue) -> Task:
        scopes = ("shop", "agent") if self.by_agent else ("shop",)
        revision, grouping = self.rule.revisions[-1], Grouping(scopes, Period("all"))
        return Task(self.rule, revision, None, population, grouping, self.platforms, added=True)

    @property
    def good_key(self) -> object:
        return ("good", self.rows, self.good or _HELD)

    @property
    def pending_key(self) -> object:
        return ("pending", self.rows, self.good or _HELD)

    @property
    def answered_key(self) -> object:
        return ("good", self.rows, self.answered)


WAIT_KEY = ("value", _WAIT)


def wanted(rule: TypedRule, platforms: frozenset[str]) -> Wanted | None:
    """What is to be found out about a rule; None where it asks a person or joins several facts."""
    measure = rule.revisions[-1].measure
    if not isinstance(measure, TypedRatio | TypedValue):
        return None
    rows = measure.rows
    good = _good(measure)
    conditions = _conditions(rows, good)
    answered = None
    if good is not None and mentions_wait(good):
        answered = _answered(rows.of, conditions)
    return Wanted(
        rule,
        rows,
        _window(rows),
        good,
        answered,
        conditions,
        platforms,
        by_fits(rule, "agent"),
    )


def _good(measure: TypedRatio | TypedValue) -> tr.Tree | None:
    if isinstance(measure, TypedRatio):
        return measure.good
    return tr.Not(t.BOOL, measure.offender) if measure.offender is not None else None


def _conditions(rows: Rows, good: tr.Tree | None) -> tuple[TurnCondition, ...]:
    """What the rule asks of single turns."""
    if good is None:
        return ()
    if rows.of == "turns":
        return (TurnCondition("every", good),)
    return tuple(turn_conditions(good))


def _limits(tree: tr.Tree) -> Iterator[int]:
    for node in tr.walk(tree):
        match node:
            case tr.Compare(
                op="<=" | "<", left=tr.Col(name="wait"), right=tr.Lit(value=int(limit))
            ):
                yield limit
            case tr.Compare(
                op=">" | ">=", left=tr.Col(name="wait"), right=tr.Lit(value=int(limit))
            ):
                yield limit


def _window(rows: Rows) -> Rows | None:
    """The population without what is not about opening hours."""
    if rows.where is None:
        return None
    match rows.where:
        case tr.Junction(op="and", items=items):
            parts = items
        case where:
            parts = (where,)
    inside = tuple(p for p in parts if any(isinstance(n, tr.InWindow) for n in tr.walk(p)))
    if not inside:
        return None
    tree = inside[0] if len(inside) == 1 else tr.Junction(t.BOOL, "and", inside)
    return Rows(rows.of, tree)


def _answered(fact: str, conditions: tuple[TurnCondition, ...]) -> tr.Tree | None:
    if fact == "turns":
        return _ANSWERED
    if not conditions:
        return None
    if all(c.position == "every" for c in conditions):
        return tr.Relation(t.BOOL, "all", "turns", None, _ANSWERED)
    end = "first" if conditions[0].position == "first" else "last"
    answer = tr.Relation(t.INSTANT, end, "turns", tr.Col(t.INSTANT, "answered_at"), None)
    return tr.Not(t.BOOL, tr.IsMissing(t.BOOL, answer))
