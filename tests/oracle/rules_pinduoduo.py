"""Pinduoduo's rule as a plain loop over buyers and their days."""

from __future__ import annotations

from collections.abc import Callable

from .facts import World
from .figures import Expected
from .rules_kuaishou import reply_3m_buyer

RULES: dict[str, Callable[[World], Expected]] = {
    "pinduoduo/reply-3m-buyer": reply_3m_buyer,  # Kuaishou counts buyers in the same way
}
