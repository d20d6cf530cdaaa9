"""Reads a history: of each rule, scope and period the verdict of the newest audit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from checker.diagnostics import Diagnostic, nearest
from checker.packs.model import Text
from checker.verdicts.history import History, Point, Run, history, points_of, run_of
from checker.verdicts.history_file import PATIENCE, Refused, reading
from checker.verdicts.model import Outcome, PeriodSpan, Verdict
from checker.verdicts.recording import Recording

# The same order as Point.rank, in the file because it may hold a year of nightly audits.
_POINTS = """
WITH told AS (
  SELECT v.*, r.run AS number, epoch_us(p.as_of) AS as_of, p.timezone,
    period IN ('all', 'rolling') AS floating,
    NOT floating AND (coalesce(left(period_from, 10) < r.first_day::VARCHAR, false)
      OR coalesce(left(period_through, 10) > r.through_day::VARCHAR, false)) AS cut,
    coalesce(CASE WHEN floating THEN period_through ELSE period_from END, p.as_of::VARCHAR, '') AS place
  FROM verdicts v JOIN runs r USING (run) JOIN packs p USING (run, pack)
  WHERE {where}
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY rule, scope::VARCHAR, period, added, place
    ORDER BY cut, as_of DESC NULLS LAST, number DESC) AS nth
  FROM told
)
SELECT pack, rule, title_zh, title_en, severity, scope::VARCHAR, period, period_from, period_through,
  outcome, type, basis, value, value_numerator, value_denominator, numerator, denominator, require, aim,
  aim_source, source, revision, shortfall, pending, offender_count, counts, added, timezone, as_of,
  number, cut, (SELECT count(*) FROM told) AS of
FROM ranked WHERE nth = 1 ORDER BY number DESC, line
"""


def read_history(
    path: Path,
    *,
    rules: Collection[str] | None = None,
    rule: str | None = None,
    shop: str | None = None,
    breakdowns: bool = False,
    last: int | None = None,
    this: Recording | None = None,
    patience: float = PATIENCE,
) -> tuple[History | None, tuple[Diagnostic, ...]]:
    """The trends of a history; None where the file cannot be used, with the diagnostic that says why.

    Of `rules` (ids) it tells what there is; `rule` (with or without the pack) and `shop` have to be
    there (E507). The rows of --by are told only with `breakdowns`. `this` is an audit that is not
    appended yet and counts as the newest.
    """
    try:
        with reading(path, patience) as con:
            runs = _runs(con)
            known = dict(con.execute("SELECT key, run FROM runs").fetchall())
            where, values, found = _chosen(con, rules, rule, shop, breakdowns)
            if found:
                return None, found
            rows = con.execute(_POINTS.format(where=where), values).fetchall()
    except Refused as refused:
        return None, (refused.why,)
    points = list(map(_point, rows))
    if this is not None and this.key not in known:
        points += [
            point
            for point in points_of(this)
            if (rules is None or point.verdict.rule in rules)
            and (breakdowns or not point.verdict.added)
        ]
        runs.append(run_of(this))
    replaced = rows[0][-1] - len(rows) if rows else 0
    made = history(runs, points, replaced=replaced, last=last)
    return replace(made, this=None if this is None else known.get(this.key)), ()


def _runs(con: Any) -> list[Run]:
    found: dict[int, list[tuple[str, str, int | None]]] = {}
    rows = con.execute(
        "SELECT run, pack, timezone, epoch_us(as_of) FROM runs LEFT JOIN packs USING (run) "
        "ORDER BY run, pack"
    ).fetchall()
    for run, *pack in rows:
        found.setdefault(run, []).append(tuple(pack))
    made = []
    for run, packs in found.items():
        latest = max(packs, key=lambda pack: -1 if pack[2] is None else pack[2])
        names = tuple(name for name, _, _ in packs if name is not None)
        made.append(Run(run, latest[2], latest[1] or "UTC", names))
    return made


def _chosen(
    con: Any, rules: Collection[str] | None, rule: str | None, shop: str | None, breakdowns: bool
) -> tuple[str, list[object], tuple[Diagnostic, ...]]:
    """The condition on verdicts with its values, and what it names that is not there."""
    where, values, found = ["true" if breakdowns else "NOT added"], list[object](), []
    if rules is not None:
        where.append("rule IN (SELECT unnest(?::VARCHAR[]))")
        values.append(list(rules))
    if rule is not None:
        known = [row[0] for row in con.execute("SELECT DISTINCT rule FROM verdicts").fetchall()]
        meant = [one for one in known if rule in (one, one.partition("/")[2])]
        if not meant:
            found.append(_unknown("rule", rule, known))
        where.append("rule IN (SELECT unnest(?::VARCHAR[]))")
        values.append(meant)
    if shop is not None:
        shops = con.execute("SELECT DISTINCT shop FROM verdicts WHERE shop IS NOT NULL").fetchall()
        if (shop,) not in shops:
            found.append(_unknown("shop", shop, [row[0] for row in shops]))
        where.append("shop = ?")
        values.append(shop)
    return " AND ".join(where), values, tuple(found)


def _unknown(kind: str, given: str, known: Sequence[str]) -> Diagnostic:
    best = nearest(given, tuple(known))
    meant = (f"did you mean `{best}`?",) if best else ()
    listed = ", ".join(sorted(known)[:8]) + (", …" if len(known) > 8 else "")
    return Diagnostic(
        "E507",
        f"the history has no {kind} `{given}`",
        notes=(*meant, f"{kind}s: {listed or 'none'}"),
    )


def _point(row: tuple[Any, ...]) -> Point:
    cells: Iterator[Any] = iter(row)
    pack, rule, zh, en, severity, scope, kind, start, through = (next(cells) for _ in range(9))
    outcome, type_, basis, rough, over, under = (next(cells) for _ in range(6))
    numerator, denominator, require, aim, aim_source, source = (next(cells) for _ in range(6))
    revision, shortfall, pending, offenders, counts, added = (next(cells) for _ in range(6))
    timezone, as_of, number, cut, _ = cells
    value = None if rough is None else Fraction(over, under) if under else Fraction(rough)
    verdict = Verdict(
        pack=pack,
        rule=rule,
        title=Text(zh, en),
        severity=severity,
        scope=json.loads(scope),
        period=PeriodSpan(kind, start, through),
        outcome=Outcome(outcome),
        reason=None,
        type=type_,
        basis=basis,
        reported=None,
        value=value,
        numerator=numerator,
        denominator=denominator,
        pending=pending,
        require=require,
        aim=aim,
        shortfall=shortfall,
        recover_with=None,
        spare=None,
        revision=revision,
        source=source,
        aim_source=aim_source,
        waiver=None,
        attestation=None,
        offender_count=offenders,
        offenders=(),
        added=added,
        timezone=timezone,
        of=counts,
    )
    return Point(verdict, as_of, number, cut)
