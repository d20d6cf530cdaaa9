"""Random rules on generated conversations: every figure of an audit against the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from expressions import Writer
from fact_rows import FactRows, Placed
from interpreter import Interpreter
from oracle.facts import World, derive
from oracle.generate import generate
from oracle.moments import local
from oracle.turns import HUMAN_REPLY, PER_AGENT, PLAIN, Clock
from oracle.write import write
from window_walk import Windows

from checker.language.types import WEEKDAYS
from checker.options import AuditOptions
from checker.packs.model import Period
from checker.packs.typed import Rows, TypedPack, TypedParts, TypedRatio, TypedRevision, TypedValue
from checker.pipeline import audit_packs
from checker.rulesets import load_packs

CLOCKS = {
    "plain": PLAIN,
    "human": HUMAN_REPLY,
    "held": PER_AGENT,
    "half": Clock(wait=lambda t, at: None if at is None else (at - t.asked_at) // 2),
}
HEAD = """
language: 1
pack: p
title: T
timezone: ZONE
sources: {s: {title: S, cite: c}}
windows:
  day: {from: "08:00:00", through: "22:59:59"}
  night: [{from: "22:00:00", until: "09:00:00"}, {from: "12:00:00", until: "13:00:00"}]
  shop: {from: {shop: opens_at, default: "09:00:00"}, until: {shop: closes_at, default: "22:00:00"}}
clocks:
  plain: {opens: role = 'buyer', closes: role = 'agent' and not automatic}
  human:
    opens: role = 'buyer'
    closes: role = 'agent' and not automatic
    ignores_before: session.human_requested_at
  held:
    opens: role = 'buyer'
    closes: role = 'agent' and not automatic
    wait: answered_at - greatest(asked_at, assigned_at)
  half:
    opens: role = 'buyer'
    closes: role = 'agent' and not automatic
    wait: (answered_at - asked_at) / 2
columns: {messages: {internal: bool, weight: number, took: duration}}
params: {slow: 3m, few: 2, share: 75%, word: app}
"""
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sessions": {
        "bool": ("ended",),
        "int": ("few",),
        "ratio": ("share",),
        "duration": (
            "duration",
            "slow",
            "overlap(started_at, ended_at, day, pauses)",
            "overlap(started_at, ended_at, always, pauses, reason is present)",
        ),
        "instant": ("started_at", "assigned_at", "ended_at", "human_requested_at"),
        "time": ("shop.opens_at", "shop.closes_at"),
        "text": ("channel", "end_reason", "agent_id", "last_agent_id", "word"),
    },
    "turns": {
        "bool": ("is_last", "session.ended", "agent.counted"),
        "int": ("index", "messages", "agent.max_reception"),
        "duration": (
            "wait",
            "wait",
            "wait",
            "session.duration",
            "slow",
            "overlap(asked_at, answered_at, night, pauses)",
        ),
        "instant": (
            "asked_at",
            "answered_at",
            "last_asked_at",
            "assigned_at",
            "session.started_at",
        ),
        "time": ("shop.opens_at",),
        "text": ("agent_id", "session.channel", "session.end_reason"),
    },
    "messages": {
        "bool": ("automatic", "session.ended", "internal"),
        "int": ("seq", "agent.max_reception"),
        "number": ("weight", "weight"),
        "duration": ("session.duration", "took"),
        "instant": ("ts", "session.ended_at"),
        "time": ("shop.closes_at",),
        "text": ("kind", "agent_id", "session.channel"),
    },
    "ratings": {
        "bool": ("agent.counted",),
        "int": ("score", "score"),
        "duration": ("session.duration",),
        "instant": ("rated_at", "session.ended_at"),
        "text": ("agent_id", "buyer_id", "session.channel"),
    },
    "assignments": {
        "bool": ("is_last",),
        "int": ("replies", "agent.max_reception"),
        "duration": ("session.duration",),
        "instant": ("from", "to", "first_reply_at", "session.started_at"),
        "text": ("agent_id", "session.channel"),
    },
    "invites": {"instant": ("sent_at",)},
}
ENUMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "messages": {"role": ("buyer", "agent", "bot"), "weekday_of(ts)": WEEKDAYS},
    "sessions": {"initiated_by": ("buyer", "merchant"), "weekday_of(started_at)": WEEKDAYS},
    "ratings": {"subject": ("human", "bot")},
    "turns": {"agent.experience": ("novice", "regular")},
    "invites": {"by": ("agent", "system")},
}
RELATIONS = ("messages", "turns", "turns", "assignments", "ratings", "invites")
PERIODS: tuple[Any, ...] = ("day", "week", "month", "hour", "all", {"rolling": "2d"})
SCOPES = ("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday")


def writer(rng: Random, fact: str) -> Writer:
    relations = _relations if fact == "sessions" else (lambda _rng, _kind, _depth: None)
    windows = ("day", "night", "shop")
    return Writer(rng, COLUMNS[fact], ENUMS.get(fact, {}), windows, relations)


def _relations(rng: Random, kind: str, depth: int) -> str | None:
    if rng.random() < 0.55:
        return None
    home = rng.choice(RELATIONS)
    inner = writer(rng, home)
    if home == "invites" and kind not in ("bool", "int", "instant"):
        return None
    comma = f", {inner.write('bool', min(depth, 1))}" if rng.random() < 0.5 else ""
    match kind:
        case "bool":
            name = rng.choice(["any", "all", "none", "first", "last"])
            if name in ("all", "none", "first", "last"):
                value = inner.write("bool", min(depth, 1))
                extra = comma if name in ("first", "last") else ""
                return f"{name}({home}, {value}{extra})"
            return f"any({home}{comma})"
        case "int":
            if rng.random() < 0.5 or home == "invites":
                return f"count({home}{comma})"
            name = rng.choice(["sum", "min", "max", "first", "last"])
        case "number":
            name, kind = "mean", "int"
        case "duration":
            name = rng.choice(["sum", "mean", "min", "max", "first", "last"])
        case "instant":
            name = rng.choice(["min", "max", "first", "last"])
        case "text":
            name = rng.choice(["first", "last"])
        case _:
            return None
    return f"{name}({home}, {inner.write(kind, min(depth, 1))}{comma})"


def formula(rng: Random, fact: str) -> str:
    def one() -> str:
        write = writer(rng, fact)
        p = f", {write.write('bool', 1)}" if rng.random() < 0.4 else ""
        kind = rng.choice(["int", "duration", "duration"])
        x = write.write(kind, rng.choice([0, 1]))
        match rng.randrange(9):
            case 0:
                return f"count({p.removeprefix(', ')})"
            case 1:
                return f"share({write.write('bool', 2)})"
            case 2:
                pair = [
                    write.leaf("text"),
                    *([write.leaf("instant")] if rng.random() < 0.5 else []),
                ]
                return f"distinct({', '.join(pair)})"
            case 3:
                return f"percentile({x}, {rng.choice(['95%', '50%', '33.3%', '0%', '100%'])}{p})"
            case 4:
                return f"median({x}{p})"
            case 5:
                return f"{rng.choice(['min', 'max'])}(time_of({write.leaf('instant')}){p})"
        return f"{rng.choice(['sum', 'mean', 'min', 'max'])}({x}{p})"

    if rng.random() < 0.8:
        return one()
    write = writer(rng, fact)
    total, some = write.write("duration", 1), write.write("bool", 1)
    return rng.choice(
        [
            f"sum({total}) / count({some})",
            f"count({some}) / count()",
            f"mean({total}) - median({total})",
            f"coalesce(max({total}, {some}), 3m) * 2",
            f"count({some}) / distinct({write.leaf('text')}) * 100%",
            f"greatest(count({some}), 2) - abs(count() - 5)",
        ]
    )


def one_rule(rng: Random) -> dict[str, Any]:
    fact = rng.choice(
        ["sessions", "sessions", "turns", "turns", "messages", "ratings", "assignments"]
    )
    rule: dict[str, Any] = {"title": "T", "clock": rng.choice(sorted(CLOCKS))}
    scopes = rng.sample(SCOPES, rng.choice([0, 1, 1, 2]))
    rule["per"] = [*scopes, rng.choice(PERIODS)]
    if rng.random() < 0.12:
        parts = {
            name: {"of": of, "is": rng.choice(["count()", writer_sum(rng, of)])}
            for name, of in (("a", fact), ("b", rng.choice(["ratings", "messages", "assignments"])))
        }
        rule["value"] = {
            "parts": parts,
            "is": rng.choice(["a + b", "a / b", "b - a", "greatest(a, b)"]),
        }
        return rule
    body: dict[str, Any] = {"of": fact}
    if rng.random() < 0.6:
        body["where"] = writer(rng, fact).write("bool", 2)
    if rng.random() < 0.25:
        body["one_per"] = rng.sample(["buyer", "agent", "day", "channel", "shop"], 2)
        body["keep"] = rng.choice(["first", "last"])
    kind = rng.choice(["ratio", "value"])
    if kind == "ratio":
        body["good"] = writer(rng, fact).write("bool", 3)
    else:
        body["is"] = formula(rng, fact)
    rule[kind] = body
    if rng.random() < 0.25:
        changed = {
            "ratio": {"good": writer(rng, fact).write("bool", 1)},
            "value": {"is": formula(rng, fact)},
        }
        rule["revisions"] = [
            {"from": "2026-01-31", kind: changed[kind]},
            {"from": "2026-02-02", "min_sample": 2},
        ]
    return rule


def writer_sum(rng: Random, fact: str) -> str:
    return f"sum({writer(rng, fact).leaf('int')})"


# -- what the rules should give ------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    value: Any
    rows: int
    pending: int = 0


def expected(
    pack: TypedPack, world: World, interpreter: Interpreter
) -> dict[str, dict[tuple[Any, ...], Figure]]:
    facts = {name: FactRows(world, clock) for name, clock in CLOCKS.items()}
    found: dict[str, dict[tuple[Any, ...], Figure]] = {}
    for rule in pack.rules:
        figures: dict[tuple[Any, ...], Figure] = {}
        for number, revision in enumerate(rule.revisions):
            rows = facts[revision.written.clock or "plain"]
            later = rule.revisions[number + 1 :]
            for key, figure in _revision(revision, rows, interpreter).items():
                judged = _judged_on(revision.period, key[-1], world)
                since = revision.since
                if judged is None:
                    if later:
                        continue
                elif (since is not None and judged < since) or any(
                    one.since is not None and one.since <= judged for one in later
                ):
                    continue
                figures[key] = figure
        found[rule.id] = figures
    return found


def _revision(
    revision: TypedRevision, facts: FactRows, interpreter: Interpreter
) -> dict[tuple[Any, ...], Figure]:
    measure = revision.measure
    if isinstance(measure, TypedParts):
        tables = {
            name: _groups(facts, part.rows.of, revision.scopes, revision.period)
            for name, part in measure.parts.items()
        }
        result = {}
        for key in dict.fromkeys(key for groups in tables.values() for key in groups):
            values, total = {}, 0
            for name, part in measure.parts.items():
                placed = _population(part.rows, tables[name].get(key, []), interpreter, facts)
                total += len(placed)
                values[name] = interpreter.formula(part.formula, [p.row for p in placed])
                if not placed:
                    values[name] = 0
            value = _parts(measure.formula, values, interpreter)
            result[key] = Figure(value if total else None, total)
        return result
    assert isinstance(measure, TypedRatio | TypedValue)
    result = {}
    inside = _population(measure.rows, None, interpreter, facts)
    for key, placed in _groups(facts, measure.rows.of, revision.scopes, revision.period).items():
        population = [one for one in placed if any(one is other for other in inside)]
        if isinstance(measure, TypedValue):
            value = interpreter.formula(measure.formula, [p.row for p in population])
            result[key] = Figure(value, len(population))
            continue
        good = [p for p in population if interpreter.holds(measure.good, p.row)]
        bad = [p for p in population if not interpreter.holds(measure.good, p.row)]
        pending = [p for p in bad if interpreter.holds(measure.good, p.later)]
        size = len(population) - len(pending)
        result[key] = Figure(Fraction(len(good), size) if size else None, size, len(pending))
    return result


def _parts(tree: Any, values: Mapping[str, Any], interpreter: Interpreter) -> Any:
    class Named(Interpreter):
        def formula(self, tree: Any, rows: Any) -> Any:
            if type(tree).__name__ == "PartValue":
                return values[tree.name]
            return super().formula(tree, rows)

    return Named(interpreter.zone, interpreter.windows).formula(tree, [])


def _population(
    rows: Rows, placed: list[Placed] | None, interpreter: Interpreter, facts: FactRows
) -> list[Placed]:
    given = facts.of(rows.of) if placed is None else placed
    where = rows.where
    found = [one for one in given if where is None or interpreter.holds(where, one.row)]
    if not rows.one_per:
        return found
    names = {*rows.one_per}
    if names & {"agent", "buyer"}:
        names.add("shop")
    by_group: dict[tuple[Any, ...], list[Placed]] = {}
    for one in found:
        day = None if one.at is None else local(one.at, facts.world.zone).date()
        # A group of one_per lies within a shop.
        scopes = {**one.scopes, "day": day}
        key = (one.scopes["shop"], *(scopes[name] for name in sorted(names)))
        by_group.setdefault(key, []).append(one)
    return [group[0 if rows.keep == "first" else -1] for group in by_group.values()]


def _groups(
    facts: FactRows, fact: str, scopes: tuple[str, ...], period: Period
) -> dict[tuple[Any, ...], list[Placed]]:
    zone = facts.world.zone
    wanted = {"platform", *scopes}
    if wanted & {"agent", "buyer"}:
        wanted.add("shop")
    last = local(facts.world.as_of - 1, zone).date()
    found: dict[tuple[Any, ...], list[Placed]] = {}
    for one in facts.of(fact):
        at = None if one.at is None else local(one.at, zone)
        if period.kind == "rolling":
            first = last - timedelta(days=period.days - 1)
            if at is None or not first <= at.date() <= last:
                continue
        said = {
            **one.scopes,
            "hour_of_day": None if at is None else str(at.hour),
            "weekday": None if at is None else WEEKDAYS[at.weekday()],
        }
        named = tuple((name, said[name]) for name in sorted(wanted))
        found.setdefault((named, _span(period, at)), []).append(one)
    return found


def _span(period: Period, at: Any) -> str | None:
    if period.kind in ("all", "rolling"):
        return period.kind
    if at is None:
        return None
    day: date = at.date()
    match period.kind:
        case "day":
            return day.isoformat()
        case "week":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "month":
            return day.replace(day=1).isoformat()
    return str(at.replace(minute=0, second=0, microsecond=0).isoformat())


def _judged_on(period: Period, span: str | None, world: World) -> date | None:
    if period.kind in ("all", "rolling"):
        return local(world.as_of - 1, world.zone).date()
    return None if span is None else date.fromisoformat(span[:10])


# -- the comparison ------------------------------------------------------------------------------


def differences(seed: int, folder: Path, rules: int = 25, zone: str = "Asia/Shanghai") -> list[str]:
    rng = Random(f"rules {seed}")
    tables = generate(
        seed, platform="p", gaps=False, zone=zone, sessions=40, undated=bool(seed % 2)
    )
    for row in tables["messages"]:
        row["internal"] = rng.choice([None, "true", "false"])
        row["weight"] = rng.choice([None, "0.5", "1.25", "-3"])
        row["took"] = rng.choice([None, "45s", "3m", "0.5s"])
    data = write(tables, folder / "data")
    written = HEAD.replace("ZONE", zone) + yaml.safe_dump(
        {"rules": {f"r{i}": one_rule(rng) for i in range(rules)}}, allow_unicode=True, width=500
    )
    file = folder / "pack.yaml"
    file.write_text(written)
    packs, wrong = load_packs([file])
    assert not [d for d in wrong if d.level == "error"], [
        (d.message, d.label, d.span and d.span.source) for d in wrong if d.level == "error"
    ]
    result, found = audit_packs(data, packs, AuditOptions(offenders=0))
    assert result is not None, found
    world = derive(tables, platform="p", zone=zone)
    spans = yaml.safe_load(HEAD)["windows"]
    windows = Windows({k: v if isinstance(v, list) else [v] for k, v in spans.items()})
    interpreter = Interpreter(ZoneInfo(zone), windows)
    want = expected(packs[0], world, interpreter)
    said = []
    texts = yaml.safe_load(written)["rules"]
    for rule in packs[0].rules:
        got: dict[tuple[Any, ...], Figure] = {}
        for verdict in result.verdicts:
            if verdict.rule != rule.id:
                continue
            if verdict.reason:
                said.append(f"{rule.id} {texts[rule.rule.id]}: {verdict.reason}")
                got = want[rule.id]
                break
            kind = verdict.period.kind
            span = kind if kind in ("all", "rolling") else verdict.period.start
            denominator = verdict.denominator if verdict.type in ("ratio", "every") else None
            key = (tuple(sorted(verdict.scope.items())), span)
            got[key] = Figure(verdict.value, denominator or 0, verdict.pending)
        said += [
            f"{rule.id} {texts[rule.rule.id]}: {line}"
            for line in _compared(got, want[rule.id], "ratio" in texts[rule.rule.id])
        ][:2]
    return said


def _compared(
    got: Mapping[tuple[Any, ...], Figure], want: Mapping[tuple[Any, ...], Figure], ratio: bool
) -> list[str]:
    if not want:
        return [] if all(one.value is None for one in got.values()) else [f"{got} without rows"]
    found = [f"{key} is missing" for key in want.keys() - got.keys()]
    found += [f"{key} is too much" for key in got.keys() - want.keys()]
    for key in want.keys() & got.keys():
        one, other = got[key], want[key]
        same = one.value == other.value and one.pending == other.pending
        if not same or (ratio and one.rows != other.rows):
            found.append(f"{one} instead of {other} at {key}")
    return found


@pytest.mark.parametrize("seed", range(6))
def test_rules_mean_the_same_as_row_by_row(seed: int, tmp_path: Path) -> None:
    zone = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")[seed % 3]
    assert differences(seed, tmp_path, zone=zone) == []
