"""The platform and the shop of every row: given, stored, or taken over from the row's session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.data.duck import DuckDB
from checker.data.sql import literal, name, rows, run
from checker.data.staging import Staged
from checker.diagnostics import Diagnostic

PLACE = ("platform", "shop_id")
DONORS = ("sessions", "messages")
OF_ONE_SHOP = frozenset({"agents", "presence", "assignments", "messages", "sessions"})
"""Tables that mean nothing without a shop where there are several; visits and reported figures may
be of the platform as a whole."""


@dataclass(frozen=True)
class Placed:
    """A staged table that has platform and shop_id. `platform` is set where all rows have this one;
    `inherited` are the columns that came from the row's session."""

    staged: Staged
    sql: str
    platform: str | None
    inherited: frozenset[str]


@dataclass(frozen=True)
class _Origin:
    """Where a table's platform or shop comes from: SQL over its row, or a donor's map to join."""

    value: str
    constant: str | None = None
    join: str = ""


def lacking(columns: Mapping[str, frozenset[str]], platform: str | None) -> bool:
    """Whether any table must take its platform or shop from another: then sessions are needed."""
    needed = PLACE[1:] if platform is not None else PLACE
    return any(
        any(place in have for have in columns.values())
        and any(place not in have for have in columns.values())
        for place in needed
    )


def place(
    con: DuckDB, staged: Mapping[str, Staged], platform: str | None, prefix: str
) -> tuple[Mapping[str, Placed], tuple[Diagnostic, ...]]:
    """Gives every table its platform and shop_id; one diagnostic per table that gets none."""
    result: dict[str, Placed] = {}
    diagnostics: list[Diagnostic] = []
    if platform is None and not any("platform" in s.columns for s in staged.values()):
        return {}, (
            Diagnostic(
                "E217",
                "the data do not say their platform",
                notes=(
                    "give it with --platform, such as --platform douyin, or add a column `platform`",
                ),
            ),
        )
    known = {p: _values(con, staged, p) for p in PLACE}
    for table, one in staged.items():
        origins: dict[str, _Origin] = {}
        for column in PLACE:
            origin = (
                _Origin(literal(platform), platform)
                if column == "platform" and platform is not None
                else _origin(con, staged, one, column, known[column], prefix)
            )
            if isinstance(origin, Diagnostic):
                diagnostics.append(origin)
            else:
                origins[column] = origin
        if len(origins) == len(PLACE):
            result[table] = _placed(con, one, origins, prefix)
    return result, tuple(diagnostics)


def _values(con: DuckDB, staged: Mapping[str, Staged], column: str) -> set[str | None]:
    """Every value of the column in the data; not looked for where no table has to know it."""
    have = [s for s in staged.values() if column in s.columns]
    if len(have) == len(staged):
        return set()
    found: set[str | None] = set()
    for one in have:
        found |= {r[0] for r in rows(con, f"SELECT DISTINCT {name(column)} FROM {one.sql}")}
    return found


def _origin(
    con: DuckDB,
    staged: Mapping[str, Staged],
    one: Staged,
    column: str,
    known: set[str | None],
    prefix: str,
) -> _Origin | Diagnostic:
    if column in one.columns:
        return _Origin(f"t.{name(column)}")
    some = sorted(v for v in known if v is not None)
    if len(some) == 1 and (len(known) == 1 or column == "platform"):
        return _Origin(literal(some[0]), some[0])
    if not some:
        # Without any shop_id there is one shop; without any platform its absence is reported by row.
        return _Origin("CAST(NULL AS VARCHAR)")
    for donor in (staged[d] for d in DONORS if d in staged and d != one.table):
        if (
            column in donor.columns
            and "session_id" in donor.columns
            and "session_id" in one.columns
        ):
            return _from_session(con, one, donor, column, prefix)
    if column == "shop_id" and one.table not in OF_ONE_SHOP:
        return _Origin("CAST(NULL AS VARCHAR)")
    word = "platform" if column == "platform" else "shop"
    return Diagnostic(
        "E218",
        f"{one.table} does not say which {word} its rows belong to",
        notes=(
            f"the data have {len(some)} {word}s: {', '.join(some[:5])}{' …' if len(some) > 5 else ''}",
            f"add a column `{column}` to {one.table}",
        ),
        subject=one.table,
    )


def _from_session(
    con: DuckDB, one: Staged, donor: Staged, column: str, prefix: str
) -> _Origin | Diagnostic:
    both = "platform" in one.columns and "platform" in donor.columns and column != "platform"
    key = ["platform", "session_id"] if both else ["session_id"]
    keys = ", ".join(name(k) for k in key)
    value = name(column)
    map_ = name(f"{prefix}_{one.table}_{column}")
    run(
        con,
        f"CREATE TABLE {map_} AS SELECT {keys}, min({value}) AS value, "
        f"min({value}) IS DISTINCT FROM max({value}) OR count({value}) NOT IN (0, count(*)) AS unclear "
        f"FROM {donor.sql} WHERE session_id IS NOT NULL GROUP BY {keys}",
    )
    alias = name(f"of_{column}")
    on = " AND ".join(f"t.{name(k)} = {alias}.{name(k)}" for k in key)
    unclear, example = rows(
        con,
        f"SELECT count(*), min(session_id) FROM {map_} AS {alias} WHERE unclear "
        f"AND EXISTS (SELECT 1 FROM {one.sql} AS t WHERE {on})",
    )[0]
    if unclear:
        word = "platform" if column == "platform" else "shop"
        return Diagnostic(
            "E218",
            f"{one.table} does not say which {word} its rows belong to",
            notes=(
                f"{unclear} session_id{'s' if unclear > 1 else ''} of {donor.table} "
                f"{'occur' if unclear > 1 else 'occurs'} in more than one {word}, such as `{example}`",
                f"add a column `{column}` to {one.table}",
            ),
            subject=one.table,
            quotes=(f"`{example}`",),
        )
    return _Origin(f"{alias}.value", join=f" LEFT JOIN {map_} AS {alias} ON {on}")


def _placed(con: DuckDB, one: Staged, origins: Mapping[str, _Origin], prefix: str) -> Placed:
    view = name(f"{prefix}_{one.table}_placed")
    joins = "".join(o.join for o in origins.values())
    values = ", ".join(f"{o.value} AS {name(c)}" for c, o in origins.items())
    hidden = ", ".join(name(c) for c in PLACE if c in one.columns)
    rest = f"t.* EXCLUDE ({hidden})" if hidden else "t.*"
    # A join is worth doing once rather than in every query.
    kind = "TABLE" if joins else "VIEW"
    run(con, f"CREATE {kind} {view} AS SELECT {values}, {rest} FROM {one.sql} AS t{joins}")
    inherited = frozenset(c for c, o in origins.items() if o.join)
    return Placed(one, view, origins["platform"].constant, inherited)
