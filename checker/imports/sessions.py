"""Sessions out of messages, and sessions that follow each other so closely that they are one.

Closing: if the last message is by an agent or an automatic reply and the buyer writes nothing for
`idle`, the platform closes the session (Kuaishou's document on the maximal number of receptions: 20
minutes). A session whose last message is the buyer's stays open. Joining: a contact less than
`merge_within` after the close belongs to the same session (JD: 10 minutes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.data.sql import literal, name, rows, run
from checker.imports.model import Sessions
from checker.language import types as t
from checker.language.types import Type

Tables = Mapping[str, Mapping[str, Type]]
"""The columns of each working table."""

_PEOPLE = "role IN ('buyer', 'agent', 'bot')"
"""System messages neither begin nor end a session: they stay with the one before."""


def from_messages(
    con: Any, sessions: Sessions, targets: Mapping[str, str], columns: Tables, timezone: str
) -> tuple[Tables, dict[str, int]]:
    """Gives every message a session_id and makes the table of sessions.

    `targets` are the working tables. A session is named after its start, local to `timezone`, and
    numbered where several of a shop start in one second; never after its buyer, whose id would then
    stand in every report.
    """
    assert sessions.idle is not None
    have = columns["messages"]
    by = [c for c in sessions.by if c in have]
    order = [
        "ts",
        *(["seq"] if "seq" in have else []),
        "CASE role WHEN 'buyer' THEN 0 WHEN 'bot' THEN 1 WHEN 'system' THEN 2 ELSE 3 END",
        '"file of it"',
        '"row of it"',
        '"item of it"',
    ]
    over = f"OVER (PARTITION BY {', '.join(map(name, by))} ORDER BY {', '.join(order)})"
    human = f"CASE WHEN {_PEOPLE} THEN ts END"
    limit = sessions.idle + sessions.merge_within
    messages = name(targets["messages"])
    marked = (
        f"SELECT *, lag({human} IGNORE NULLS) {over} AS before_at, "
        f"lag(CASE WHEN {_PEOPLE} THEN role END IGNORE NULLS) {over} AS before_role FROM {messages}"
    )
    # The clock of closing runs only after a message by agent or bot, and only people's messages open.
    begins = (
        f"{_PEOPLE} AND (before_at IS NULL OR "
        f"(before_role IN ('agent', 'bot') AND ts - before_at >= {limit}))"
    )
    numbered = f"SELECT *, sum(({begins})::INT) {over} AS nth FROM ({marked})"
    inside = f"PARTITION BY {', '.join(map(name, by))}, greatest(nth, 1)"
    began = f"min(ts) OVER ({inside})"
    said = f"coalesce(min({human}) OVER ({inside}), {began})"
    local = f"timezone({literal(timezone)}, make_timestamp(began) AT TIME ZONE 'UTC')"
    stamp = f"strftime({local}, '%Y-%m-%dT%H:%M:%S')"
    stamped = f"SELECT *, {stamp} AS stamp FROM (SELECT *, {said} AS began FROM ({numbered}))"
    shop = "shop_id, " if "shop_id" in by else ""
    others = f"ORDER BY began, {', '.join(map(name, by))}, greatest(nth, 1)"
    place = f"dense_rank() OVER (PARTITION BY {shop}stamp {others})"
    run(
        con,
        "CREATE TEMP TABLE sessionized AS "
        "SELECT *, stamp || CASE WHEN place > 1 THEN '/' || place ELSE '' END AS session_key "
        f"FROM (SELECT *, {place} AS place FROM ({stamped}))",
    )
    _replace_messages(con, targets["messages"], have)
    made = _session_rows(con, sessions, by, order, targets["sessions"])
    new = {**columns, "messages": _with_session(have, by), "sessions": made}
    run(con, "DROP TABLE sessionized")
    count = int(rows(con, f"SELECT count(*) FROM {name(targets['sessions'])}")[0][0])
    return new, {f"made of messages by {', '.join(sessions.by)}": count}


def _with_session(have: Mapping[str, Type], by: list[str]) -> dict[str, Type]:
    """What messages keep: what groups them is a column of sessions."""
    return {
        "session_id": t.TEXT,
        **{c: x for c, x in have.items() if c not in by or c == "shop_id"},
    }


def _replace_messages(con: Any, target: str, have: Mapping[str, Type]) -> None:
    places = ', "file of it", "sheet of it", "row of it", "item of it"'
    listed = ", ".join(name(c) for c in have if c != "session_id")
    run(con, f"DROP TABLE {name(target)}")
    run(
        con,
        f"CREATE TEMP TABLE {name(target)} AS SELECT session_key AS session_id, {listed}{places} "
        "FROM sessionized",
    )


def _session_rows(
    con: Any, sessions: Sessions, by: list[str], order: list[str], target: str
) -> dict[str, Type]:
    """ended_at only where the data reach that far: later, the session may still go on."""
    last = f"max(ts) FILTER (WHERE {_PEOPLE})"
    speaker = f"arg_max(role, (ts, nth_message)) FILTER (WHERE {_PEOPLE})"
    first_person = "arg_min(role, (ts, nth_message)) FILTER (WHERE role IN ('buyer', 'agent'))"
    grouped = (
        f"SELECT session_key AS session_id, {', '.join(name(c) for c in by)}{',' if by else ''} "
        f"CASE WHEN {first_person} = 'agent' THEN 'merchant' ELSE 'buyer' END AS initiated_by, "
        f"min(began) AS started_at, {last} AS last_at, {speaker} AS last_role "
        f"FROM (SELECT *, row_number() OVER (ORDER BY {', '.join(order)}) AS nth_message FROM sessionized) "
        f"GROUP BY ALL"
    ).replace("GROUP BY ALL", f"GROUP BY session_key{''.join(', ' + name(c) for c in by)}")
    closes = (
        f"last_role IN ('agent', 'bot') AND last_at + {sessions.idle} <= "
        "(SELECT max(ts) FROM sessionized)"
    )
    run(
        con,
        f"CREATE TEMP TABLE {name(target)} AS SELECT * EXCLUDE (last_at, last_role), "
        f"CASE WHEN {closes} THEN last_at + {sessions.idle} END AS ended_at, "
        f"CASE WHEN {closes} THEN 'timed_out' END AS end_reason FROM ({grouped})",
    )
    return {
        "session_id": t.TEXT,
        **dict.fromkeys(by, t.TEXT),
        "initiated_by": t.enum("buyer", "merchant"),
        "started_at": t.INSTANT,
        "ended_at": t.INSTANT,
        "end_reason": t.TEXT,
    }


_EARLIEST = ("started_at", "human_requested_at", "assigned_at")
_LAST = ("ended_at", "end_reason")


def merged(
    con: Any, sessions: Sessions, targets: Mapping[str, str], columns: Tables
) -> dict[str, int]:
    """Joins sessions of the same `by` that follow closely; all tables take the first one's id."""
    table = name(targets["sessions"])
    have = columns["sessions"]
    over = f"PARTITION BY {', '.join(map(name, sessions.by))} ORDER BY started_at, session_id"
    before = f"max(ended_at) OVER ({over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    # A session that has not ended cannot be contacted again after its end.
    # Nor is anybody known to come back where it is not known who came.
    nobody = " OR ".join(f"{name(c)} IS NULL" for c in sessions.by if c != "shop_id") or "false"
    apart = f"({nobody} OR coalesce(started_at - {before} >= {sessions.merge_within}, true))"
    islands = f"SELECT *, sum(apart::INT) OVER ({over}) AS island FROM (SELECT *, {apart} AS apart FROM {table})"
    group = f"PARTITION BY {', '.join(map(name, sessions.by))}, island"
    in_order = f"OVER ({group} ORDER BY started_at, session_id)"
    run(
        con,
        f"CREATE TEMP TABLE joined_sessions AS SELECT *, first_value(session_id) {in_order} AS joined_id, "
        f"row_number() {in_order} AS nth FROM ({islands})",
    )
    gone = int(rows(con, "SELECT count(*) FROM joined_sessions WHERE nth > 1")[0][0])
    shop = "shop_id" in have
    for other, target in targets.items():
        if other == "sessions" or "session_id" not in columns.get(other, {}):
            continue
        same_shop = shop and "shop_id" in columns[other]
        both = " AND j.shop_id IS NOT DISTINCT FROM o.shop_id" if same_shop else ""
        run(
            con,
            f"UPDATE {name(target)} AS o SET session_id = j.joined_id FROM joined_sessions AS j "
            f"WHERE j.nth > 1 AND j.session_id = o.session_id{both}",
        )
    parts = []
    for column in have:
        if column == "session_id":
            parts.append("first(joined_id) AS session_id")
        elif column in _EARLIEST:
            parts.append(f"min({name(column)}) AS {name(column)}")
        elif column in _LAST:
            parts.append(f"last({name(column)} ORDER BY nth) AS {name(column)}")
        else:
            parts.append(f"first({name(column)} ORDER BY nth) AS {name(column)}")
    keys = ", ".join(map(name, sessions.by))
    run(con, f"DROP TABLE {table}")
    run(
        con,
        f"CREATE TEMP TABLE {table} AS SELECT {', '.join(parts)} FROM joined_sessions "
        f"GROUP BY {keys}, island",
    )
    run(con, "DROP TABLE joined_sessions")
    within = literal(f"{sessions.merge_within // 60_000_000} minutes")
    return {f"joined to the one before, within {within[1:-1]}": gone}
