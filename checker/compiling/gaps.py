"""What compiled SQL cannot do, or not as the audit does: every known gap of a dialect, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """What a dialect cannot do, or not as the others do, and why. `dialects` () means all of them."""

    dialects: tuple[str, ...]
    what: str
    why: str
    zh: str = ""  # both, for the comment above the SQL


GAPS = (
    Gap(
        (),
        "time inside the hours of a shop across a change of the clocks, or that differ by weekday "
        "or date, or with pauses",
        "hours that are columns have no table of changes; refused with E543",
    ),
    Gap(
        (),
        "round(…) over aggregates",
        "engines round halves differently; refused with E543",
    ),
    Gap(
        (),
        "quantiles, and aggregates of quotients, beyond 15 digits",
        "they are floating-point numbers; the audit's are exact",
    ),
    Gap(
        (),
        "changes of the clocks before 2015 and after 2035",
        "the changes of these years are written into the script",
    ),
    Gap(
        ("spark",),
        "--as script keeps no intermediate table",
        "Spark has temporary views only, which are computed again by each reader",
        "--as script 不保留中间表: Spark只有临时视图, 每次读取都会重新计算",
    ),
    Gap(
        ("clickhouse",),
        "rules over coverage and load as one query",
        "ClickHouse writes every step out again wherever it is read (“Query tree is too big”): use "
        "--as script",
        "用一条查询计算 coverage 和 load 的规则: ClickHouse会把每个步骤展开多次, 请用 --as script",
    ),
    Gap(
        ("snowflake", "bigquery"),
        "first and last over messages, and the agent of a session where several messages share an "
        "instant: refused with E543, or may be when run",
        "they order by several columns at once, as a structure, which MIN_BY and ORDER BY refuse",
        "消息上的 first 和 last, 以及同一时刻有多条消息的会话的客服: 编译时(E543)或运行时可能被拒绝, 因为需要按结构体排序",
    ),
    Gap(
        ("bigquery",),
        "distinct(x, y): may be refused when run",
        "COUNT(DISTINCT …) takes no structure",
        "distinct(x, y): 运行时可能被拒绝, 因为 COUNT(DISTINCT …) 不接受结构体",
    ),
    Gap(
        ("trino",),
        "--as script",
        "Trino has no temporary tables; refused with E544",
        "--as script: Trino没有临时表",
    ),
)
