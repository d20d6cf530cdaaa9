"""What a data set holds, what is wrong with it and which rules it can feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.engine.unlocks import Reach, Unlock, reaches
from checker.facts.quality import Finding, findings
from checker.facts.realm import Realm
from checker.facts.traffic import by_hour, suspected_shift
from checker.language.catalog import STORED, TABLES
from checker.packs.typed import TypedPack

__all__ = ["Finding", "Profile", "Reach", "TableFacts", "Unlock", "make_profile"]

_COUNTED = (("messages", "role"), ("messages", "kind"), ("sessions", "channel"))
_MOST = 12  # values of one column; a column of more is no small set


@dataclass(frozen=True, slots=True)
class TableFacts:
    """`columns` have at least one value; `empty` are there without any, `absent` are not."""

    name: str
    rows: int
    columns: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """Instants are microseconds since 1970 UTC, hours are local to `timezone`. `values` counts the
    values of small open and closed sets, by `table.column`; `shift` is by how many hours the times
    seem to be early."""

    tables: tuple[TableFacts, ...]
    platforms: Mapping[str, int]  # shops of each
    sessions: int
    buyers: int
    agents: int
    first: int | None
    last: int | None
    timezone: str
    as_of: int
    values: Mapping[str, tuple[tuple[str, int], ...]]
    hours: tuple[int, ...]
    shift: int | None
    findings: tuple[Finding, ...]
    reaches: tuple[Reach, ...]


def make_profile(realm: Realm, packs: Sequence[TypedPack], *, dated: bool) -> Profile:
    """The profile of a data set. What is later than the realm's as-of instant lies in the future."""
    hours = by_hour(realm)
    places = realm.places
    shops = {p: sum(place.platform == p for place in places) for p in realm.dataset.platforms}
    return Profile(
        tuple(_table(realm, name) for name in STORED if realm.has(name)),
        shops,
        _distinct(realm, "session_id", ("messages", "sessions")),
        _distinct(realm, "buyer_id", ("sessions", "ratings")),
        len(realm.agent_ids),
        realm.first if dated else None,
        realm.last if dated else None,
        realm.zone.name,
        realm.as_of,
        {f"{t}.{c}": found for t, c in _COUNTED if (found := _values(realm, t, c))},
        hours,
        suspected_shift(hours) if hours else None,
        findings(realm),
        reaches(packs, realm.dataset),
    )


def _table(realm: Realm, name: str) -> TableFacts:
    opened = realm.dataset.tables[name]
    present = frozenset(c for columns in opened.present.values() for c in columns)
    # Message text is opened only where a rule reads it, so nothing is said of it.
    known = [c.name for c in TABLES[name].stored_columns if (name, c.name) != ("messages", "text")]
    return TableFacts(
        name,
        opened.rows,
        tuple(c for c in known if c in present),
        tuple(c for c in known if c not in present),
    )


def _distinct(realm: Realm, column: str, tables: Sequence[str]) -> int:
    """Ids are told apart within a shop."""
    found = [
        realm.given(t).select("platform", "shop_id", column)
        for t in tables
        if column in realm.columns(t)
    ]
    if not found:
        return 0
    every = found[0]
    for one in found[1:]:
        every = every.union(one)
    every = every.filter(every[column].notnull()).distinct()
    ((number,),) = realm.workspace.fetch(every.agg(n=every.count()))
    return int(number)


def _values(realm: Realm, table: str, column: str) -> tuple[tuple[str, int], ...]:
    if column not in realm.columns(table):
        return ()
    rows = realm.given(table)
    counts = rows.filter(rows[column].notnull()).group_by(column).agg(n=lambda t: t.count())
    found = sorted(realm.workspace.fetch(counts), key=lambda row: (-row[1], row[0]))
    return tuple((str(value), int(number)) for value, number in found[:_MOST])
