"""What changed between two sets of rules: pack by pack, rule by rule, field by field, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from checker.packs.effect import Effect, demand_effect, severity_effect, window_effect
from checker.packs.facets import (
    Facet,
    Facets,
    Value,
    definition_facets,
    names_of_rule,
    pack_facets,
    rule_facets,
)
from checker.packs.model import Pack, Text, Window
from checker.packs.typed import TypedPack, TypedRevision, TypedRule

Kind = Literal["added", "removed", "changed"]
_WORDING = ("title", "advice")
_REMARKS = (
    "source",
    "aim_source",
    "sources",
    "status",
    "group",
    "evidence",
)  # say more of a rule, judge nothing


@dataclass(frozen=True)
class Change:
    """One field with its values before and after.

    `field` is `require`, `title.zh`, `parts.late.where`, `windows.assessed`, `clocks.reply.closes` …;
    `revision` is a revision as a whole. `since` is the day from which a rule says so, None from the
    beginning. `wording`: no figure can change by it. `affects`: the rules that use what changed.
    """

    field: str
    kind: Kind
    old: Value | None
    new: Value | None
    since: dt.date | None = None
    effect: Effect | None = None
    wording: bool = False
    affects: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleDiff:
    """One rule; `id` is without its pack. An added or removed rule has all of its fields as changes."""

    id: str
    kind: Kind
    title: Text
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class PackDiff:
    """Two packs, or one that only one side has. `changes` are those of what rules share."""

    old: str | None
    new: str | None
    title: Text
    changes: tuple[Change, ...]
    rules: tuple[RuleDiff, ...]

    @property
    def kind(self) -> Kind:
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def different(self) -> bool:
        return self.kind != "changed" or bool(self.changes or self.rules)

    def behind(self, rule: str) -> tuple[Change, ...]:
        """All that can change the verdicts of one rule: its own changes, and those of what it uses."""
        own = next((r.changes for r in self.rules if r.id == rule), ())
        shared = [c for c in self.changes if rule in c.affects or c.field == "timezone"]
        told = (c for c in (*own, *shared) if not c.wording)
        return tuple(c for c in told if c.field.partition(".")[0] not in _REMARKS)


Pairs = tuple[tuple[TypedPack | None, TypedPack | None], ...]


def pair_packs(old: Sequence[TypedPack], new: Sequence[TypedPack]) -> Pairs:
    """Packs that are compared with each other: those of one name, then the only ones left of a
    platform, then the only ones there are. In the order of `new`; what is only in `old` comes last."""
    left = {pack.pack.name: pack for pack in old}
    found: dict[str, TypedPack] = {}
    for pack in new:
        if pack.pack.name in left:
            found[pack.pack.name] = left.pop(pack.pack.name)
    for pack in new:
        platform = pack.pack.platform
        rest = [p for p in new if p.pack.name not in found and p.pack.platform == platform]
        before = [p for p in left.values() if p.pack.platform == platform]
        if platform != "any" and pack.pack.name not in found and len(rest) == len(before) == 1:
            found[pack.pack.name] = left.pop(before[0].pack.name)
    if len(old) == len(new) == 1 and left:
        found[new[0].pack.name] = left.popitem()[1]
    return (
        *((found.get(pack.pack.name), pack) for pack in new),
        *((pack, None) for pack in left.values()),
    )


def diff_packs(pairs: Pairs) -> tuple[PackDiff, ...]:
    """The differences of each pair, those without any included."""
    return tuple(_pack(old, new) for old, new in pairs)


def _pack(old: TypedPack | None, new: TypedPack | None) -> PackDiff:
    before = {rule.rule.id: rule for rule in old.rules} if old else {}
    after = {rule.rule.id: rule for rule in new.rules} if new else {}
    rules: list[RuleDiff] = []
    for name, rule in after.items():
        changes = _rule_changes(before.get(name), rule)
        if name not in before or changes:
            kind: Kind = "changed" if name in before else "added"
            rules.append(RuleDiff(name, kind, rule.rule.latest.title, changes))
    for name, rule in before.items():
        if name not in after:
            changes = _rule_changes(rule, None)
            rules.append(RuleDiff(name, "removed", rule.rule.latest.title, changes))
    shared = tuple(_shared(old.pack, new.pack)) if old and new else ()
    one = new or old
    title = one.pack.title if one else Text()
    return PackDiff(
        old.pack.name if old else None, new.pack.name if new else None, title, shared, tuple(rules)
    )


def _shared(old: Pack, new: Pack) -> Iterator[Change]:
    yield from _compared("", pack_facets(old), pack_facets(new))
    before, after = definition_facets(old), definition_facets(new)
    users = [(new, rule) for rule in new.rules]
    users += [(old, rule) for rule in old.rules]
    for name in dict.fromkeys((*after, *before)):
        affected = dict.fromkeys(r.id for pack, r in users if name in names_of_rule(pack, r))
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            changes = _compared(
                "", {name: _one(was)} if was else {}, {name: _one(now)} if now else {}
            )
        else:
            changes = _compared(name, was, now)
        for change in changes:
            yield replace(change, affects=tuple(affected))


def _one(facets: Facets) -> Facet:
    """A definition that comes or goes as a whole is told as one field."""
    if "" in facets:
        return facets[""]
    text = "; ".join(f"{key} {facet.value}" for key, facet in facets.items())
    return Facet(text, text)


def _compared(prefix: str, before: Facets, after: Facets) -> Iterator[Change]:
    for key in dict.fromkeys((*after, *before)):
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None and old.meaning == new.meaning:
            continue
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        field = ".".join(part for part in (prefix, key) if part)
        was, now = (facet.value if facet is not None else None for facet in (old, new))
        effect = None
        if isinstance(was, Window) and isinstance(now, Window):
            effect = window_effect(was, now)
        # A source's title is wording, too; what it cites is not.
        wording = key.partition(".")[0] in _WORDING
        yield Change(field, kind, was, now, effect=effect, wording=wording)


def _rule_changes(old: TypedRule | None, new: TypedRule | None) -> tuple[Change, ...]:
    """Compares what is in force from each day on, on which either side begins to say something else.

    A difference that goes on from one such day to the next is told once, of its first day.
    """
    days = {r.since for rule in (old, new) if rule for r in rule.revisions}
    found: list[Change] = []
    told: dict[str, Change] = {}
    for day in sorted(days, key=lambda d: d or dt.date.min):
        found += _revision(old, new, day)
        now = {c.field: c for c in _differences(old, new, day)}
        found += [replace(c, since=day) for c in now.values() if told.get(c.field) != c]
        told = now
    return tuple(found)


def _revision(old: TypedRule | None, new: TypedRule | None, day: dt.date | None) -> list[Change]:
    """A revision that only one side has, as a change of its own."""
    if day is None:
        return []
    there = [
        rule is not None and any(r.since == day for r in rule.revisions) for rule in (old, new)
    ]
    if there[0] == there[1]:
        return []
    text = day.isoformat()
    if there[1]:
        return [Change("revision", "added", None, text, since=day)]
    return [Change("revision", "removed", text, None, since=day)]


def _differences(
    old: TypedRule | None, new: TypedRule | None, day: dt.date | None
) -> Iterator[Change]:
    was, now = in_force(old, day), in_force(new, day)
    before = rule_facets(old.rule, was.written) if old and was else {}
    after = rule_facets(new.rule, now.written) if new and now else {}
    for change in _compared("", before, after):
        yield replace(change, effect=_effect(change.field, was, now)) if was and now else change


def in_force(rule: TypedRule | None, day: dt.date | None) -> TypedRevision | None:
    """What the rule says on that day; None is the time before all revisions."""
    if rule is None:
        return None
    begun = [r for r in rule.revisions if r.since is None or (day is not None and r.since <= day)]
    return begun[-1]


def _effect(field: str, was: TypedRevision, now: TypedRevision) -> Effect | None:
    match field:
        case "require":
            return demand_effect(was.require, now.require)
        case "aim":
            return demand_effect(was.aim, now.aim)
        case "severity":
            return severity_effect(was.written.severity, now.written.severity)
    return None
