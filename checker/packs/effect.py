"""Whether a change asks for more or for less, where that can be told without any data."""

from __future__ import annotations

from typing import Literal

from checker.packs.model import Severity, Window
from checker.packs.typed import Demand

Effect = Literal["stricter", "looser", "narrower", "wider"]

_AT_LEAST = (">", ">=")
_AT_MOST = ("<", "<=")


def demand_effect(old: Demand | None, new: Demand | None) -> Effect | None:
    """Stricter: some figures that were enough are no longer, and none became enough; looser: the
    reverse. None where it is both, or neither."""
    if old is None or new is None:
        return None if old is new else "stricter" if old is None else "looser"
    if (old.op, old.bound) == (new.op, new.bound):
        return None
    for ops, sign in ((_AT_LEAST, 1), (_AT_MOST, -1)):
        if old.op in ops and new.op in ops:
            harder = (new.bound - old.bound) * sign or (new.op == ops[0]) - (old.op == ops[0])
            return "stricter" if harder > 0 else "looser"
    if new.op == "=" and old.holds(new.bound):
        return "stricter"
    if old.op == "=" and new.holds(old.bound):
        return "looser"
    return None


def severity_effect(old: Severity, new: Severity) -> Effect | None:
    return None if old == new else "stricter" if new == "error" else "looser"


def window_effect(old: Window, new: Window) -> Effect | None:
    """Narrower or wider, for windows of one fixed stretch on the same days that do not cross midnight."""
    if len(old.spans) != 1 or len(new.spans) != 1:
        return None
    was, now = old.spans[0], new.spans[0]
    same_days = (was.days, was.excluded, was.only) == (now.days, now.excluded, now.only)
    bounds = (was.start, was.end, now.start, now.end)
    crosses = was.start.time >= was.end.time or now.start.time >= now.end.time
    if not same_days or crosses or any(bound.shop for bound in bounds):
        return None
    later = now.start.time - was.start.time
    earlier = was.end.time - now.end.time
    if later >= 0 and earlier >= 0:
        return "narrower"
    return "wider" if later <= 0 and earlier <= 0 else None
