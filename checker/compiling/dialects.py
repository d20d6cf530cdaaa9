"""The dialects: how each spells what the engines do differently, and what was verified of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_SECONDS = "CAST(ROUND(x * 1000000) AS BIGINT)"
_PARTS_OF_TEXT = (
    "CAST(SPLIT_PART(x, ':', 1) AS BIGINT) * 3600000000"
    " + CAST(SPLIT_PART(x, ':', 2) AS BIGINT) * 60000000"
    " + CAST(COALESCE(CAST(NULLIF(SPLIT_PART(x, ':', 3), '') AS DECIMAL(8, 6)), 0) * 1000000"
    " AS BIGINT)"
)
_WALL_CLOCK = (
    "UNIX_DATE(CAST(x AS DATE)) * 86400000000 + CAST(HOUR(x) AS BIGINT) * 3600000000"
    " + CAST(MINUTE(x) AS BIGINT) * 60000000"
    " + CAST(EXTRACT(SECOND FROM x) * 1000000 AS BIGINT)"
)
_CLICKHOUSE_TIME = (
    "CASE WHEN x IS NULL THEN NULL ELSE"
    " toInt64OrZero(splitByChar(':', assumeNotNull(x))[1]) * 3600000000"
    " + toInt64OrZero(splitByChar(':', assumeNotNull(x))[2]) * 60000000"
    " + toInt64(toFloat64OrZero(splitByChar(':', assumeNotNull(x))[3]) * 1000000) END"
)

Verified = Literal["executed", "some", "once", "parsed"]


@dataclass(frozen=True)
class Dialect:
    """`spelling` gives SQL over `x` for each function of `sources`, with that function's name.

    `sqlglot` and `ibis` are the names there. `temporary` makes a table of the session in a script;
    None: it has none. `tail` ends every query.
    """

    name: str
    title: str
    sqlglot: str
    ibis: str
    spelling: Mapping[str, str]
    stamps: Mapping[str, str]
    time: str
    verified: Verified
    temporary: str | None = "TEMPORARY TABLE"
    setting: tuple[str, str] | None = None  # without which a query means another thing


def _spelling(**given: str) -> dict[str, str]:
    return {
        "text": "NULLIF(x, '')",
        "millionths": _SECONDS,
        "bigint": "CAST(x AS BIGINT)",
        **given,
    }


_ALL = (
    Dialect(
        "duckdb",
        "DuckDB",
        "duckdb",
        "duckdb",
        _spelling(
            local_micros="EPOCH_US(x)",
            zoned_micros="EPOCH_US(x)",
            time_micros="EPOCH_US(x)",
            day_number="CAST(x - DATE '1970-01-01' AS INT)",
            date_of_day="DATE '1970-01-01' + CAST(x AS INT)",
        ),
        {"local": "TIMESTAMP", "utc": "TIMESTAMP", "zoned": "TIMESTAMPTZ"},
        "TIME",
        "executed",
    ),
    Dialect(
        "spark",
        "Spark SQL",
        "spark",
        "pyspark",
        _spelling(
            local_micros=_WALL_CLOCK,
            zoned_micros="UNIX_MICROS(x)",
            time_micros=_PARTS_OF_TEXT,
            day_number="UNIX_DATE(x)",
            date_of_day="DATE_FROM_UNIX_DATE(x)",
        ),
        {"local": "TIMESTAMP_NTZ", "utc": "TIMESTAMP_NTZ", "zoned": "TIMESTAMP"},
        "STRING, as 09:00:00",
        "some",
        temporary="TEMPORARY VIEW",
    ),
    Dialect(
        "postgres",
        "PostgreSQL",
        "postgres",
        "postgres",
        _spelling(
            # Ties are broken by ids: by their code points, as everywhere else.
            text="NULLIF(x COLLATE \"C\", '')",
            local_micros="CAST(EXTRACT(EPOCH FROM x) * 1000000 AS BIGINT)",
            zoned_micros="CAST(EXTRACT(EPOCH FROM x) * 1000000 AS BIGINT)",
            time_micros="CAST(EXTRACT(EPOCH FROM x) * 1000000 AS BIGINT)",
            day_number="x - DATE '1970-01-01'",
            date_of_day="DATE '1970-01-01' + x",
        ),
        {"local": "TIMESTAMP", "utc": "TIMESTAMP", "zoned": "TIMESTAMPTZ"},
        "TIME",
        "executed",
    ),
    Dialect(
        "clickhouse",
        "ClickHouse",
        "clickhouse",
        "clickhouse",
        _spelling(
            bigint="CAST(x AS Nullable(Int64))",
            local_micros="toUnixTimestamp64Micro(toDateTime64(toString(x), 6, 'UTC'))",
            zoned_micros="toUnixTimestamp64Micro(toDateTime64(x, 6))",
            time_micros=_CLICKHOUSE_TIME,
            day_number="toInt32(toDate32(x))",
            date_of_day="addDays(toDate32('1970-01-01'), x)",
        ),
        {"local": "DateTime64(6)", "utc": "DateTime64(6, 'UTC')", "zoned": "DateTime64(6)"},
        "String, as 09:00:00",
        "once",
        setting=("join_use_nulls", "1"),
    ),
    Dialect(
        "snowflake",
        "Snowflake",
        "snowflake",
        "snowflake",
        _spelling(
            local_micros="DATE_PART(EPOCH_MICROSECOND, x)",
            zoned_micros="DATE_PART(EPOCH_MICROSECOND, x)",
            time_micros="DATEDIFF(MICROSECOND, CAST('00:00:00' AS TIME), x)",
            day_number="DATEDIFF(DAY, CAST('1970-01-01' AS DATE), x)",
            date_of_day="DATEADD(DAY, x, CAST('1970-01-01' AS DATE))",
        ),
        {"local": "TIMESTAMP_NTZ", "utc": "TIMESTAMP_NTZ", "zoned": "TIMESTAMP_TZ"},
        "TIME",
        "parsed",
    ),
    Dialect(
        "bigquery",
        "BigQuery",
        "bigquery",
        "bigquery",
        _spelling(
            millionths="CAST(ROUND(x * 1000000) AS INT64)",
            bigint="CAST(x AS INT64)",
            local_micros="DATETIME_DIFF(x, DATETIME '1970-01-01 00:00:00', MICROSECOND)",
            zoned_micros="UNIX_MICROS(x)",
            time_micros="TIME_DIFF(x, TIME '00:00:00', MICROSECOND)",
            day_number="UNIX_DATE(x)",
            date_of_day="DATE_FROM_UNIX_DATE(x)",
        ),
        {"local": "DATETIME", "utc": "DATETIME", "zoned": "TIMESTAMP"},
        "TIME",
        "parsed",
        temporary="TEMP TABLE",
    ),
    Dialect(
        "trino",
        "Trino",
        "trino",
        "trino",
        _spelling(
            local_micros="CAST(ROUND(TO_UNIXTIME(WITH_TIMEZONE(x, 'UTC')) * 1000000) AS BIGINT)",
            zoned_micros="CAST(ROUND(TO_UNIXTIME(x) * 1000000) AS BIGINT)",
            time_micros="DATE_DIFF('millisecond', TIME '00:00:00', x) * 1000",
            day_number="CAST(DATE_DIFF('day', DATE '1970-01-01', x) AS INTEGER)",
            date_of_day="DATE_ADD('day', x, DATE '1970-01-01')",
        ),
        {"local": "TIMESTAMP(6)", "utc": "TIMESTAMP(6)", "zoned": "TIMESTAMP(6) WITH TIME ZONE"},
        "TIME",
        "parsed",
        temporary=None,
    ),
)


DIALECTS: Mapping[str, Dialect] = {one.name: one for one in _ALL}
