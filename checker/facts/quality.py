"""What is wrong with a data set although every value can be read: one check each, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checker.data.lazily import ibis, ir
from checker.facts.realm import Realm
from checker.language.catalog import TABLES
from checker.language.types import Kind

EXAMPLES = 3
SESSION = ("platform", "shop_id", "session_id")
AGENT = ("platform", "shop_id", "agent_id")
_AGENT_TABLES = ("messages", "assignments", "presence")
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of `table` with which something is wrong, of how many; `kind` says what `examples` are:
    session or agent ids, or nothing."""

    check: str
    table: str
    rows: int
    of: int
    kind: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """`bad` gives the rows that are wrong, or None where the data cannot have them."""

    name: str
    table: str
    kind: str
    bad: Callable[[Realm, str], ir.Table | None]


def findings(realm: Realm) -> tuple[Finding, ...]:
    """Every check that finds something, in the order of CHECKS. What lies after the realm's as-of
    instant lies in the future."""
    found = []
    for check in CHECKS:
        bad = check.bad(realm, check.table) if realm.has(check.table) else None
        if bad is None:
            continue
        ((rows,),) = realm.workspace.fetch(bad.agg(n=bad.count()))
        if rows:
            of = realm.dataset.tables[check.table].rows
            found.append(
                Finding(check.name, check.table, rows, of, check.kind, _examples(realm, check, bad))
            )
    return tuple(found)


def _examples(realm: Realm, check: Check, bad: ir.Table) -> tuple[str, ...]:
    column = f"{check.kind}_id"
    if column not in bad.columns:
        return ()
    ids = bad.filter(bad[column].notnull()).select(column).distinct()
    rows = realm.workspace.fetch(ids.order_by(column).limit(EXAMPLES))
    return tuple(row[0] for row in rows)


# -- messages --------------------------------------------------------------------------------------


def _duplicates(realm: Realm, name: str) -> ir.Table:
    """All but the first of messages that are the same in every column but the text."""
    rows = realm.given(name)
    columns = [c for c in rows.columns if c != "text"]
    number = ibis.row_number().over(ibis.window(group_by=columns))
    return rows.mutate(again=number).filter(lambda t: t["again"] > 0)


def _ties(realm: Realm, name: str) -> ir.Table:
    """Messages of a session at the same instant that `seq` does not put in order."""
    rows = realm.given(name)
    rows = rows.select(*(c for c in rows.columns if c != "text")).distinct()
    if "seq" not in rows.columns:
        rows = rows.mutate(seq=ibis.null("int64"))
    same = ibis.window(group_by=[*SESSION, "ts"])
    rows = rows.mutate(
        among=rows.count().over(same),
        told=rows["seq"].nunique().over(same),
    )
    return rows.filter((rows["among"] > 1) & (rows["told"] < rows["among"]))


def _backwards(realm: Realm, name: str) -> ir.Table | None:
    """Messages that by `seq` follow another of their session and by `ts` lie before it."""
    rows = realm.given(name)
    if "seq" not in rows.columns:
        return None
    rows = rows.filter(rows["seq"].notnull())
    before = (
        rows["ts"].lag().over(ibis.window(group_by=SESSION, order_by=[rows["seq"], rows["ts"]]))
    )
    return rows.mutate(before=before).filter(lambda t: t["ts"] < t["before"])


def _before_start(realm: Realm, name: str) -> ir.Table | None:
    return _against_session(realm, name, "started_at", lambda ts, start: ts < start)


def _after_end(realm: Realm, name: str) -> ir.Table | None:
    return _against_session(realm, name, "ended_at", lambda ts, end: ts > end)


def _against_session(
    realm: Realm,
    name: str,
    column: str,
    wrong: Callable[[ir.IntegerValue, ir.IntegerValue], ir.BooleanValue],
) -> ir.Table | None:
    if column not in realm.columns("sessions"):
        return None
    sessions = realm.given("sessions").select(*SESSION, bound=column)
    joined = realm.given(name).join(sessions, SESSION)
    return joined.filter(wrong(joined["ts"], joined["bound"]))


def _without_session(realm: Realm, name: str) -> ir.Table | None:
    """Sessions of the messages that have no row of their own."""
    if not realm.has("sessions"):
        return None
    seen = realm.given(name).select(*SESSION).distinct()
    return seen.anti_join(realm.given("sessions"), SESSION)


# -- sessions and what belongs to them -----------------------------------------------------------


def _without_messages(realm: Realm, name: str) -> ir.Table | None:
    if not realm.has("messages"):
        return None
    return realm.given(name).anti_join(realm.given("messages"), SESSION)


def _not_longer(start: str, end: str) -> Callable[[Realm, str], ir.Table | None]:
    def bad(realm: Realm, name: str) -> ir.Table | None:
        if not {start, end} <= realm.columns(name):
            return None
        rows = realm.given(name)
        return rows.filter(rows[end] <= rows[start])

    return bad


def _stray_ratings(realm: Realm, name: str) -> ir.Table | None:
    """Ratings of sessions that nothing else knows, or given before the session began."""
    if "session_id" not in realm.columns(name):
        return None
    known = realm.sessions
    places = realm.place_table
    known = known.join(places, "pk").select(*SESSION, began="started_at")
    rows = realm.given(name)
    rows = rows.filter(rows["session_id"].notnull())
    joined = rows.left_join(known, SESSION, rname="of_{name}")
    return joined.filter(joined["of_session_id"].isnull() | (joined["rated_at"] < joined["began"]))


# -- agents ----------------------------------------------------------------------------------------


def _without_settings(realm: Realm, name: str) -> ir.Table | None:
    """Rows of agents that work in `name` and have none in `agents`."""
    if not realm.has("agents") or "agent_id" not in realm.columns(name):
        return None
    seen = realm.given(name).select(*AGENT).filter(lambda t: t["agent_id"].notnull()).distinct()
    return seen.anti_join(realm.given("agents"), AGENT)


def _overlaps(realm: Realm, name: str) -> ir.Table:
    """Statuses that begin before an earlier one of the same agent is over."""
    rows = realm.given(name)
    end = ibis.coalesce(rows["to"], _NEVER) if "to" in rows.columns else ibis.literal(_NEVER)
    rows = rows.mutate(end=end)
    earlier = ibis.window(group_by=AGENT, order_by=[rows["from"], rows["end"]], preceding=(None, 1))
    rows = rows.mutate(until=rows["end"].max().over(earlier))
    return rows.filter(rows["from"] < rows["until"])


# -- any table -------------------------------------------------------------------------------------


def _future(realm: Realm, name: str) -> ir.Table | None:
    instants = [c.name for c in TABLES[name].stored_columns if c.type.kind is Kind.INSTANT]
    rows = realm.given(name)
    late = [rows[c] > realm.as_of for c in instants if c in rows.columns]
    return rows.filter(ibis.or_(*late)) if late else None


def _checks() -> Iterator[Check]:
    yield Check("ties", "messages", "session", _ties)
    yield Check("duplicates", "messages", "session", _duplicates)
    yield Check("clock_backwards", "messages", "session", _backwards)
    yield Check("before_start", "messages", "session", _before_start)
    yield Check("after_end", "messages", "session", _after_end)
    yield Check("no_session_row", "messages", "session", _without_session)
    yield Check("no_messages", "sessions", "session", _without_messages)
    yield Check("stray_ratings", "ratings", "session", _stray_ratings)
    yield from (Check("no_settings", t, "agent", _without_settings) for t in _AGENT_TABLES)
    yield Check("overlaps", "presence", "agent", _overlaps)
    yield Check("no_length", "sessions", "session", _not_longer("started_at", "ended_at"))
    yield Check("no_length", "assignments", "session", _not_longer("from", "to"))
    yield Check("no_length", "presence", "agent", _not_longer("from", "to"))
    yield Check("no_length", "pauses", "session", _not_longer("from", "to"))
    for table in TABLES.values():
        if table.stored and any(c.type.kind is Kind.INSTANT for c in table.stored_columns):
            column = "session" if table.column("session_id") else "agent"
            yield Check("future", table.name, column, _future)


CHECKS: tuple[Check, ...] = tuple(_checks())
