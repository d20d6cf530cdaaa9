"""The rule with pandas, as most scripts of this field are written."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

KEYS = ["platform", "shop_id", "session_id"]


def main(data: str) -> None:
    columns = [*KEYS, "ts", "seq", "role", "automatic"]
    messages = pd.read_parquet(Path(data) / "messages", columns=columns)
    sessions = pd.read_parquet(
        Path(data) / "sessions", columns=[*KEYS, "human_requested_at", "started_at"]
    )
    human = (messages["role"] == "agent") & ~messages["automatic"].fillna(False).astype(bool)
    messages = messages[(messages["role"] == "buyer") | human]
    messages = messages.merge(sessions, on=KEYS)
    messages = messages[messages["ts"] >= messages["human_requested_at"]]
    messages = messages.sort_values([*KEYS, "ts", "seq"])
    before = messages.groupby(KEYS, sort=False)["role"].shift(1).fillna("agent")
    changes = messages[messages["role"] != before].copy()
    changes["answered_at"] = changes.groupby(KEYS, sort=False)["ts"].shift(-1)
    rounds = changes[changes["role"] == "buyer"].copy()
    rounds["good"] = rounds["answered_at"] - rounds["ts"] <= pd.Timedelta(minutes=3)
    good = rounds.groupby(KEYS, sort=False)["good"].all().reset_index()
    good = good.merge(sessions, on=KEYS)
    hour = good["started_at"].dt.hour
    good = good[(hour >= 8) & (hour < 23)]
    good["day"] = good["started_at"].dt.strftime("%Y-%m-%d")
    figures = (
        good.groupby(["platform", "shop_id", "day"])["good"].agg(["size", "sum"]).reset_index()
    )
    figures = figures.sort_values(["platform", "shop_id", "day"])
    rows = figures.itertuples(index=False)
    print(json.dumps([[p, s, d, int(n), int(g)] for p, s, d, n, g in rows]))


if __name__ == "__main__":
    main(sys.argv[1])
