"""Where the scopes of a row are read, and what places it in a period."""

from __future__ import annotations

from checker.data.lazily import ir
from checker.facts import zones
from checker.facts.realm import Realm
from checker.language.catalog import SCOPE_COLUMN, TABLES

LINKED = {"agent": "ak", "buyer": "buyer_id", "channel": "channel"}
"""Scopes that a row or its session names, and the column that does."""

TIMED = frozenset({"hour_of_day", "weekday", "time"})
"""Scopes that hang on the instant of a row."""


def scope_homes(realm: Realm, fact: str, scope: str) -> tuple[bool, bool]:
    """Whether a scope is read from the row, and whether from its session: from the row where a platform
    says it there, else from the session."""
    table = TABLES[fact]
    column = table.column(SCOPE_COLUMN[scope])
    # Assignments that the data lack are derived, with their agents.
    derived = column is not None and (column.derived or fact == "assignments")
    if "session" not in table.parents or derived:
        return True, False
    if column is None:
        return False, True
    return realm.given_for(fact, SCOPE_COLUMN[scope])


def moment(realm: Realm, fact: str, table: ir.Table) -> dict[str, ir.Value]:
    """`day` (and `time`, `local`, where the fact has instants) for periods, hours and weekdays."""
    column = TABLES[fact].time
    assert column is not None
    if column == "date":
        return {"day": table["date"]}
    local = realm.zone.local(table[column])
    return {"time": table[column], "local": local, "day": zones.day_of(local)}
