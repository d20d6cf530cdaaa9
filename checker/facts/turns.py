"""Turns: rounds from a buyer's first open message to the reply that answers it."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

Order = Callable[[ir.Table], list[ir.Value]]


def build_turns(messages: ir.Table, order: Order, *, details: bool) -> ir.Table:
    """One row per turn of one clock.

    `messages` has sk, pk, ts, ak, the boolean `closes` (of a message that does both, it closes), and
    holds only messages for which `opens` or `closes` is true. The first opening message since the last
    reply opens a round; the next closing one answers it; a closing one with nothing open is nothing.

    Columns: sk, pk, index (from 1), asked_at, answered_at (null: unanswered), ak (who answered),
    is_last; with `details` also last_asked_at and messages (opening messages of the round).
    """
    by_session = ibis.window(group_by="sk", order_by=order(messages))
    before = messages["closes"].lag().over(by_session)
    added = {
        "changes": messages["closes"] != ibis.coalesce(before, True),
        "number": ibis.row_number().over(by_session),
    }
    if details:
        whole = ibis.window(group_by="sk")
        added |= {
            "previous_ts": messages["ts"].lag().over(by_session),
            "final_ts": messages["ts"].max().over(whole),
            "total": messages.count().over(whole),
        }
    marked = messages.mutate(**added)
    # What is left alternates: opening, closing, opening …
    edges = marked.filter(marked["changes"])
    along = ibis.window(group_by="sk", order_by=edges["number"])
    columns = {
        "index": (ibis.row_number().over(along) // 2 + 1).cast("int32"),
        "answered_at": edges["ts"].lead().over(along),
        "answered_by": edges["ak"].lead().over(along),
        "is_last": edges["ts"].lead(2).over(along).isnull(),
    }
    if details:
        answer = edges["number"].lead().over(along)
        columns |= {
            "last_asked_at": ibis.coalesce(
                edges["previous_ts"].lead().over(along), edges["final_ts"]
            ),
            "messages": ibis.coalesce(answer, edges["total"]) - edges["number"],
        }
    rounds = edges.mutate(**columns)
    rounds = rounds.filter(~rounds["closes"])
    extra = ("last_asked_at", "messages") if details else ()
    return rounds.select(
        "sk",
        "pk",
        "index",
        "answered_at",
        "is_last",
        *extra,
        asked_at=rounds["ts"],
        ak=rounds["answered_by"],
    )
