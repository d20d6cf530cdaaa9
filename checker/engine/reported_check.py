"""What is wrong with the figures that a platform reports itself: rows that cannot be, or are of no rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.diagnostics import Diagnostic, nearest
from checker.engine.reported import UNIT, ReportedRow, placed, rules_of
from checker.facts import zones
from checker.packs.model import Ask
from checker.packs.typed import TypedPack, TypedRatio, TypedRevision


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str
    message: str
    note: str


def check_reported(
    rows: Sequence[ReportedRow], packs: Sequence[TypedPack]
) -> tuple[Diagnostic, ...]:
    """Everything wrong with the table, of each kind and rule the first row and how many there are.

    `packs` are all packs that are loaded: a figure for a rule that is not asked for is no mistake.
    """
    found: dict[tuple[str, str], list[_Problem]] = {}
    seen: dict[tuple[object, ...], ReportedRow] = {}
    for row in rows:
        for problem in (*_wrong(row, packs), *_twice(row, packs, seen)):
            found.setdefault((problem.code, row.rule), []).append(problem)
    return tuple(_told(code, problems) for (code, _), problems in sorted(found.items()))


def _told(code: str, problems: list[_Problem]) -> Diagnostic:
    first, rest = problems[0], len(problems) - 1
    more = (f"and {rest} more row{'s' if rest > 1 else ''} of this rule",) if rest else ()
    notes = (first.note, *more) if first.note else more
    level = "warning" if code.startswith("W") else "error"
    return Diagnostic(code, first.message, notes=notes, subject="reported", level=level)  # type: ignore[arg-type]


def _wrong(row: ReportedRow, packs: Sequence[TypedPack]) -> Iterator[_Problem]:
    if row.first > row.through:
        days = (
            f"`from` {zones.iso_date(row.first)} is after `through` {zones.iso_date(row.through)}"
        )
        yield _Problem("E383", f"{days} in a reported figure of {row.rule}", "both are included")
        return
    rules = list(rules_of(row, packs))
    if not rules:
        yield _stray(row, packs)
    for rule in rules[:1]:
        revision, _ = placed(rule, row, row.through)
        if isinstance(revision.measure, Ask):
            note = "give the answer in a file, with --attest"
            yield _Problem("W382", f"{rule.id} is a question, which has no figure", note)
        else:
            yield from _wrong_figure(revision, row)


def _stray(row: ReportedRow, packs: Sequence[TypedPack]) -> _Problem:
    named = [r.id for p in packs for r in p.rules if row.rule in (r.id, r.rule.id)]
    if named:
        message = f"no rule `{row.rule}` for the platform `{row.platform}`"
        return _Problem("W381", message, f"rules of that name: {', '.join(named)}")
    mine = [p for p in packs if p.pack.platform in (row.platform, "any")]
    known = [name for p in mine or packs for r in p.rules for name in (r.rule.id, r.id)]
    best = nearest(row.rule, known)
    note = f"did you mean `{best}`?" if best else "`checker show` lists the rules"
    return _Problem("W380", f"reported figures name an unknown rule `{row.rule}`", note)


def _wrong_figure(revision: TypedRevision, row: ReportedRow) -> Iterator[_Problem]:
    value = Fraction(row.value, UNIT)
    share = isinstance(revision.measure, TypedRatio)
    kind = revision.type
    above, below = row.numerator, row.denominator
    whole = [n for n in (None if kind == "duration" else above, below) if n is not None]
    if any(n % UNIT for n in whole) or (below is not None and below < 0):
        yield _Problem("E384", f"`numerator` and `denominator` count rows: {row}", "")
        return
    if share and above is not None and below is not None and not 0 <= above <= below:
        message = f"`numerator` must lie between 0 and `denominator`: {row}"
        yield _Problem("E384", message, "it counts the good rows, `denominator` all of them")
        return
    if below == 0:
        return
    quotient = Fraction(above, below) if above is not None and below else None
    agrees = quotient is not None and _near(value, quotient, kind)
    shown = _shown(value)
    if kind in ("ratio", "every") and value > 1 and (share or not agrees):
        percent = _shown(value / 100)
        note = f"100 % is 1: if it is a percentage, write {percent}"
        yield _Problem("E380", f"the value {shown} of a ratio is above 1: {row}", note)
    elif (reason := _misfit(value, kind, share)) is not None:
        yield _Problem("E381", f"the value {shown} cannot be: {row}", reason)
    elif quotient is not None and not agrees:
        message = f"the value {shown} is not `numerator` / `denominator`: {row}"
        yield _Problem("W383", message, f"that would be {_shown(quotient)}; the value is judged")


def _misfit(value: Fraction, kind: str, share: bool) -> str | None:
    if share and value < 0:
        return "a share of rows lies between 0 and 1"
    if kind == "int" and value.denominator != 1:
        return "the rule counts, so its figure is a whole number"
    if kind == "time" and not 0 <= value < 86_400:
        return "a time of day is given in seconds since midnight"
    return None


def _near(value: Fraction, quotient: Fraction, kind: str) -> bool:
    """Equal but for rounding: to whole per cents, or to whole seconds and units."""
    least = Fraction(1, 200) if kind in ("ratio", "every") else Fraction(1, 2)
    return abs(value - quotient) <= least


def _shown(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def _twice(
    row: ReportedRow, packs: Sequence[TypedPack], seen: dict[tuple[object, ...], ReportedRow]
) -> Iterator[_Problem]:
    rule = tuple(rule.id for rule in rules_of(row, packs)) or row.rule
    key = (rule, row.platform, row.shop, row.agent, row.channel, row.first, row.through)
    other = seen.setdefault(key, row)
    if other is not row:
        values = " and ".join(_shown(Fraction(r.value, UNIT)) for r in (other, row))
        note = f"the values are {values}; keep the one that holds"
        yield _Problem("E382", f"two figures for the same: {row}", note)
