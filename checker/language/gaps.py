"""What an engine cannot do of what the language and the data room can: each gap named, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """`then` says what happens instead; it is never another figure."""

    engine: str
    what: str
    why: str
    then: str


GAPS: tuple[Gap, ...] = (
    Gap(
        "Spark",
        r"`(?U)`, `\C`, and `\S` inside a class, in patterns",
        "Java's patterns have nothing like it; all else of RE2 is translated",
        "`not_evaluated`, with the reason",
    ),
    Gap(
        "Spark",
        "sums of 2^63 microseconds (292,000 years) and more in one group",
        "its sums of integers have 64 bits, those of DuckDB 128",
        "`not_evaluated`, with the reason: nothing wraps around",
    ),
    Gap(
        "Spark",
        "CSV, TSV, JSON lines, workbooks and DuckDB files at an address (`s3a://…`)",
        "its readers take other spellings for the same value than the data room",
        "E200; local files of every format are read by DuckDB and handed over",
    ),
    Gap(
        "Spark",
        "instants, days, numbers and truth values that are stored as text, at an address",
        "the same: a text that only one of the engines can read would change figures",
        "E215; `checker import -o DIR` writes typed columns",
    ),
    Gap(
        "Spark",
        "Parquet's TIME and its timestamps of nanoseconds, at an address",
        "it has no such types",
        "E204 names the file; times of day are stored as text, timestamps as microseconds",
    ),
    Gap(
        "Spark",
        "the number of the first bad row",
        "rows at an address have no order",
        "diagnostics have the same code, message and counts, without that note",
    ),
    Gap(
        "Spark",
        "timestamps of Parquet's old type INT96, at an address",
        "it takes them for instants, DuckDB for local times",
        "store them as TIMESTAMP, as all current programs do",
    ),
    Gap(
        "Spark",
        "`profile`, `watch`, `checklist`, and `--cache`",
        "they look at data of one machine",
        "E533 for an address; the cache is of no use",
    ),
)
