"""The rule with Polars' lazy frames."""

from __future__ import annotations

import json
import sys
from datetime import time, timedelta

import polars as pl

KEYS = ["platform", "shop_id", "session_id"]


def main(data: str) -> None:
    sessions = pl.scan_parquet(f"{data}/sessions/*.parquet")
    messages = pl.scan_parquet(f"{data}/messages/*.parquet")
    by_session = pl.col("ts").shift(-1).over(KEYS)
    rounds = (
        messages.select(*KEYS, "ts", "seq", "role", "automatic")
        .filter(
            (pl.col("role") == "buyer")
            | ((pl.col("role") == "agent") & ~pl.col("automatic").fill_null(False))
        )
        .join(sessions.select(*KEYS, "human_requested_at"), on=KEYS)
        .filter(pl.col("ts") >= pl.col("human_requested_at"))
        .sort(*KEYS, "ts", "seq")
        .with_columns(before=pl.col("role").shift(1).over(KEYS).fill_null("agent"))
        .filter(pl.col("role") != pl.col("before"))
        .with_columns(answered_at=by_session)
        .filter(pl.col("role") == "buyer")
    )
    in_time = (pl.col("answered_at") - pl.col("ts") <= timedelta(minutes=3)).fill_null(False)
    figures = (
        rounds.group_by(KEYS)
        .agg(good=in_time.all())
        .join(sessions.select(*KEYS, "started_at"), on=KEYS)
        .filter(pl.col("started_at").dt.time().is_between(time(8), time(23), closed="left"))
        .group_by("platform", "shop_id", day=pl.col("started_at").dt.date().cast(pl.String))
        .agg(sessions=pl.len(), good=pl.col("good").sum())
        .sort("platform", "shop_id", "day")
        .collect()
    )
    print(json.dumps([list(row) for row in figures.iter_rows()]))


if __name__ == "__main__":
    main(sys.argv[1])
