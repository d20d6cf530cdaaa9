"""What `checker explain` says, for programs: the same bytes for the same data."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reports.json import as_json_text, verdict_dict
from checker.text.instants import instant_text
from checker.verdicts.explain_verdict import Funnel, VerdictReading
from checker.verdicts.explanation import (
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
)

SCHEMA = 1


def timelines_json(timelines: Sequence[SessionTimeline], *, show_text: bool = False) -> str:
    """The timelines as JSON text; `schemas/explain.schema.json` describes it. What was said only with
    `show_text`."""
    return as_json_text(
        {"schema": SCHEMA, "sessions": [_timeline(one, show_text) for one in timelines]}
    )


def verdict_json(reading: VerdictReading) -> str:
    """The verdict and its funnels as JSON text; `schemas/explain.schema.json` describes it."""
    return as_json_text(
        {
            "schema": SCHEMA,
            "verdict": verdict_dict(reading.verdict),
            "funnels": [_funnel(one) for one in reading.funnels],
        }
    )


def _funnel(one: Funnel) -> dict[str, object]:
    return {
        "part": one.part,
        "of": one.fact,
        "judges": one.judges,
        "limit_s": None if one.limit is None else one.limit / 1_000_000,
        "steps": [
            {"step": stage.key, "rows": stage.rows, "conditions": list(stage.conditions)}
            for stage in one.stages
        ],
    }


def _timeline(one: SessionTimeline, show_text: bool) -> dict[str, object]:
    zone = one.timezone

    def at(instant: int | None) -> str | None:
        return instant_text(instant, zone)

    return {
        "session_id": one.session_id,
        "shop_id": one.shop_id,
        "platform": one.platform,
        "pack": one.pack,
        "timezone": zone,
        "started_at": at(one.started_at),
        "ended_at": at(one.ended_at),
        "as_of": at(one.as_of),
        "events": [_event(event, zone, show_text) for event in one.events],
        "windows": [
            {
                "window": hours.window,
                "open": [{"from": at(start), "until": at(end)} for start, end in hours.stretches],
            }
            for hours in one.windows
        ],
        "turns": [_turn(turn, zone) for turn in one.turns],
        "limits_passed": [
            {"rule": mark.rule, "turn": mark.turn, "at": at(mark.at)} for mark in one.marks
        ],
        "rules": [_reading(reading) for reading in one.rules],
    }


def _event(event: TimelineEvent, zone: str, show_text: bool) -> dict[str, object]:
    return {
        "at": instant_text(event.at, zone),
        "event": event.kind,
        "role": event.role,
        "agent_id": event.agent_id,
        "automatic": event.automatic,
        "note": event.note,
        "text": event.text if show_text else None,
    }


def _turn(turn: TurnRow, zone: str) -> dict[str, object]:
    return {
        "clock": turn.clock,
        "turn": turn.index,
        "asked_at": instant_text(turn.asked_at, zone),
        "answered_at": instant_text(turn.answered_at, zone),
        "wait_s": None if turn.wait is None else turn.wait / 1_000_000,
        "waited_s": None if turn.waited is None else turn.waited / 1_000_000,
        "open": turn.pending,
        "agent_id": turn.agent_id,
    }


def _reading(reading: RuleReading) -> dict[str, object]:
    return {
        "rule": reading.rule,
        "title": {"zh": reading.title.zh, "en": reading.title.en},
        "of": reading.fact,
        "row": reading.row,
        "in_population": reading.in_population,
        "good": reading.good,
        "pending": reading.pending,
        "conditions": [
            {
                "within": part.within,
                "condition": part.text,
                "depth": part.depth,
                "holds": part.holds,
                "values": dict(part.values),
            }
            for part in reading.parts
        ],
    }
