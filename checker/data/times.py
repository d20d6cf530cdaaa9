"""Times written as text: SQL that reads instants, days, times of day and lengths of time.

DuckDB's cast to TIMESTAMP drops an offset silently, and its casts take more spellings than anybody
means: so the shape is checked first, and an offset decides which cast is used.
"""

from __future__ import annotations

_DATE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_TIME = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
INSTANT_SHAPE = f"{_DATE}([ T]{_TIME}({_OFFSET})?)?"


def _is_local(s: str) -> str:
    """Whether there is no offset behind the time of day. `s` has the right shape."""
    return f"NOT regexp_matches({s}, ':.*[Z+-]')"


def text_is_naive(s: str) -> str:
    """Whether the text has no offset; NULL where the value is missing."""
    return f"CASE WHEN {s} = '' THEN NULL ELSE {_is_local(s)} END"


def text_instant(s: str, bad: str) -> str:
    """Microseconds since 1970: of the instant where there is an offset, else of the local time."""
    # Only with an explicit offset does this cast not depend on the connection's own time zone.
    zoned = "epoch_us(TRY_CAST({} AS TIMESTAMPTZ))"
    colon = f"left({s}, strlen({s}) - 2) || ':' || right({s}, 2)"
    return (
        f"CASE WHEN {s} IS NULL OR {s} = '' THEN NULL "
        f"WHEN NOT regexp_full_match({s}, '{INSTANT_SHAPE}') THEN {bad} "
        f"ELSE coalesce(CASE WHEN {_is_local(s)} THEN epoch_us(TRY_CAST({s} AS TIMESTAMP)) "
        f"WHEN {s}[-5] IN ('+', '-') THEN {zoned.format(colon)} ELSE {zoned.format(s)} END, {bad}) END"
    )


_PLAIN = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?"


def column_instant(c: str, s: str, bad: str) -> str:
    """`text_instant` of a column of text, `s` being its text without blanks around it. Most columns are
    written plainly; to look for that first takes a third of the time."""
    local = f"coalesce(epoch_us(TRY_CAST({c} AS TIMESTAMP)), {bad})"
    return f"CASE WHEN {_is_plain(c)} THEN {local} ELSE {text_instant(s, bad)} END"


def column_is_naive(c: str, s: str) -> str:
    """`text_is_naive` of the same."""
    return f"CASE WHEN {_is_plain(c)} THEN true ELSE {text_is_naive(s)} END"


def _is_plain(c: str) -> str:
    return f"regexp_full_match({c}, '{_PLAIN}')"


def text_date(s: str) -> tuple[str, str]:
    """The shape of a day and its number of days since 1970."""
    return _DATE, f"CAST(TRY_CAST({s} AS DATE) - DATE '1970-01-01' AS INTEGER)"


def text_time(s: str) -> tuple[str, str]:
    """The shape of a time of day and its microseconds since midnight; 24:00 is the day's end."""
    return _TIME, f"epoch_us(TRY_CAST('2000-01-01 ' || {s} AS TIMESTAMP)) - 946684800000000"


_UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000))
_WORDS = r"(\d+d)?(\d+h)?(\d+m)?(\d+(\.\d+)?s)?(\d+ms)?"
_CLOCK = r"(\d{1,9}):([0-5]\d):([0-5]\d)(\.\d+)?"


def text_duration(c: str, s: str, bad: str) -> str:
    """Microseconds of `1h30m`, `90s`, `1.5s`, `200ms` or `00:01:30`; a bare number has no unit."""
    text = f"ltrim({s}, '+-')"

    def part(pattern: str, group: int, unit: int) -> str:
        found = f"regexp_extract({text}, '{pattern}', {group})"
        return f"CAST(coalesce(TRY_CAST({found} AS DECIMAL(18,6)), 0) * {unit} AS HUGEINT)"

    words = " + ".join(
        [
            *(part(rf"(\d+){unit}(?:[0-9]|$)", 1, size) for unit, size in _UNITS),
            part(r"(\d+(?:\.\d+)?)s", 1, 1_000_000),
            part(r"(\d+)ms", 1, 1_000),
        ]
    )
    clock = " + ".join(
        [
            part(rf"^{_CLOCK}$", 1, 3_600_000_000),
            part(rf"^{_CLOCK}$", 2, 60_000_000),
            part(r":(\d\d(?:\.\d+)?)$", 1, 1_000_000),
        ]
    )
    sign = f"CASE WHEN left({s}, 1) = '-' THEN -1 ELSE 1 END"
    return (
        f"CASE WHEN {c} IS NULL OR {s} = '' THEN NULL "
        f"WHEN regexp_full_match({s}, '[+-]?{_CLOCK}') "
        f"THEN coalesce(TRY_CAST({sign} * ({clock}) AS BIGINT), {bad}) "
        f"WHEN regexp_full_match({s}, '[+-]?{_WORDS}') AND length({text}) > 0 "
        f"THEN coalesce(TRY_CAST({sign} * ({words}) AS BIGINT), {bad}) ELSE {bad} END"
    )
