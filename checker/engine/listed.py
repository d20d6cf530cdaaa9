"""Offenders as lines of JSON: what a result says of them, and what the cache keeps."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import overload

from checker.engine.measured import Offender
from checker.text.instants import instant_text
from checker.text.quoted import quoted, quoted_name

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_LONGEST = 1 << 50
"""Microseconds up to which a float of seconds tells them apart: 35 years."""


def offender_line(offender: Offender, zone: str) -> str:
    """An offender as the schema of results describes it, on one line. Put together here: a result may have
    a hundred thousand of them, and an encoder takes thrice as long."""
    turn = "null" if offender.turn is None else offender.turn
    at = "null" if offender.at is None else f'"{instant_text(offender.at, zone)}"'
    wait = "null" if offender.wait is None else offender.wait / 1_000_000
    return (
        f'{{"shop_id": {quoted_name(offender.shop_id)}, "session_id": {quoted(offender.session_id)}, '
        f'"turn": {turn}, "agent_id": {quoted_name(offender.agent_id)}, "at": {at}, "wait_s": {wait}}}'
    )


class Listed(Sequence[Offender]):
    """Offenders of which the lines are known; they are read when somebody looks at one."""

    def __init__(self, lines: str, zone: str) -> None:
        """`lines` are those of `offender_line` in the time zone `zone`, with a newline between two."""
        self.lines, self.zone = lines, zone

    @classmethod
    def of(cls, offenders: Sequence[Offender], zone: str) -> Listed | None:
        """None where the lines would not say how long each waited to the microsecond."""
        if any(o.wait is not None and abs(o.wait) >= _LONGEST for o in offenders):
            return None
        listed = cls("\n".join([offender_line(o, zone) for o in offenders]), zone)
        listed.__dict__["_offenders"] = tuple(offenders)
        return listed

    @cached_property
    def _offenders(self) -> tuple[Offender, ...]:
        return tuple(map(_read, self.lines.split("\n"))) if self.lines else ()

    def __len__(self) -> int:
        return self.lines.count("\n") + 1 if self.lines else 0

    @overload
    def __getitem__(self, at: int) -> Offender: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Offender, ...]: ...
    def __getitem__(self, at: int | slice) -> Offender | tuple[Offender, ...]:
        return self._offenders[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listed | tuple) and self._offenders == tuple(other)

    def __hash__(self) -> int:
        return hash(self._offenders)


def _read(line: str) -> Offender:
    said = json.loads(line, parse_float=Fraction)
    at, wait = said["at"], said["wait_s"]
    return Offender(
        said["shop_id"],
        said["session_id"],
        said["turn"],
        said["agent_id"],
        None if at is None else (dt.datetime.fromisoformat(at) - _EPOCH) // _MICROSECOND,
        None if wait is None else round(wait * 1_000_000),
    )
