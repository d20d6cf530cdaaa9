"""Lines of offenders say all that is known of them, and read back to the microsecond."""

from __future__ import annotations

import json
import random

import pytest

from checker.engine.listed import Listed, offender_line
from checker.engine.measured import Offender
from checker.verdicts.pseudonyms import pseudonymous

NAMES = (
    None,
    "",
    "s1",
    'a "quote"',
    "line\nbreak\ttab\f",
    "\x1b[31m",
    "\u202egnp",
    "\ud800",
    "店铺",
    "\\u0041",
)


def offenders(seed: int, zone_edge: int) -> list[Offender]:
    chance = random.Random(seed)

    def some(low: int, high: int) -> int | None:
        return chance.choice((None, 0, low, high, chance.randint(low, high)))

    return [
        Offender(
            chance.choice(NAMES),
            chance.choice(NAMES),
            some(1, 1 << 40),
            chance.choice(NAMES),
            chance.choice((some(-(10**15), 7 * 10**15), zone_edge + chance.randint(-3, 3))),
            some(-(1 << 50) + 1, (1 << 50) - 1),
        )
        for _ in range(200)
    ]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC"])
def test_lines_read_back_as_they_were(zone: str) -> None:
    rows = offenders(7, zone_edge=1_792_976_400_000_000)  # clocks change in Berlin
    made = Listed.of(rows, zone)
    assert made is not None
    again = Listed(made.lines, zone)
    assert list(again) == rows
    assert again == made == tuple(rows)
    assert hash(again) == hash(tuple(rows))
    assert again[3] == rows[3]
    assert again[2:5] == tuple(rows[2:5])
    assert len(again) == len(rows) == len(made.lines.split("\n"))
    assert [json.loads(line)["session_id"] for line in made.lines.split("\n")] == [
        row.session_id for row in rows
    ]


def test_nobody_is_listed_by_no_lines() -> None:
    nobody = Listed("", "UTC")
    assert not nobody
    assert list(nobody) == []
    assert nobody == ()


def test_waits_that_seconds_cannot_tell_apart_have_no_lines() -> None:
    one = Offender("s", "1", 1, None, 0, 1 << 50)
    assert Listed.of([one], "UTC") is None
    assert Listed.of([one._replace(wait=(1 << 50) - 1)], "UTC") is not None


def test_ids_are_pseudonyms_where_they_are_asked_for() -> None:
    rows = (Offender("shop-1", "session-1", 1, "agent-1", 0, 1),)
    listed = Listed(offender_line(rows[0], "UTC"), "UTC")
    assert pseudonymous((listed,), "salt") == pseudonymous((rows,), "salt") != (rows,)
