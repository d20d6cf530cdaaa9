"""The plan of a run as text: a table of stages first, then the SQL of every statement."""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot

from checker.reports.clean import clean
from checker.verdicts.plan import Plan, PlanStep

_WORDS = {
    "title": ("{n} statements, {s:.2f} s in the engine", "{n} 条语句，引擎用时 {s:.2f} 秒"),
    "all": ("for all rules", "供所有规则使用"),
    "rule": ("for one rule", "供一条规则使用"),
    "rules": ("{n} rules share this", "{n} 条规则共用"),
    "stage": ("stage", "阶段"),
    "statements": ("statements", "语句"),
    "rows": ("rows", "行数"),
    "seconds": ("seconds", "秒"),
}
_STAGE = 44  # columns for the name of a stage


def plan_text(plan: Plan, lang: str) -> str:
    """Seconds are those of the engine; what Python does between the statements is not in them."""

    def word(key: str, **parts: object) -> str:
        return _WORDS[key][lang == "zh"].format(**parts)

    total = sum(step.seconds for step in plan.steps)
    lines = [word("title", n=len(plan.steps), s=total), ""]
    numbered = list(enumerate(plan.steps, start=1))
    outer = dict.fromkeys(_outer(step, plan) for step in plan.steps)
    for name in outer:
        steps = [step for step in plan.steps if _outer(step, plan) == name]
        rules = plan.shared.get(name, ())
        lines.append(clean(name) if name else word("all"))
        if rules:
            lines.append(f"  {word('rules' if len(rules) > 1 else 'rule', n=len(rules))}:")
            lines += [f"    {clean(rule)}" for rule in rules]
        lines.append(
            f"  {_cell(word('stage'), _STAGE)}{_cell(word('statements'), 11, right=True)}"
            f"{_cell(word('rows'), 12, right=True)}{_cell(word('seconds'), 10, right=True)}"
        )
        for stage, same in _by_stage(steps, inner=bool(name)).items():
            rows, seconds = sum(s.rows for s in same), sum(s.seconds for s in same)
            shown = clean(stage)
            shown = shown if len(shown) <= _STAGE - 1 else "…" + shown[-(_STAGE - 2) :]
            lines.append(f"  {shown:<{_STAGE}}{len(same):>11}{rows:>12,}{seconds:>10.3f}")
        lines.append("")
    for number, step in numbered:
        stages = " > ".join(step.stages)
        lines += [f"-- [{number}] {clean(stages)}", f"-- {step.rows:,} rows, {step.seconds:.3f} s"]
        lines += [_pretty(step.sql, plan.dialect) + ";", ""]
    return "\n".join(lines)


def _outer(step: PlanStep, plan: Plan) -> str:
    """The outermost stage if rules share it, else nothing."""
    first = step.stages[0] if step.stages else ""
    return first if first in plan.shared else ""


def _by_stage(steps: Iterable[PlanStep], *, inner: bool) -> dict[str, list[PlanStep]]:
    found: dict[str, list[PlanStep]] = {}
    for step in steps:
        found.setdefault(" > ".join(step.stages[1:] if inner else step.stages), []).append(step)
    return found


def _cell(text: str, width: int, *, right: bool = False) -> str:
    """Padded to a number of terminal columns; Chinese characters take two."""
    blanks = " " * (width - sum(2 if ord(c) > 0x2E80 else 1 for c in text))
    return blanks + text if right else text + blanks


def _pretty(sql: str, dialect: str) -> str:
    (pretty,) = sqlglot.transpile(sql, read=dialect, write=dialect, pretty=True)
    return "\n".join(map(clean, pretty.splitlines()))
