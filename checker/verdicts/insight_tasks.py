"""What is asked of the engine for insights: a rule's population step by step, as tasks of its fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.engine.blame import TurnCondition, turn_conditions
from checker.engine.needs import mentions_wait
from checker.engine.tasks import Grouping, Population, Task, by_fits, populations
from checker.language import tree as tr
from checker.language import types as t
from checker.packs.model import Expr, Part, Parts, Period, Ratio
from checker.packs.typed import Rows, TypedRatio, TypedRevision, TypedRule, TypedValue
from checker.verdicts.insights import StageKey

_HELD = tr.Lit(t.BOOL, True)
_WAIT = tr.Col(t.DURATION, "wait")
_ANSWERED = tr.Not(t.BOOL, tr.IsMissing(t.BOOL, tr.Col(t.INSTANT, "answered_at")))
WAIT_KEY = ("value", _WAIT)


@dataclass(frozen=True, eq=False)
class Narrowing:
    """A step on the way from all rows to the population, with the conditions that it adds."""

    key: StageKey
    rows: Rows
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Wanted:
    """One population of one revision. `narrowings` lead from all rows to `rows`; `good` is None where
    rows are only counted, `answered` where the rule is not about waits."""

    rule: TypedRule
    revision: TypedRevision
    part: str | None
    rows: Rows
    narrowings: tuple[Narrowing, ...]
    good: tr.Tree | None
    good_text: str
    answered: tr.Tree | None
    conditions: tuple[TurnCondition, ...]
    platforms: frozenset[str]
    grouping: Grouping

    @property
    def limit(self) -> int | None:
        """The longest wait that every condition lets pass."""
        return min(self.limits, default=None)

    @property
    def limits(self) -> tuple[int, ...]:
        """The waits that conditions compare with, the shortest first."""
        return tuple(sorted({x for c in self.conditions for x in _limits(c.predicate)}))

    @property
    def reads_turns(self) -> bool:
        return self.rows.of == "turns" and self.revision.clock is not None

    def tasks(self) -> Iterator[Task]:
        """Tasks whose flags hold every step; all of one fact, clock and set of platforms."""
        for step in self.narrowings:
            yield self._counting(step.rows, _HELD)
        yield self._counting(self.rows, self.good or _HELD)
        if self.answered is not None:
            yield self._counting(self.rows, self.answered)
        if self.reads_turns:
            longest = tr.Aggregate(t.DURATION, "max", (_WAIT,), None)
            yield self._task(TypedValue(self.rows, longest, None))

    def _counting(self, rows: Rows, good: tr.Tree) -> Task:
        return self._task(TypedRatio(rows, good, every=False))

    def _task(self, population: Population) -> Task:
        return Task(
            self.rule,
            self.revision,
            self.part,
            population,
            self.grouping,
            self.platforms,
            added=True,
        )

    @property
    def good_key(self) -> object:
        return ("good", self.rows, self.good or _HELD)

    @property
    def pending_key(self) -> object:
        return ("pending", self.rows, self.good or _HELD)

    @property
    def answered_key(self) -> object:
        return ("good", self.rows, self.answered)


def wanted(
    rule: TypedRule,
    revision: TypedRevision,
    platforms: frozenset[str],
    grouping: Grouping | None = None,
) -> Iterator[Wanted]:
    """What is to be found out about one revision: one for each of its parts, none where it asks a
    person. Without a grouping it is by shop, and by agent where rows have one."""
    if grouping is None:
        scopes = ("shop", "agent") if by_fits(rule, "agent") else ("shop",)
        grouping = Grouping(scopes, Period("all"))
    for part, population in populations(revision):
        written = written_of(revision, part)
        good = wanted_of(population)
        conditions = _conditions(population.rows, good)
        answered = None
        if good is not None and mentions_wait(good):
            answered = _answered(population.rows.of, conditions)
        yield Wanted(
            rule,
            revision,
            part,
            population.rows,
            tuple(_narrowings(population.rows, written.where)),
            good,
            _good_text(written),
            answered,
            conditions,
            platforms,
            grouping,
        )


def wanted_of(population: Population) -> tr.Tree | None:
    """What a row has to fulfil to be good; None where rows are only counted or summed."""
    if isinstance(population, TypedRatio):
        return population.good
    if population.offender is not None:
        return tr.Not(population.offender.type, population.offender)
    return None


def written_of(revision: TypedRevision, part: str | None) -> Ratio | Part:
    """What stands in the rule's file for one of its populations."""
    measure = revision.written.measure
    if isinstance(measure, Parts) and part is not None:
        measure = measure.parts[part]
    if not isinstance(measure, Ratio | Part):
        raise TypeError("a population belongs to a ratio, a value or a part")
    return measure


def _narrowings(rows: Rows, where: Expr | None) -> Iterator[Narrowing]:
    """All rows; those inside the opening hours; then each further condition of `where`; then one row
    of each group. The last of them is the population."""
    yield Narrowing("all", Rows(rows.of, None))
    parts = _conjuncts(rows.where)
    inside = [p for p in parts if any(isinstance(n, tr.InWindow) for n in tr.walk(p))]
    others = [p for p in parts if p not in inside]

    def narrowed(held: list[tr.Tree]) -> Rows:
        tree = held[0] if len(held) == 1 else tr.Junction(t.BOOL, "and", tuple(held))
        return Rows(rows.of, tree if held else None)

    def texts(trees: list[tr.Tree]) -> tuple[str, ...]:
        return tuple(_one_line(where.text[p.start : p.end]) for p in trees) if where else ()

    if inside:
        yield Narrowing("in_window", narrowed(inside), texts(inside))
    for number in range(1, len(others)):
        held = [*inside, *others[:number]]
        yield Narrowing("where", narrowed(held), texts(others[number - 1 : number]))
    if rows.where is not None:
        yield Narrowing("eligible", Rows(rows.of, rows.where), texts(others[-1:]))
    if rows.one_per:
        told = f"one_per: [{', '.join(rows.one_per)}], keep: {rows.keep}"
        yield Narrowing("one_each", rows, (told,))


def _good_text(written: Ratio | Part) -> str:
    if isinstance(written, Ratio):
        return _one_line(written.good.text)
    return f"not ({_one_line(written.offender.text)})" if written.offender is not None else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _conjuncts(where: tr.Tree | None) -> tuple[tr.Tree, ...]:
    match where:
        case None:
            return ()
        case tr.Junction(op="and", items=items):
            return items
        case _:
            return (where,)


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


def _answered(fact: str, conditions: tuple[TurnCondition, ...]) -> tr.Tree | None:
    """Every turn whose wait matters has an answer: without one there is no wait, so that a condition
    which then holds does not ask for it."""
    if fact == "turns":
        return _answered_or(conditions[0].predicate)
    if not conditions:
        return None
    if all(c.position == "every" for c in conditions):
        each = [_answered_or(c.predicate) for c in conditions]
        tree = each[0] if len(each) == 1 else tr.Junction(t.BOOL, "and", tuple(each))
        return tr.Relation(t.BOOL, "all", "turns", None, tree)
    end = "first" if conditions[0].position == "first" else "last"
    answer = tr.Relation(t.INSTANT, end, "turns", tr.Col(t.INSTANT, "answered_at"), None)
    return tr.Not(t.BOOL, tr.IsMissing(t.BOOL, answer))


def _answered_or(predicate: tr.Tree) -> tr.Tree:
    return tr.Junction(t.BOOL, "or", (_ANSWERED, predicate))
