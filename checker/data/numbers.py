"""Numbers and truth values as stored or written: SQL that makes int64 and small ints of them.

Each function takes a column as SQL. A missing value stays NULL; one that cannot be converted becomes
a number that no canonical value has.
"""

from __future__ import annotations

BAD = "(-9223372036854775807)"
BAD_DATE = "(-2147483647)"
BAD_BOOL = "(-1)"


def as_text(c: str) -> str:
    """What is written."""
    return f"CAST({c} AS VARCHAR)"


def text(c: str) -> str:
    """The same without blanks around it."""
    return f"trim({as_text(c)})"


def parsed(c: str, shape: str, value: str, bad: str = BAD) -> str:
    written = text(c)
    return (
        f"CASE WHEN {c} IS NULL OR {written} = '' THEN NULL "
        f"WHEN regexp_full_match({written}, '{shape}') THEN coalesce({value}, {bad}) ELSE {bad} END"
    )


# What is written plainly, as most values are, is looked for first: it takes a fraction of the time.


def text_bool(c: str) -> str:
    written = f"lower({text(c)})"
    return (
        f"CASE WHEN {as_text(c)} = 'true' THEN 1 WHEN {as_text(c)} = 'false' THEN 0 "
        f"WHEN {c} IS NULL OR {written} = '' THEN NULL "
        f"WHEN {written} IN ('true', 't', 'yes', 'y', '1') THEN 1 "
        f"WHEN {written} IN ('false', 'f', 'no', 'n', '0') THEN 0 ELSE {BAD_BOOL} END::TINYINT"
    )


def float_bool(c: str) -> str:
    return f"CASE WHEN isnan({c}) THEN NULL ELSE {number_bool(c)} END"


def number_bool(c: str) -> str:
    return (
        f"CASE WHEN {c} IS NULL THEN NULL WHEN {c} = 1 THEN 1 "
        f"WHEN {c} = 0 THEN 0 ELSE {BAD_BOOL} END::TINYINT"
    )


def text_int(c: str) -> str:
    whole = f"TRY_CAST(split_part({text(c)}, '.', 1) AS BIGINT)"
    plain = f"regexp_full_match({as_text(c)}, '\\d{{1,18}}')"
    slow = parsed(c, r"[+-]?\d+(\.0*)?", whole)
    return f"CASE WHEN {plain} THEN CAST({as_text(c)} AS BIGINT) ELSE {slow} END"


def float_int(c: str) -> str:
    # Beyond 2^53 a float no longer says which integer was meant.
    return (
        f"CASE WHEN {c} IS NULL OR isnan({c}) THEN NULL "
        f"WHEN {c} = trunc({c}) AND abs({c}) <= 9007199254740992 "
        f"THEN CAST({c} AS BIGINT) ELSE {BAD} END"
    )


def decimal_int(c: str) -> str:
    value = f"coalesce(TRY_CAST({c} AS BIGINT), {BAD})"
    return f"CASE WHEN {c} IS NULL THEN NULL WHEN {c} = trunc({c}) THEN {value} ELSE {BAD} END"


def integer(c: str) -> str:
    return f"CASE WHEN {c} IS NULL THEN NULL ELSE coalesce(TRY_CAST({c} AS BIGINT), {BAD}) END"


_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def millionths(decimal: str, places: int = 12) -> str:
    """Decimal text as int64 millionths, half to even; exact: no float takes part."""
    digits = (
        f"CAST(replace(CAST(TRY_CAST({decimal} AS DECIMAL(38,18)) AS VARCHAR), '.', '') AS HUGEINT)"
    )
    unit = 10**places
    rest = f"abs({digits} % {unit})"
    odd = f"(({digits} - {digits} % {unit}) // {unit}) % 2 != 0"
    up = f"({rest} * 2 > {unit} OR ({rest} * 2 = {unit} AND {odd}))"
    return (
        f"TRY_CAST(({digits} - {digits} % {unit}) // {unit} "
        f"+ CASE WHEN {up} THEN sign({digits}) ELSE 0 END AS BIGINT)"
    )


def number(c: str) -> str:
    return parsed(c, _NUMBER, millionths(text(c)))


def ratio(c: str) -> str:
    written = text(c)
    plain = f"rtrim(rtrim({written}, '%'))"
    value = f"CASE WHEN {written} LIKE '%\\%' ESCAPE '\\' THEN {millionths(plain, 14)} ELSE {millionths(plain)} END"
    return parsed(c, _NUMBER + " ?%?", value)


def float_number(c: str) -> str:
    # The shortest decimal that reads back as the float is what was meant. NaN is pandas' missing.
    return f"CASE WHEN isnan({c}) THEN NULL ELSE {number(c)} END"
