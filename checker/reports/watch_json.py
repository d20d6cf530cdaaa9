"""What waits now, for programs: whole as one text, or as one line of a stream."""

from __future__ import annotations

import json
from collections.abc import Sequence

from checker.diagnostics import Diagnostic
from checker.reports.diagnostics import to_dicts
from checker.reports.json import as_json_text
from checker.text.instants import instant_text
from checker.text.quoted import escaped
from checker.verdicts.waiting import GRAVITY, Limit, Snapshot, WaitingTurn

SCHEMA = 1
_SECOND_US = 1_000_000


def watch_json(snapshot: Snapshot, diagnostics: Sequence[Diagnostic] = ()) -> str:
    """The snapshot as JSON text; `schemas/watch.schema.json` describes it."""
    return as_json_text(_body(snapshot, diagnostics))


def watch_line(snapshot: Snapshot, diagnostics: Sequence[Diagnostic] = ()) -> str:
    """The same on one line."""
    return escaped(json.dumps(_body(snapshot, diagnostics), ensure_ascii=False) + "\n")


def _body(snapshot: Snapshot, diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "as_of": instant_text(snapshot.now, snapshot.timezone),
        "timezone": snapshot.timezone,
        "soon_s": snapshot.soon / _SECOND_US,
        "data": {"tables": dict(snapshot.tables)},
        "rules": {
            "watched": list(snapshot.watched),
            "not_watched": [{"rule": r, "reason": why} for r, why in snapshot.unwatched.items()],
            "without_a_wait": list(snapshot.left_out),
        },
        "summary": {state: snapshot.count(state) for state in GRAVITY},
        "turns": [_turn(turn, snapshot) for turn in snapshot.turns],
        "diagnostics": list(to_dicts(diagnostics)),
    }


def _turn(turn: WaitingTurn, snapshot: Snapshot) -> dict[str, object]:
    return {
        "state": turn.state(snapshot.now, snapshot.soon),
        "platform": turn.platform,
        "shop_id": turn.shop_id,
        "session_id": turn.session_id,
        "agent_id": turn.agent_id,
        "asked_at": instant_text(turn.asked_at, turn.timezone),
        "waited_s": (snapshot.now - turn.asked_at) / _SECOND_US,
        "limits": [_limit(limit, turn, snapshot) for limit in turn.limits],
    }


def _limit(limit: Limit, turn: WaitingTurn, snapshot: Snapshot) -> dict[str, object]:
    at = limit.passes_at
    return {
        "rule": limit.rule,
        "title": {"zh": limit.title.zh, "en": limit.title.en},
        "severity": limit.severity,
        "turn": limit.turn,
        "state": limit.state(snapshot.now, snapshot.soon),
        "passes_at": None if at is None else instant_text(at, turn.timezone),
        "left_s": None if at is None else (at - snapshot.now) / _SECOND_US,
    }
