"""The rule as an analyst writes it in SQL: windows over the three columns that name a session."""

from __future__ import annotations

import json
import sys

import duckdb

SQL = """
WITH seen AS (
    SELECT m.platform, m.shop_id, m.session_id, m.ts, m.seq, m.role
    FROM read_parquet('{data}/messages/*.parquet') m
    JOIN read_parquet('{data}/sessions/*.parquet') s USING (platform, shop_id, session_id)
    WHERE (m.role = 'buyer' OR (m.role = 'agent' AND NOT coalesce(m.automatic, false)))
      AND m.ts >= s.human_requested_at
), changes AS (
    SELECT *, lag(role, 1, 'agent') OVER (
        PARTITION BY platform, shop_id, session_id ORDER BY ts, seq
    ) AS before
    FROM seen
), rounds AS (
    SELECT platform, shop_id, session_id, role, ts AS asked_at, lead(ts) OVER (
        PARTITION BY platform, shop_id, session_id ORDER BY ts, seq
    ) AS answered_at
    FROM changes
    WHERE role <> before
), by_session AS (
    SELECT platform, shop_id, session_id,
        bool_and(coalesce(answered_at - asked_at <= INTERVAL 3 MINUTE, false)) AS good
    FROM rounds
    WHERE role = 'buyer'
    GROUP BY ALL
)
SELECT platform, shop_id, CAST(CAST(s.started_at AS DATE) AS VARCHAR) AS day,
    count(*) AS sessions, count(*) FILTER (good) AS good
FROM by_session
JOIN read_parquet('{data}/sessions/*.parquet') s USING (platform, shop_id, session_id)
WHERE CAST(s.started_at AS TIME) >= TIME '08:00:00' AND CAST(s.started_at AS TIME) < TIME '23:00:00'
GROUP BY ALL
ORDER BY ALL
"""


def main(data: str) -> None:
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    print(json.dumps([list(row) for row in con.execute(SQL.format(data=data)).fetchall()]))


if __name__ == "__main__":
    main(sys.argv[1])
