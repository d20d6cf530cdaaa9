"""The rule as Spark SQL on the cores of this machine, with what one would set for one machine."""

from __future__ import annotations

import json
import os
import sys

from pyspark.sql import SparkSession

SQL = """
WITH seen AS (
    SELECT m.platform, m.shop_id, m.session_id, m.ts, m.seq, m.role
    FROM messages m
    JOIN sessions s USING (platform, shop_id, session_id)
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
        every(coalesce(answered_at - asked_at <= INTERVAL 3 MINUTE, false)) AS good
    FROM rounds
    WHERE role = 'buyer'
    GROUP BY platform, shop_id, session_id
)
SELECT platform, shop_id, CAST(CAST(s.started_at AS DATE) AS STRING) AS day,
    count(*) AS sessions, count_if(good) AS good
FROM by_session
JOIN sessions s USING (platform, shop_id, session_id)
WHERE hour(s.started_at) >= 8 AND hour(s.started_at) < 23
GROUP BY platform, shop_id, day
ORDER BY platform, shop_id, day
"""


def main(data: str) -> None:
    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(4 * (os.cpu_count() or 1)))
        .config("spark.driver.memory", "8g")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.read.parquet(f"{data}/messages").createOrReplaceTempView("messages")
    spark.read.parquet(f"{data}/sessions/*.parquet").createOrReplaceTempView("sessions")
    print(json.dumps([list(row) for row in spark.sql(SQL).collect()]))


if __name__ == "__main__":
    main(sys.argv[1])
