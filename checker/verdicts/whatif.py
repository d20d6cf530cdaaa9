"""The same data judged by two sets of rules: which verdicts flip, where, and by which sessions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.packs.diff import Change, PackDiff
from checker.packs.model import Text
from checker.verdicts.model import DataSummary, Offender, Outcome, PackRun, Result, Verdict

Direction = Literal["worse", "better", "other"]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_RANK = {Outcome.PASS: 0, Outcome.WARN: 1, Outcome.FAIL: 2}
Key = tuple[str, tuple[tuple[str, str | None], ...], str, str | None, str | None]


@dataclass(frozen=True)
class Flip:
    """One verdict whose outcome differs. `blamed` are the offenders that only the new rules list,
    `cleared` those that only the old ones do; `whole` is False where a list was cut short, so that
    the two cannot be told apart."""

    before: Verdict
    after: Verdict
    blamed: tuple[Offender, ...]
    cleared: tuple[Offender, ...]
    kept: int  # offenders that both list
    whole: bool

    @property
    def direction(self) -> Direction:
        was, now = _RANK.get(self.before.outcome), _RANK.get(self.after.outcome)
        if was is None or now is None or was == now:
            return "worse" if self.after.outcome is Outcome.FAIL else "other"
        return "worse" if now > was else "better"


@dataclass(frozen=True)
class PlaceShift:
    """How many verdicts of one shop or agent flip. `newly_failing`: fails and did not; `recovered`:
    failed and does not; `other`: all other flips, as from pass to warn."""

    platform: str | None
    shop: str | None
    agent: str | None
    newly_failing: int
    recovered: int
    other: int


@dataclass(frozen=True)
class RuleShift:
    """What happens to one rule. `old` or `new` is None where only one side has it; `moved` counts
    verdicts with the same outcome and another figure; `only_before` and `only_after` are the outcomes
    of verdicts without a counterpart, as when a rule is judged by month instead of by day."""

    old: str | None
    new: str | None
    title: Text
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    moved: int
    same: int
    only_before: Mapping[Outcome, int]
    only_after: Mapping[Outcome, int]


@dataclass(frozen=True)
class WhatIf:
    """Rules in the order of the new side; those that only the old side has come last."""

    data: DataSummary
    old: tuple[PackRun, ...]
    new: tuple[PackRun, ...]
    rules: tuple[RuleShift, ...]

    @property
    def flips(self) -> tuple[Flip, ...]:
        return tuple(flip for rule in self.rules for flip in rule.flips)

    @property
    def moved(self) -> int:
        return sum(rule.moved for rule in self.rules)

    @property
    def same(self) -> int:
        return sum(rule.same for rule in self.rules)

    @property
    def shops(self) -> tuple[PlaceShift, ...]:
        return _places(self.flips, "shop")

    @property
    def agents(self) -> tuple[PlaceShift, ...]:
        return _places(self.flips, "agent")


@dataclass(frozen=True)
class Pairing:
    """The rules of the new side, and of the old one, by what both sides call them in common."""

    diffs: tuple[PackDiff, ...]

    def common(self, rule: str, *, old: bool) -> str:
        """`douyin/reply` of the old and `mypack/reply` of the new side are both `mypack/reply`."""
        pack, _, name = rule.partition("/")
        for diff in self.diffs:
            if old and diff.old == pack:
                return f"{diff.new or diff.old}/{name}"
        return rule

    def behind(self, rule: str, until: dt.date) -> tuple[Change, ...]:
        """What changed about the rule, without revisions that come into force later."""
        pack, _, name = rule.partition("/")
        changes = next((d.behind(name) for d in self.diffs if (d.new or d.old) == pack), ())
        return tuple(c for c in changes if c.since is None or c.since <= until)


def changed_rules(old: Result, new: Result, pairing: Pairing) -> frozenset[str]:
    """The rules, by their own names on either side, of which a verdict flips."""
    before = {_key(v, pairing, old=True): v for v in old.verdicts}
    found: set[str] = set()
    for verdict in new.verdicts:
        was = before.get(_key(verdict, pairing, old=False))
        if was is not None and was.outcome is not verdict.outcome:
            found |= {was.rule, verdict.rule}
    return frozenset(found)


def compare(
    old: Result, new: Result, listed: tuple[Sequence[Verdict], Sequence[Verdict]], pairing: Pairing
) -> WhatIf:
    """Pairs the verdicts by rule, scope and period. `listed` are those of the rules that flip, of
    either side, with their offenders."""
    blamed = [
        {_key(v, pairing, old=side == 0): v for v in verdicts}
        for side, verdicts in enumerate(listed)
    ]
    before = _by_rule(old.verdicts, pairing, old=True)
    after = _by_rule(new.verdicts, pairing, old=False)
    last = _EPOCH + dt.timedelta(microseconds=new.data.last or 0, days=1)  # whatever the zone
    shifts = []
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name, {}), after.get(name, {})
        both = [key for key in now if key in was]
        flips = [
            _flip(blamed[0].get(key, was[key]), blamed[1].get(key, now[key]))
            for key in both
            if was[key].outcome is not now[key].outcome
        ]
        moved = sum(
            was[key].outcome is now[key].outcome and _figures(was[key]) != _figures(now[key])
            for key in both
        )
        first = next(iter((now or was).values()))
        shifts.append(
            RuleShift(
                next((v.rule for v in was.values()), None),
                next((v.rule for v in now.values()), None),
                first.title,
                pairing.behind(name, last.date()),
                tuple(flips),
                moved,
                len(both) - len(flips) - moved,
                Counter(v.outcome for key, v in was.items() if key not in now),
                Counter(v.outcome for key, v in now.items() if key not in was),
            )
        )
    return WhatIf(new.data, old.packs, new.packs, tuple(shifts))


def _by_rule(
    verdicts: Iterable[Verdict], pairing: Pairing, *, old: bool
) -> dict[str, dict[Key, Verdict]]:
    found: dict[str, dict[Key, Verdict]] = {}
    for verdict in verdicts:
        key = _key(verdict, pairing, old=old)
        found.setdefault(key[0], {})[key] = verdict
    return found


def _key(verdict: Verdict, pairing: Pairing, *, old: bool) -> Key:
    period = verdict.period
    scope = tuple(sorted(verdict.scope.items()))
    rule = pairing.common(verdict.rule, old=old)
    return rule, scope, period.kind, period.start, period.through


def _figures(verdict: Verdict) -> tuple[object, ...]:
    return verdict.value, verdict.numerator, verdict.denominator, verdict.offender_count


def _flip(before: Verdict, after: Verdict) -> Flip:
    was = {_case(o): o for o in before.offenders}
    now = {_case(o): o for o in after.offenders}
    whole = all(v.offender_count == len(v.offenders) for v in (before, after))
    return Flip(
        before,
        after,
        tuple(o for key, o in now.items() if key not in was),
        tuple(o for key, o in was.items() if key not in now),
        len(was.keys() & now.keys()),
        whole,
    )


def _case(offender: Offender) -> tuple[object, ...]:
    """A session or a turn of it is one case; other rows are told apart by agent and time."""
    if offender.session_id is not None:
        return offender.shop_id, offender.session_id, offender.turn
    return offender.shop_id, offender.agent_id, offender.at


def _places(flips: Iterable[Flip], kind: str) -> tuple[PlaceShift, ...]:
    """Those with the most newly failing verdicts first."""
    tally: dict[tuple[str | None, str | None, str | None], Counter[str]] = {}
    for flip in flips:
        scope = flip.after.scope
        if kind not in scope:
            continue
        agent = scope["agent"] if kind == "agent" else None
        failed, fails = (v.outcome is Outcome.FAIL for v in (flip.before, flip.after))
        what = "newly_failing" if fails else "recovered" if failed else "other"
        place = scope.get("platform"), scope.get("shop"), agent
        tally.setdefault(place, Counter())[what] += 1
    found = (
        PlaceShift(platform, shop, agent, n["newly_failing"], n["recovered"], n["other"])
        for (platform, shop, agent), n in tally.items()
    )
    return tuple(sorted(found, key=_order))


def _order(place: PlaceShift) -> tuple[object, ...]:
    names = (_last(name) for name in (place.platform, place.shop, place.agent))
    return (-place.newly_failing, -place.recovered, -place.other, *names)


def _last(name: str | None) -> tuple[bool, str]:
    return name is None, name or ""
