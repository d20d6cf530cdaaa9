"""Traffic by local hour, and what it says of the time zone that the data were written in."""

from __future__ import annotations

from collections.abc import Sequence

from checker.facts import zones
from checker.facts.realm import Realm

QUIET = 6  # hours in which people sleep
MIDDLE = 4  # of them, on the clock
ENOUGH = 200  # rows; fewer say nothing
_CALM = 8  # the quiet hours have at most 1/8 of all traffic, half of what they would have by chance


def by_hour(realm: Realm) -> tuple[int, ...]:
    """Numbers of buyers' messages (or of session starts, where there are no messages) by local hour."""
    if realm.has("messages"):
        rows = realm.given("messages")
        rows = rows.filter(rows["role"] == "buyer").select(at="ts")
    elif "started_at" in realm.columns("sessions"):
        rows = realm.given("sessions").select(at="started_at")
    else:
        return ()
    rows = rows.filter(rows["at"].notnull())
    rows = rows.mutate(hour=zones.hour_of(realm.zone.local(rows["at"])))
    counts = dict(realm.workspace.fetch(rows.group_by("hour").agg(n=rows.count())))
    return tuple(counts.get(hour, 0) for hour in range(24))


def suspected_shift(hours: Sequence[int]) -> int | None:
    """By how many hours times seem to be early (negative: late), when people sleep at the wrong time.

    Everywhere the fewest people write between about one and seven in the morning. None: nothing to
    suspect, or too little to say.
    """
    total = sum(hours)
    if total < ENOUGH:
        return None
    sums = [sum(hours[(start + i) % 24] for i in range(QUIET)) for start in range(24)]
    least = min(sums)
    if least * _CALM > total:
        return None
    starts = [start for start in range(24) if sums[start] == least]
    # Of hours that are equally quiet the middle ones, over midnight too.
    first = next(s for s in starts if sums[(s - 1) % 24] != least or len(starts) == 24)
    run = 0
    while run < 24 and sums[(first + run) % 24] == least:
        run += 1
    middle = first + run // 2 + QUIET // 2
    shift = (MIDDLE - middle + 12) % 24 - 12
    return shift if abs(shift) > 3 else None
