"""Writes exact figures for people: never so rounded that a figure seems to reach what it misses."""

from __future__ import annotations

from fractions import Fraction

from checker.verdicts.requirement import read_requirement

_SECOND = 1_000_000
_MOST = 40  # decimals; quotients of 64-bit integers that differ, differ before that
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNIT_WORDS = {
    "zh": {"d": "天", "h": "小时", "m": "分", "s": "秒"},
    "en": {"d": "d", "h": "h", "m": "m", "s": "s"},
}
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}


def requirement_text(text: str | None, kind: str, lang: str) -> str:
    """The requirement as it is printed: `≥ 80%`, `≤ 1h 30m`, `≤ 1小时30分`; unread ones as written."""
    found = read_requirement(text)
    if found is None:
        return text or ""
    return f"{_SIGNS.get(found.sign, found.sign)} {figure(found.bound, kind, lang, short=True)}"


def figure(
    value: Fraction, kind: str, lang: str, *, bound: Fraction | None = None, short: bool = False
) -> str:
    """A verdict's value of type `kind` in words.

    It is rounded to as few decimals as keep it on its own side of `bound`: 79.999 % against 80 % is
    79.999 %. A ratio that is not 0 or 1 is not printed as 0 % or 100 % either.
    """
    if kind in {"ratio", "every"}:
        return percent(value, bound)
    if kind == "duration":
        return duration(value, lang, bound, short=short)
    if kind == "time":
        return _clock_time(value, bound)
    places = _places(value, 2, [] if bound is None else [bound])
    return _decimal(value, places)


def percent(value: Fraction, bound: Fraction | None = None) -> str:
    """`61.3%`: two decimals, trailing zeros dropped, more where two would lie."""
    edges = [Fraction(0), Fraction(100)]
    if bound is not None:
        edges.append(bound * 100)
    return _decimal(value * 100, _places(value * 100, 2, edges)) + "%"


def duration(
    micros: Fraction, lang: str, bound: Fraction | None = None, *, short: bool = False
) -> str:
    """Microseconds as `18.6s`, `3m 05s`, `1h 00m 07s`, in Chinese `18.6秒`, `3分05秒`.

    `short` leaves out the parts that are zero: `3m`.
    """
    seconds = abs(micros) / _SECOND
    places = _places(seconds, 1 if seconds < 60 else 0, [Fraction(0)])
    if bound is not None:
        places = max(places, _places(micros / _SECOND, places, [bound / _SECOND]))
    rounded = _rounded(seconds, places)
    minus = "-" if micros < 0 else ""
    words = _UNIT_WORDS["zh" if lang == "zh" else "en"]
    space = "" if lang == "zh" else " "
    if rounded < 60:
        return f"{minus}{_decimal(rounded, places)}{words['s']}"
    parts: list[str] = []
    rest = rounded
    for unit in ("d", "h", "m"):
        amount, rest = divmod(rest, _UNITS[unit])
        if amount or (parts and not short):
            parts.append(f"{amount:02d}{words[unit]}" if parts else f"{amount}{words[unit]}")
    if rest or not short:
        figure_ = _decimal(rest, places)
        parts.append(("0" if rest < 10 else "") + figure_ + words["s"])
    return minus + space.join(parts)


def _clock_time(micros: Fraction, bound: Fraction | None) -> str:
    seconds = micros / _SECOND
    places = _places(seconds, 0, [] if bound is None else [bound / _SECOND])
    minutes, rest = divmod(_rounded(seconds, places), 60)
    return (
        f"{minutes // 60:02d}:{minutes % 60:02d}:{'0' if rest < 10 else ''}{_decimal(rest, places)}"
    )


def _rounded(value: Fraction, places: int) -> Fraction:
    """`value` rounded half away from zero, as people round."""
    scale = 10**places
    whole = (2 * abs(value) * scale + 1) // 2
    return Fraction(whole if value >= 0 else -whole, scale)


def _places(value: Fraction, least: int, edges: list[Fraction]) -> int:
    """The fewest decimals, at least `least`, with which `value` stays on its side of every edge."""
    places = least
    while places < _MOST and any(
        _side(_rounded(value, places), e) != _side(value, e) for e in edges
    ):
        places += 1
    return places


def _side(value: Fraction, edge: Fraction) -> int:
    return (value > edge) - (value < edge)


def _decimal(value: Fraction, places: int) -> str:
    """`1,234.5`: `value` rounded to `places`, without trailing zeros."""
    digits = int(_rounded(value, places) * 10**places)
    whole, rest = divmod(abs(digits), 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    return ("-" if digits < 0 else "") + f"{whole:,}" + (f".{decimals}" if decimals else "")
