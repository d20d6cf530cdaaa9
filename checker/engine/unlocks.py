"""Which rules the data can feed, and which tables and columns would make others possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.data.dataset import Dataset
from checker.engine.availability import Availability
from checker.packs.model import Ask
from checker.packs.typed import TypedPack, TypedRule


@dataclass(frozen=True, slots=True)
class Unlock:
    """A missing table, or `table.column`: the rules that lack nothing else, and those that lack more."""

    what: str
    alone: tuple[str, ...]
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the rules of one pack can do with the data of one platform."""

    platform: str
    pack: str
    fed: tuple[str, ...]  # rules that can be computed
    unfed: tuple[str, ...]
    asked: tuple[str, ...]  # rules that a person answers
    unlocks: tuple[Unlock, ...]  # the most useful first


def reaches(packs: Iterable[TypedPack], dataset: Dataset) -> tuple[Reach, ...]:
    """One for each pack and each platform of the data that it is for."""
    return tuple(
        _reach(pack, platform, Availability(dataset, platform))
        for pack in packs
        for platform in dataset.platforms
        if pack.pack.platform in (platform, "any")
    )


def _reach(pack: TypedPack, platform: str, available: Availability) -> Reach:
    asked = tuple(r.id for r in pack.rules if isinstance(r.revisions[-1].measure, Ask))
    lacking = {r.id: _lacking(r, available) for r in pack.rules if r.id not in asked}
    wanted = dict.fromkeys(what for found in lacking.values() for what in found)
    unlocks = [
        Unlock(
            what,
            tuple(rule for rule, found in lacking.items() if found == (what,)),
            tuple(rule for rule, found in lacking.items() if what in found and len(found) > 1),
        )
        for what in wanted
    ]
    unlocks.sort(key=lambda u: (-len(u.alone), -len(u.together), u.what))
    return Reach(
        platform,
        pack.pack.name,
        tuple(rule for rule, found in lacking.items() if not found),
        tuple(rule for rule, found in lacking.items() if found),
        asked,
        tuple(unlocks),
    )


def _lacking(rule: TypedRule, available: Availability) -> tuple[str, ...]:
    """What any revision lacks: a rule is evaluated by all of them or not at all."""
    found = (what for revision in rule.revisions for what in available.lacking(revision))
    return tuple(dict.fromkeys(found))
