"""Instants as text are those of Python's datetime, whatever clocks do meanwhile."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from checker.text.instants import instant_text

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = 60 * 1_000_000


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Asia/Shanghai", "2026-10-31T16:00:00+00:00"),  # midnight; no change
        ("America/New_York", "2026-11-01T06:00:00+00:00"),  # an hour is repeated
        ("America/New_York", "2026-03-08T07:00:00+00:00"),  # an hour is left out
        ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),  # half an hour is repeated
        ("Asia/Kathmandu", "1985-12-31T18:30:00+00:00"),  # from 5:30 to 5:45
        ("Africa/Monrovia", "1972-01-07T00:44:30+00:00"),  # within a minute; an offset with seconds
        ("Asia/Shanghai", "1900-12-31T15:54:17+00:00"),  # before 1970; an offset with seconds
        ("UTC", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_an_instant_is_what_datetime_makes_of_it(zone: str, around: str) -> None:
    moment = dt.datetime.fromisoformat(around)
    middle = (moment - EPOCH) // dt.timedelta(microseconds=1)
    for minutes in range(-75, 76):
        for micros in (0, 1, 999_999, 30_500_000):
            instant = middle + minutes * MINUTE + micros
            expected = EPOCH + dt.timedelta(microseconds=instant)
            assert instant_text(instant, zone) == expected.astimezone(ZoneInfo(zone)).isoformat()


def test_no_instant_is_no_text() -> None:
    assert instant_text(None, "UTC") is None
