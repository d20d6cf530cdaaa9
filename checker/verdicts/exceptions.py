"""Waivers and attestations: what people say about rules, and what a file of them holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from checker.diagnostics import Span

SCOPE_KEYS = ("platform", "shop", "agent", "channel", "buyer")
VALID_FOR = 30  # days


@dataclass(frozen=True)
class Waiver:
    """An approval to miss a rule. `first` and `until` are local days of the pack, both included."""

    rule: str  # "douyin/satisfaction"
    scope: Mapping[str, str]  # a key that is absent is any
    first: dt.date
    until: dt.date
    reason: str
    approved_by: str
    span: Span = field(compare=False, repr=False)
    places: Mapping[str, Span] = field(compare=False, repr=False)

    @property
    def shown(self) -> Mapping[str, object]:
        """What a verdict that it covers carries."""
        return {
            "reason": self.reason,
            "approved_by": self.approved_by,
            "from": self.first.isoformat(),
            "until": self.until.isoformat(),
        }


@dataclass(frozen=True)
class Attestation:
    """A person's answer to a question. It counts on the local days from `on` to `valid_until`."""

    rule: str
    scope: Mapping[str, str]
    answer: Literal["yes", "no"]
    on: dt.date
    by: str
    evidence: str | None
    valid_for: int  # days, that of the answer included
    span: Span = field(compare=False, repr=False)
    places: Mapping[str, Span] = field(compare=False, repr=False)

    @property
    def valid_until(self) -> dt.date:
        """The last day on which it counts."""
        last = self.on.toordinal() + self.valid_for - 1
        return dt.date.fromordinal(min(last, dt.date.max.toordinal()))

    def valid_on(self, day: dt.date) -> bool:
        return self.on <= day <= self.valid_until

    def shown(self, day: dt.date) -> Mapping[str, object]:
        """What the verdict on its question carries; without an age before the day of the answer."""
        told: dict[str, object] = {
            "answer": self.answer,
            "on": self.on.isoformat(),
            "by": self.by,
            "evidence": self.evidence,
            "valid_until": self.valid_until.isoformat(),
        }
        return told | {"age_days": (day - self.on).days} if day >= self.on else told


@dataclass(frozen=True)
class Exceptions:
    """Everything that people have said, in the order of the files."""

    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.waivers or self.attestations)

    def of_rule(self, rule: str) -> Exceptions:
        """What is said of one rule, by its whole name."""
        return Exceptions(
            tuple(one for one in self.waivers if one.rule == rule),
            tuple(one for one in self.attestations if one.rule == rule),
        )
