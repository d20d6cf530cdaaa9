"""Interval sweeps: stretches of constant staffing and of constant load, cut at local midnights."""

from __future__ import annotations

from checker.data.lazily import ibis, ir
from checker.facts import zones
from checker.facts.joins import among
from checker.facts.realm import Realm


def edges(intervals: ir.Table, keys: list[str]) -> ir.Table:
    """+1 and -1 at the ends of half-open intervals [from, to); those without length have none."""
    real = intervals.filter(intervals["from"] < intervals["to"])
    up = real.select(*keys, at=real["from"], step=ibis.literal(1, "int64"))
    down = real.select(*keys, at=real["to"], step=ibis.literal(-1, "int64"))
    return up.union(down)


def union_of(intervals: ir.Table, keys: list[str]) -> ir.Table:
    """The union of each key's intervals as disjoint ones; columns keys, from, to. No key is null.

    Most sessions are held once: a key with one interval is its own union and is not swept.
    """
    narrow = intervals.select(*keys, "from", "to")
    real = narrow.filter(narrow["from"] < narrow["to"])
    ends = {"from": real["from"].min(), "to": real["to"].max()}
    counted = real.group_by(keys).agg(n=real.count(), **ends)
    alone = counted.filter(counted["n"] == 1).select(*keys, "from", "to")
    shared = counted.filter(counted["n"] > 1)
    return alone.union(_swept(among(real, shared, {k: k for k in keys}), keys))


def _swept(intervals: ir.Table, keys: list[str]) -> ir.Table:
    """An interval begins a stretch where all that began before it have ended before it."""
    before = ibis.window(group_by=keys, order_by=intervals["from"], rows=(None, -1))
    begins = intervals["from"] > intervals["to"].max().over(before)
    marked = intervals.mutate(begins=ibis.ifelse(ibis.coalesce(begins, True), 1, 0))
    # By value, not by row: what begins together is of one stretch, in whatever order it comes.
    upto = ibis.window(group_by=keys, order_by=marked["from"], range=(None, 0))
    numbered = marked.mutate(stretch=marked["begins"].sum().over(upto))
    ends = {"from": numbered["from"].min(), "to": numbered["to"].max()}
    return numbered.group_by([*keys, "stretch"]).agg(**ends).select(*keys, "from", "to")


def _running(steps: ir.Table, keys: list[str], name: str) -> ir.IntegerValue:
    """The sum of a column up to each instant."""
    upto = ibis.window(group_by=keys, order_by=steps["at"], preceding=None, following=0)
    # DuckDB adds up integers in 128 bits, in a window three times slower than doubles, which are exact
    # up to 2**53: more than there are agents and sessions.
    return steps[name].cast("float64").sum().over(upto).cast("int64")


def intersection(left: ir.Table, right: ir.Table, keys: list[str]) -> ir.Table:
    """Where an interval of both sides holds; each side's intervals of a key are disjoint."""
    pairs = left.inner_join(right, [left[k] == right[k] for k in keys], rname="i_{name}")
    begin = ibis.greatest(left["from"], right["from"])
    until = ibis.least(left["to"], right["to"])
    both = pairs.select(*(left[k] for k in keys), **{"from": begin, "to": until})
    return both.filter(both["from"] < both["to"])


def stretches(
    realm: Realm, counted: ir.Table, keys: list[str], days: ir.Table, values: list[str]
) -> ir.Table:
    """Stretches of constant running sums, cut at the midnights of `days` and ended by as-of.

    `counted` has keys, at and the steps in `values`; `days` has keys and day, a row for each local day
    to cover. Columns: keys, from, to, values. Nobody is judged by hours that have not happened.
    """
    begin = days.mutate(at=realm.zone.instant(days["day"].cast("int64") * zones.DAY_US))
    finish = days.mutate(at=realm.zone.instant((days["day"].cast("int64") + 1) * zones.DAY_US))
    finish = finish.mutate(at=ibis.least(finish["at"], realm.as_of))
    zero = {name: ibis.literal(0, "int64") for name in values}
    marks = begin.select(*keys, "at", **zero).union(finish.select(*keys, "at", **zero))
    every = counted.select(*keys, "at", *values, mark=False).union(marks.mutate(mark=True))
    steps = every.group_by([*keys, "at"]).agg(
        **{name: every[name].sum() for name in values}, mark=every["mark"].any()
    )
    # Where one agent leaves as another comes, the staffing does not change.
    changes = [steps["mark"], *(steps[name] != 0 for name in values)]
    steps = steps.filter(ibis.or_(*changes))
    along = ibis.window(group_by=keys, order_by=steps["at"])
    running = steps.mutate(
        **{name: _running(steps, keys, name) for name in values},
        until=steps["at"].lead().over(along),
    )
    running = running.filter(running["until"].notnull())
    return running.select(*keys, *values, **{"from": running["at"], "to": running["until"]})


def clipped(realm: Realm, intervals: ir.Table) -> ir.Table:
    """Intervals with a missing or later end lasting to as-of."""
    until = ibis.least(ibis.coalesce(intervals["to"], realm.as_of), realm.as_of)
    return intervals.mutate(to=until)


def day_span(realm: Realm, intervals: ir.Table, keys: list[str]) -> ir.Table:
    """keys and day: every local day from the first to the last that the intervals touch."""
    day = {
        "first": zones.day_of(realm.zone.local(intervals["from"])),
        "final": zones.day_of(
            realm.zone.local(ibis.greatest(intervals["to"] - 1, intervals["from"]))
        ),
    }
    touched = intervals.mutate(**day)
    span = touched.group_by(keys).agg(first=touched["first"].min(), final=touched["final"].max())
    numbered = span.mutate(day=ibis.range(span["first"], span["final"] + 1))
    return numbered.select(*keys, "day").unnest("day")
