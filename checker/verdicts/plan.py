"""What a run asked of the engine: which rules share which statements, their SQL, rows and seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PlanStep:
    """One statement. `stages` name what it was for, outermost first; `rows` are those that it made."""

    stages: tuple[str, ...]
    sql: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class Plan:
    """`shared` maps an outermost stage to the ids of the rules that are computed in it; a stage that
    is not in it (keys, sessions, messages) serves all rules."""

    dialect: str  # of the SQL, as sqlglot calls it
    shared: Mapping[str, tuple[str, ...]]
    steps: tuple[PlanStep, ...]
