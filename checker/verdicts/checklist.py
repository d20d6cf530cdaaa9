"""The pre-review checklist: every rule of a platform as an item, in the order of a reviewer's walk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.packs.model import Ask, Source, Text
from checker.packs.typed import Demand, TypedPack, TypedRevision, TypedRule
from checker.verdicts.judge import is_question
from checker.verdicts.model import DataSummary, Outcome, Verdict

GROUPS = ("reply", "satisfaction", "staffing", "settings", "conduct")
OTHER = "other"  # where rules without a group stand, last

WORST_FIRST = (
    Outcome.FAIL,
    Outcome.WARN,
    Outcome.NOT_EVALUATED,
    Outcome.MANUAL,
    Outcome.SMALL_SAMPLE,
    Outcome.NO_DATA,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.INFO,
)
"""An item has the first of these that one of its verdicts has: what was not judged is not met."""


@dataclass(frozen=True)
class Share:
    """How many of all have the item's outcome."""

    hit: int
    total: int


@dataclass(frozen=True)
class Finding:
    """What the data and the attestations say of an item.

    `worst` is the verdict farthest from what is asked among those of the item's outcome; `lowest`
    and `highest` are the verdicts with the extreme values, None where there is no value or just one
    verdict. `scopes` counts shops, agents and the like, `periods` calendar periods.
    """

    outcome: Outcome
    counts: Mapping[Outcome, int]
    worst: Verdict
    lowest: Verdict | None
    highest: Verdict | None
    scopes: Share
    periods: Share
    answers: tuple[Verdict, ...]  # of a manual item: one per scope


@dataclass(frozen=True)
class Item:
    """A line of the checklist. `question` is None for what the data answer."""

    rule: str
    title: Text
    severity: str
    scopes: tuple[str, ...]
    period: str
    type: str
    require: Demand | None
    aim: Demand | None
    source: str | None
    aim_source: str | None  # None: an aim is the house's own
    advice: Text | None
    question: Text | None
    evidence: Text | None
    finding: Finding | None

    @property
    def manual(self) -> bool:
        return self.question is not None


@dataclass(frozen=True)
class Section:
    group: str  # one of GROUPS, or OTHER
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PackChecklist:
    pack: str
    title: Text
    platform: str
    timezone: str
    as_of: int | None  # microseconds since 1970 UTC; None: nothing was judged
    sources: Mapping[str, Source]
    sections: tuple[Section, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True)
class Checklist:
    """The checklists of all packs, and the verdicts that they rest on (none: a blank form).
    `data` is None where only attestations were read."""

    packs: tuple[PackChecklist, ...]
    verdicts: tuple[Verdict, ...] = ()
    data: DataSummary | None = None

    @property
    def blank(self) -> bool:
        return not self.verdicts


def make_checklist(
    packs: Sequence[TypedPack],
    verdicts: Sequence[Verdict] = (),
    as_of: Mapping[str, int] | None = None,
    data: DataSummary | None = None,
) -> Checklist:
    """The checklist of `packs`, with what `verdicts` say; `as_of` gives instants by pack."""
    by_rule: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if not verdict.added:
            by_rule.setdefault(verdict.rule, []).append(verdict)
    lists = [_pack(pack, by_rule, (as_of or {}).get(pack.pack.name)) for pack in packs]
    return Checklist(tuple(lists), tuple(verdicts), data)


def _pack(
    pack: TypedPack, by_rule: Mapping[str, Sequence[Verdict]], as_of: int | None
) -> PackChecklist:
    sections = []
    for group in (*GROUPS, OTHER):
        rules = [rule for rule in pack.rules if (rule.rule.group or OTHER) == group]
        items = tuple(_item(rule, by_rule.get(rule.id, ())) for rule in rules)
        if items:
            sections.append(Section(group, items))
    written = pack.pack
    return PackChecklist(
        written.name,
        written.title,
        written.platform,
        written.timezone,
        as_of,
        written.sources,
        tuple(sections),
    )


def _item(rule: TypedRule, verdicts: Sequence[Verdict]) -> Item:
    finding = _finding(rule, verdicts) if verdicts else None
    # What is asked is that of the verdict that is shown; a blank form asks what holds now.
    shown = _revision(rule, finding.worst) if finding else rule.revisions[-1]
    written, measure = shown.written, shown.measure
    ask = measure if isinstance(measure, Ask) else None
    return Item(
        rule.id,
        written.title,
        written.severity,
        shown.scopes,
        shown.period.kind,
        shown.type,
        shown.require,
        shown.aim,
        written.source,
        written.aim_source,
        written.advice,
        ask.question if ask else None,
        ask.evidence if ask else None,
        finding,
    )


def _finding(rule: TypedRule, verdicts: Sequence[Verdict]) -> Finding:
    counts = {o: n for o in WORST_FIRST if (n := sum(v.outcome is o for v in verdicts))}
    outcome = next(iter(counts))
    hits = [v for v in verdicts if v.outcome is outcome]
    valued = [v for v in verdicts if v.value is not None]
    valued.sort(key=lambda v: v.value or Fraction(0))
    several = len(valued) > 1
    return Finding(
        outcome,
        counts,
        max(hits, key=lambda v: (_distance(_revision(rule, v), v), v.offender_count)),
        valued[0] if several else None,
        valued[-1] if several else None,
        Share(len(_scopes(hits)), len(_scopes(verdicts))),
        Share(len({v.period for v in hits}), len({v.period for v in verdicts})),
        tuple(verdicts) if is_question(rule) else (),
    )


def _scopes(verdicts: Collection[Verdict]) -> set[tuple[tuple[str, str | None], ...]]:
    return {tuple(verdict.scope.items()) for verdict in verdicts}


def _revision(rule: TypedRule, verdict: Verdict) -> TypedRevision:
    for revision in rule.revisions:
        since = revision.since.isoformat() if revision.since else None
        if since == verdict.revision:
            return revision
    return rule.revisions[-1]


def _distance(revision: TypedRevision, verdict: Verdict) -> Fraction:
    """How far the value is from what is asked; 0 where it is met or nothing is asked."""
    missed: Demand | None = None
    if verdict.value is not None:
        asked = (revision.require, revision.aim)
        missed = next((d for d in asked if d is not None and not d.holds(verdict.value)), None)
    if missed is None or verdict.value is None:
        return Fraction(0)
    return abs(verdict.value - missed.bound)
