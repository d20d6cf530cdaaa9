"""What the sample month is like: which shops there are, how busy, how good, and what goes wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

OVERRUN = 4 * MINUTE
"""How long after the last midnight the export may still hold a message."""

DUTY_FROM, DUTY_TO = 8, 23
"""Hours of the day between which somebody is on duty."""

OUTAGE = (14, 17)
LUNCH_HOLE = (12.0, 13.5)
SHOP_DAY = 4_000
"""Messages that one shop has on one day; more messages make more shops, not busier ones."""

MESSAGES_PER_SESSION = 10.5
SESSIONS_PER_AGENT_DAY = 70

CHANNELS = ("product_page", "order_page", "live", "search")

# fmt: off
HALF_HOURS = np.array(
    [
        0.14, 0.10, 0.07, 0.05, 0.03, 0.03, 0.02, 0.02, 0.02, 0.02, 0.03, 0.04,  # from 00:00
        0.06, 0.09, 0.16, 0.25, 0.50, 0.65, 0.80, 0.95, 1.10, 1.15, 1.10, 1.20,  # from 06:00
        2.00, 2.20, 1.80, 1.20, 1.00, 1.00, 1.05, 1.05, 1.05, 1.05, 1.00, 1.00,  # from 12:00
        0.95, 0.95, 1.20, 1.50, 2.20, 2.50, 2.60, 2.40, 1.90, 1.30, 0.60, 0.30,  # from 18:00
    ]
)
# fmt: on
"""Relative number of customers who come in each half hour of a day."""

WEEKEND_VOLUME = 1.3
WEEKEND_MORNING = 0.6  # people sleep longer: weight of the hours before 10:00
PEAK_SLOWDOWN = 1.25
NOVICE_SLOWDOWN = 1.6
OUTAGE_SLOWDOWN = 14.0


@dataclass(frozen=True, slots=True)
class Month:
    """The stretch that the sample covers. Instants are local microseconds since 1970."""

    first_day: dt.date
    days: int

    @property
    def start(self) -> int:
        return (self.first_day - dt.date(1970, 1, 1)).days * DAY

    @property
    def end(self) -> int:
        return self.start + self.days * DAY

    @property
    def cap(self) -> int:
        return self.end + OVERRUN

    def weekend(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """One flag per day."""
        return (np.arange(self.days) + self.first_day.weekday()) % 7 >= 5


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop and its character. Waits are seconds, shares lie between 0 and 1."""

    index: int
    platform: str
    shop_id: str
    name: str
    messages: int
    agents: int
    median_wait: float
    sigma: float = 0.9
    queue: float = 15.0  # median of the seconds in the queue, of those who queue
    unassigned: float = 0.005  # of the sessions by day, those that no agent takes
    unanswered: float = 0.05  # of the sessions whose last word is the buyer's, those left so
    scores: tuple[float, ...] = (0.02, 0.02, 0.05, 0.13, 0.78)
    second_invite: float = 0.01
    opens_at: str = "09:00:00"
    closes_at: str = "22:00:00"
    outage_day: int | None = None
    lunch_hole: bool = False  # all agents at lunch together
    grain: int = SECOND  # platforms export whole seconds, with an exception


_NAMES = (
    "晴川家居",
    "木棉服饰",
    "北溪茶业",
    "拾光数码",
    "青禾母婴",
    "云雀美妆",
    "远山户外",
    "小满零食",
)


def plan_shops(
    seed: int, messages: int, month: Month, platforms: Sequence[str]
) -> tuple[Shop, ...]:
    """The shops of all platforms; their `messages` add up to exactly the number asked for.

    The first platform has the excellent shop (its first) and the bad one (its second), the second
    platform the outage, the third the shop that opens late and closes early; with fewer platforms
    they share. The last platform exports milliseconds.
    """
    rng = np.random.default_rng([seed, 1])
    per_platform = max(3, round(messages / len(platforms) / month.days / SHOP_DAY))
    count = per_platform * len(platforms)
    weights = rng.uniform(0.6, 1.4, count)
    bounds = np.rint(np.cumsum(weights) / weights.sum() * messages).astype(np.int64)
    budgets = np.diff(bounds, prepend=0)
    medians = rng.uniform(16.0, 28.0, count)
    shops = []
    for index in range(count):
        where, number = divmod(index, per_platform)
        platform = platforms[where]
        sessions_a_day = budgets[index] / MESSAGES_PER_SESSION / month.days
        shop = Shop(
            index=index,
            platform=platform,
            shop_id=f"{platform}-{number + 1:02d}",
            name=f"{_NAMES[index % len(_NAMES)]}旗舰店"
            + ("" if index < len(_NAMES) else f" {index}"),
            messages=int(budgets[index]),
            agents=min(60, 4 + int(sessions_a_day / SESSIONS_PER_AGENT_DAY * 7 / 5)),
            median_wait=float(medians[index]),
            outage_day=month.days * 2 // 5 if where == 1 % len(platforms) else None,
            grain=1_000 if where == len(platforms) - 1 else SECOND,
        )
        if where == 0 and number == 0:
            shop = _excellent(shop)
        elif where == 0 and number == 1:
            shop = _bad(shop)
        elif where == 2 % len(platforms) and number == 2:
            shop = replace(shop, opens_at="10:00:00", closes_at="21:30:00")
        shops.append(shop)
    return tuple(shops)


def _excellent(shop: Shop) -> Shop:
    return replace(
        shop,
        median_wait=11.0,
        sigma=0.7,
        queue=6.0,
        unassigned=0.001,
        unanswered=0.01,
        scores=(0.002, 0.003, 0.010, 0.085, 0.900),
        second_invite=0.0,
        outage_day=None,
    )


def _bad(shop: Shop) -> Shop:
    return replace(
        shop,
        median_wait=64.0,
        sigma=1.0,
        queue=45.0,
        unassigned=0.02,
        unanswered=0.15,
        scores=(0.22, 0.14, 0.18, 0.20, 0.26),
        second_invite=0.06,
        lunch_hole=True,
        outage_day=None,
    )
