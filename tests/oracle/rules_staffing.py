"""Rules about who is there: Douyin's, and Xiaohongshu's shift without anybody."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from .facts import World
from .figures import Expected, NotEvaluated, plain
from .groups import blame_row, by_coverage, by_load, groups
from .moments import HOUR, SECOND, Window, daily, time_inside
from .staffing import Coverage, coverage, load


def time_without(
    world: World, window_of: Callable[[str | None], Window], nobody: Callable[[Coverage], bool]
) -> Expected:
    """[shop, day] the time inside the shop's window during which nobody was there."""
    if not world.has("presence"):
        return NotEvaluated(("presence",))
    result = {}
    for key, stretches in groups(world, coverage(world), by_coverage, "day").items():
        inside = {
            c: time_inside(c.start, c.end, window_of(c.shop), world.zone)
            for c in stretches
            if nobody(c)
        }
        blamed = [blame_row(by_coverage(c)) for c, time in inside.items() if time > 0]
        result[key] = plain(Fraction(sum(inside.values()), SECOND), blamed)
    return result


def someone_online(world: World) -> Expected:
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return time_without(world, lambda _: assessed, lambda c: c.online_agents == 0)


def someone_available(world: World) -> Expected:
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return time_without(world, lambda _: assessed, lambda c: c.available_agents == 0)


def saturation(world: World) -> Expected:
    if not world.has("agents.max_reception"):
        return NotEvaluated(("agents.max_reception",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    result = {}
    for key, stretches in groups(world, load(world), by_load, "day", "agent").items():
        inside = [s for s in stretches if time_inside(s.start, s.end, assessed, world.zone) > 0]
        shares = [s.saturation for s in inside if s.saturation is not None]
        full = [s for s in inside if s.saturation is not None and s.saturation >= 1]
        blamed = (blame_row(by_load(s)) for s in full)
        result[key] = plain(max(shares, default=None), blamed)
    return result


DOUYIN: dict[str, Callable[[World], Expected]] = {
    "douyin/someone-online": someone_online,
    "douyin/someone-available": someone_available,
    "douyin/saturation": saturation,
}
