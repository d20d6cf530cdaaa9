"""The hours of a window at each shop of a realm."""

from __future__ import annotations

from checker.engine.expressions import WindowHours
from checker.facts.calendars import calendar_of
from checker.facts.realm import Realm
from checker.packs.model import Window


def window_hours(realm: Realm, window: Window) -> WindowHours:
    """The window's calendars: one for most shops, more where a bound is a shop's own setting."""
    usual = calendar_of(window, {})
    columns = sorted(
        {b.shop for span in window.spans for b in (span.start, span.end) if b.shop is not None}
    )
    if not columns or not realm.has("shops"):
        return WindowHours(usual)

    def settings() -> list[tuple[int, ...]]:
        shops = realm.keyed("shops")
        return realm.workspace.fetch(shops.select("pk", *columns))

    groups: dict[tuple[int | None, ...], list[int]] = {}
    for pk, *hours in realm.known(f"hours {columns}", settings):
        groups.setdefault(tuple(hours), []).append(pk)
    others = []
    for setting, keys in sorted(groups.items(), key=lambda item: item[1]):
        calendar = calendar_of(window, dict(zip(columns, setting, strict=True)))
        if calendar != usual:
            others.append((tuple(sorted(keys)), calendar))
    return WindowHours(usual, tuple(others))
