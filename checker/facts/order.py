"""The one order of messages, and of the rows of every other table: it decides between equal instants."""

from __future__ import annotations

from collections.abc import Sequence

from checker.data.lazily import ibis, ir, ops
from checker.language.catalog import TABLES

_PLACE = ("platform", "shop_id")
CARRIED = "session__"
"""How columns of the session begin that messages carry along."""
_KEYS = {"sk", "pk", "ak", "rn"}
_FIXED = {"sk", "pk", "ts", "seq", "role", "ak", "automatic", "text"}


def message_order(messages: ir.Table, own: Sequence[str]) -> list[ir.Value]:
    """The order of messages in a session: ts, seq, role, agent, then all else that was read.

    `own` are the columns of the messages themselves; `messages` may have more.
    """
    return [_last(value) for value in _message_keys(messages, own)]


def message_order_values(messages: ir.Table, own: Sequence[str]) -> list[ir.Value]:
    """The same order as values without nulls, for comparing rows as structs."""
    never_null, *others = _message_keys(messages, own)
    return [never_null, *(part for value in others for part in (value.isnull(), value))]


def with_ends(messages: ir.Table) -> ir.Table:
    """`messages`, which lie in order, with `begins` and `ends`: the first and the last of a session."""
    return messages.mutate(
        begins=~messages["sk"].lag().identical_to(messages["sk"]),
        ends=~messages["sk"].lead().identical_to(messages["sk"]),
    )


def only_filtered(rows: ir.Table, kept: ir.Table) -> bool:
    """`rows` are rows of `kept`, lying as they do there: nothing joins, groups or sorts in between."""
    node = rows.op()
    while isinstance(node, ops.Filter | ops.Project):
        node = node.parent
    return bool(node == kept.op())


def table_order(name: str, rows: ir.Table) -> list[ir.Value]:
    """A table's time, then `to`, then its columns in the order of the catalog, missing last."""
    table = TABLES[name]
    time = [table.time] if table.time else []
    ends = [c for c in ("to",) if table.column(c)]
    rest = [c.name for c in table.stored_columns if c.name not in (*time, *ends, *_PLACE)]
    extra = sorted(set(rows.columns) - {c.name for c in table.columns} - _KEYS)
    return [
        *(_last(rows[c]) for c in (*time, *ends)),
        rows["pk"],
        *(_last(rows["ak" if c == "agent_id" else c]) for c in (*rest, *extra)),
    ]


def _message_keys(messages: ir.Table, own: Sequence[str]) -> list[ir.Value]:
    rest = [c for c in sorted(own) if c not in _FIXED and not c.startswith(CARRIED)]
    names = [c for c in ("ts", "seq", "role", *rest, "text") if c in own]
    return [_who(messages) if c == "role" else messages[c] for c in names]


def _who(messages: ir.Table) -> ir.IntegerValue:
    """Role, then agent with nobody last, then automatic, as one number: it sorts faster than three."""
    agent = ibis.coalesce(messages["ak"], 1 << 32).cast("int64")
    automatic = ibis.ifelse(messages["automatic"], 1, 0)  # PostgreSQL casts no bool to 64 bits
    return messages["role"].cast("int64") * (1 << 34) + agent * 2 + automatic


def _last(value: ir.Value) -> ir.Value:
    return value.asc(nulls_first=False)
