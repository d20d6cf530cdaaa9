"""Building windows: daily stretches of local time, and the mistakes only their values show."""

from __future__ import annotations

import datetime as dt
import re

from checker.diagnostics import Diagnostic, nearest
from checker.language.catalog import TABLES
from checker.language.types import WEEKDAYS, Kind
from checker.packs.access import child, items, mapping, names, scalar, word
from checker.packs.model import DAY_US, Bound, Window, WindowSpan
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_SECOND = 1_000_000


def build_window(
    name: str, node: Node, shop_times: frozenset[str], key: ScalarNode, found: list[Diagnostic]
) -> Window | None:
    """The window, or None where `found` says what is wrong with it. `shop_times` are the columns
    of `shops` that hold a time of day."""
    before = len(found)
    nodes = items(node) if isinstance(node, SeqNode) else (node,)
    spans = [_span(mapping(item), shop_times, name, found) for item in nodes]
    if len(found) > before and any(d.level == "error" for d in found[before:]):
        return None
    return Window(name, tuple(s for s in spans if s is not None), key.span)


def parse_date(node: ScalarNode, found: list[Diagnostic]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(node.text)
    except ValueError as error:
        found.append(Diagnostic("E038", f"`{node.text}` is no date: {error}", node.span))
        return None


def _span(
    node: MapNode, shop_times: frozenset[str], name: str, found: list[Diagnostic]
) -> WindowSpan | None:
    through = child(node, "through") is not None
    start_node, end_node = child(node, "from"), child(node, "through" if through else "until")
    start = _bound(start_node, shop_times, "from", found)
    end = _bound(end_node, shop_times, "through" if through else "until", found)
    days = frozenset(WEEKDAYS.index(day) for day in names(node, "days")) or None
    excluded, only = _dates(node, "except", found), _dates(node, "only", found)
    if start is None or end is None or excluded is None or only is None:
        return None
    last = end.time + _SECOND if through else end.time
    if through and end.shop is None:
        end = Bound(last)
    same = start.shop == end.shop if start.shop or end.shop else start.time == last
    if same:
        message = "the window ends where it begins"
        label = 'the whole day is {from: "00:00:00", until: "24:00:00"}'
        found.append(Diagnostic("E040", message, (end_node or node).span, label))
        return None
    if only and not _open_dates(only, excluded, days):
        message = f"the window `{name}` is never open"
        label = "`except` or `days` leave out every date of `only`"
        found.append(Diagnostic("E041", message, (child(node, "only") or node).span, label))
        return None
    return WindowSpan(start, end, through, days, excluded, only or None)


def _open_dates(
    only: frozenset[dt.date], excluded: frozenset[dt.date], days: frozenset[int] | None
) -> frozenset[dt.date]:
    return frozenset(d for d in only - excluded if days is None or d.weekday() in days)


def _dates(node: MapNode, key: str, found: list[Diagnostic]) -> frozenset[dt.date] | None:
    listed = child(node, key)
    if listed is None:
        return frozenset()
    dates = [parse_date(scalar(item), found) for item in items(listed)]
    known = frozenset(d for d in dates if d is not None)
    return known if len(known) == len(set(dates)) and None not in dates else None


def _bound(
    node: Node | None, shop_times: frozenset[str], key: str, found: list[Diagnostic]
) -> Bound | None:
    if not isinstance(node, MapNode):
        time = _time(scalar(node), key, found)
        return None if time is None else Bound(time)
    column = word(node, "shop") or ""
    time = _time(scalar(child(node, "default")), key, found)
    if column not in shop_times:
        meant = nearest(column, shop_times)
        found.append(
            Diagnostic(
                "E051",
                f"shops have no time of day `{column}`",
                scalar(child(node, "shop")).span,
                f"did you mean `{meant}`?" if meant else "",
                (f"times of day of shops: {', '.join(sorted(shop_times))}",),
            )
        )
        return None
    return None if time is None else Bound(time, column)


def _time(node: ScalarNode, key: str, found: list[Diagnostic]) -> int | None:
    """Microseconds since midnight of the time as written."""
    match = _TIME.fullmatch(node.text.strip())
    problem, label = "", ""
    time = 0
    if match is None:
        problem, label = "is no time of day", 'write it as "08:00:00"'
    else:
        hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
        time = ((hours * 60 + minutes) * 60 + seconds) * _SECOND + int(
            (match[4] or "").ljust(6, "0")
        )
        if minutes > 59 or seconds > 59 or time > DAY_US:
            problem, label = "is no time of day", "hours go to 23, minutes and seconds to 59"
        elif time == DAY_US and key != "until":
            problem, label = f"cannot stand after `{key}`", '"24:00:00" is only for `until`'
        elif match[4] and key == "through":
            problem, label = "has a fraction", "`through` counts to the end of its second"
    if problem:
        found.append(Diagnostic("E039", f"`{node.text}` {problem}", node.span, label))
        return None
    if match and key == "through" and match[3] is None:
        message = f"`through: {node.text}` counts to the end of {node.text}:00 only"
        label = f'write until: "{node.text}", or through with its seconds'
        found.append(Diagnostic("W034", message, node.span, label, level="warning"))
    return time


def shop_times(declared: frozenset[str]) -> frozenset[str]:
    """The columns of `shops` that hold a time of day, with those that a pack declares."""
    stored = {c.name for c in TABLES["shops"].columns if c.type.kind is Kind.TIME}
    return frozenset(stored | declared)
