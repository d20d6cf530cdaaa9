"""The few sessions of a growing data set that may have an open turn, told without looking into turns.

A session that was closed when it was last looked at, and of which no row has changed since, is closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from checker.data.dataset import Dataset
from checker.data.sql import name, run, table_named
from checker.data.workspace import Workspace

DAY_US = 86_400_000_000
NO_SHOP = ""
SessionId = tuple[str, str | None, str]
"""Platform, shop and session."""


@dataclass(frozen=True)
class Seen:
    """What was last known: a fingerprint of every session, and which had an open turn."""

    marks: pa.Table
    open: frozenset[SessionId]


def narrowed(
    workspace: Workspace, dataset: Dataset, now: int, seen: Seen | None, *, whole_buyers: bool
) -> tuple[Dataset, pa.Table]:
    """The data of sessions that may be open at `now` (microseconds), and all fingerprints.

    With `whole_buyers` the other sessions of their buyers come along. What is present in the data is
    still judged by all of them.
    """
    con = workspace.con
    run(con, f"CREATE OR REPLACE TABLE watch_marks AS {_marks(dataset)}")
    # Times may be local, so that a day either way counts as now: what is written there may yet pass.
    recent = now - DAY_US
    where = [f"(ended_at IS NULL OR ended_at > {recent})"]
    if seen is not None:
        con.take("watch_seen", seen.marks)
        con.take("watch_open", _keys(seen.open))
        unchanged = _known("watch_seen", "AND k.mark = m.mark AND k.n = m.n")
        where.append(f"(newest > {recent} OR NOT {unchanged} OR {_known('watch_open')})")
    run(
        con,
        "CREATE OR REPLACE TABLE watch_hot AS SELECT platform, shop_id, session_id, buyer_id "
        f"FROM watch_marks AS m WHERE {' AND '.join(where)}",
    )
    if whole_buyers:
        run(
            con,
            "INSERT INTO watch_hot SELECT platform, shop_id, session_id, buyer_id FROM watch_marks "
            "WHERE (platform, shop_id, buyer_id) IN (SELECT (platform, shop_id, buyer_id) FROM "
            "watch_hot WHERE buyer_id IS NOT NULL) AND (platform, shop_id, session_id) NOT IN "
            "(SELECT (platform, shop_id, session_id) FROM watch_hot)",
        )
    hot = table_named(con, "watch_hot")
    tables = {}
    for table, opened in dataset.tables.items():
        rows = opened.table
        if "session_id" in opened.columns:
            shop = rows["shop_id"].fill_null(NO_SHOP)
            pairs = [
                rows["platform"] == hot["platform"],
                shop == hot["shop_id"],
                rows["session_id"] == hot["session_id"],
            ]
            rows = workspace.keep(rows.semi_join(hot, pairs))
        tables[table] = opened.showing(rows)
    marks = "SELECT platform, shop_id, session_id, mark, n FROM watch_marks"
    return Dataset(tables), con.arrow(marks)


def _known(table: str, more: str = "") -> str:
    same = " AND ".join(f"k.{c} = m.{c}" for c in ("platform", "shop_id", "session_id"))
    return f"EXISTS (SELECT 1 FROM {table} AS k WHERE {same} {more})"


def _marks(dataset: Dataset) -> str:
    """SQL for one row per session with a fingerprint of its own row and its messages."""
    keys = f"platform, coalesce(shop_id, '{NO_SHOP}') AS shop_id, session_id"
    parts = []
    for table in ("messages", "sessions"):
        opened = dataset.tables.get(table)
        if opened is None:
            continue
        newest = "ts" if table == "messages" else "NULL::BIGINT"
        ended, buyer = (
            c if table == "sessions" and c in opened.columns else f"NULL::{kind}"
            for c, kind in (("ended_at", "BIGINT"), ("buyer_id", "VARCHAR"))
        )
        parts.append(
            f"SELECT {keys}, hash(t) AS mark, {newest} AS newest, {ended} AS ended_at, "
            f"{buyer} AS buyer_id FROM {name(opened.table.get_name())} AS t"
        )
    return (
        "SELECT platform, shop_id, session_id, bit_xor(mark) AS mark, count(*) AS n, "
        "max(newest) AS newest, max(ended_at) AS ended_at, min(buyer_id) AS buyer_id "
        f"FROM ({' UNION ALL '.join(parts)}) WHERE session_id IS NOT NULL "
        "GROUP BY platform, shop_id, session_id"
    )


def _keys(sessions: Iterable[SessionId]) -> pa.Table:
    rows = sorted((platform, shop or NO_SHOP, session) for platform, shop, session in sessions)
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    names = ("platform", "shop_id", "session_id")
    return pa.table({n: pa.array(c, type=pa.string()) for n, c in zip(names, columns, strict=True)})
