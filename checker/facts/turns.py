"""Turns: rounds from a buyer's first open message to the reply that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from checker.data.lazily import ibis, ir

Order: TypeAlias = "Callable[[ir.Table], list[ir.Value]]"


def build_turns(messages: ir.Table, order: Order, *, details: bool, in_place: bool) -> ir.Table:
    """One row per turn of one clock.

    `messages` has sk, pk, ts, ak, the boolean `closes` (of a message that does both, it closes), and
    holds only messages for which `opens` or `closes` is true. The first opening message since the last
    reply opens a round; the next closing one answers it; a closing one with nothing open is nothing.
    `in_place`: the rows of each session lie next to each other and in order.

    Columns: sk, pk, index (from 1), asked_at, answered_at (null: unanswered), ak (who answered),
    is_last; with `details` also last_asked_at and messages (opening messages of the round).
    """
    if in_place and not details:
        rounds = _as_they_lie(messages)
    else:
        rounds = _sorted(messages, order, details=details)
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


def _as_they_lie(messages: ir.Table) -> ir.Table:
    """One walk through the rows, without sorting: windows with no order see them as they lie.

    Kept are the first row of each session and those at which it changes between opening and closing.
    They alternate, so that the one after an opening row, if of its session, answers it.
    """
    other = messages["sk"].lag().identical_to(messages["sk"])
    marked = messages.mutate(
        first=~other, changes=messages["closes"] != ibis.coalesce(messages["closes"].lag(), True)
    )
    edges = marked.filter(marked["first"] | marked["changes"])
    answered = edges["sk"].lead().identical_to(edges["sk"])
    numbered = edges.mutate(
        place=ibis.row_number(),
        answered_at=ibis.ifelse(answered, edges["ts"].lead(), ibis.null("int64")),
        answered_by=ibis.ifelse(answered, edges["ak"].lead(), ibis.null("int32")),
        is_last=~edges["sk"].lead(2).identical_to(edges["sk"]),
    )
    # A session that begins with a closing row opens its first round at the next.
    opens = ibis.ifelse(numbered["closes"], numbered["place"] + 1, numbered["place"])
    begins = ibis.ifelse(numbered["first"], opens, 0).max()
    since = numbered.mutate(begins=begins.over(ibis.window(preceding=None, following=0)))
    return since.mutate(index=((since["place"] - since["begins"]) / 2 + 1).cast("int32"))


def _sorted(messages: ir.Table, order: Order, *, details: bool) -> ir.Table:
    """The same by windows over each session's rows, in whatever order they come."""
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
    return edges.mutate(**columns)
