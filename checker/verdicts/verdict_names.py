"""Which verdict is meant: scopes and periods as people write them, `shop=s1,agent=a1` and `2026-W40`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from checker.diagnostics import Diagnostic, nearest
from checker.language.catalog import SCOPES
from checker.verdicts.model import PeriodSpan, Verdict

_LISTED = 8
UNDATED = "undated"
_WRITTEN = {
    "hour": "2026-10-01T14",
    "day": "2026-10-01",
    "week": "2026-W40",
    "month": "2026-10",
    "rolling": "rolling",
    "all": "all",
}


def scope_text(scope: Mapping[str, str | None], *, platform: bool = False) -> str:
    """`shop=s1,agent=a1`; a missing value is nothing behind its sign, as in `shop=`. The platform is
    written where it is asked for or nothing else is there."""
    finer = [kind for kind in SCOPES if kind in scope and kind != "platform"]
    kinds = ["platform", *finer] if platform or not finer else finer
    return ",".join(f"{kind}={scope.get(kind) or ''}" for kind in kinds)


def period_text(span: PeriodSpan) -> str:
    """`2026-10-01`, `2026-10`, `2026-W40`, `2026-10-01T14`, `rolling`, `all`."""
    start = span.start
    if span.kind in ("rolling", "all"):
        return span.kind
    if start is None:
        return UNDATED
    if span.kind == "week":
        year, week, _ = dt.date.fromisoformat(start).isocalendar()
        return f"{year}-W{week:02d}"
    return start[: len(_WRITTEN[span.kind])]


def choose(
    verdicts: Sequence[Verdict], scope: str, period: str
) -> tuple[Verdict | None, tuple[Diagnostic, ...]]:
    """The verdict of one rule that is meant, or what there is instead. `verdicts` are all of it."""
    several = len({v.scope.get("platform") for v in verdicts}) > 1
    scopes = {scope_text(v.scope, platform=several): v.scope for v in verdicts}
    meant = _meant(scopes, scope)
    if not meant:
        return None, (_unknown_scope(scope, scopes),)
    if len(meant) > 1:
        message = f"`{scope}` may be any of {len(meant)} scopes"
        return None, (Diagnostic("E522", message, notes=(_list("scopes", meant),)),)
    (name,) = meant
    mine = [v for v in verdicts if v.scope == scopes[name]]
    for verdict in mine:
        if _same_period(verdict.period, period):
            return verdict, ()
    return None, (_unknown_period(period, name, mine),)


def _meant(scopes: Mapping[str, Mapping[str, str | None]], text: str) -> list[str]:
    """The scopes that `text` names: as it is written, else by one of its values, else piece by piece.
    So a name may itself hold commas and equality signs."""
    tests: tuple[Callable[[str, Mapping[str, str | None]], bool], ...] = (
        lambda name, scope: text in (name, scope_text(scope, platform=True), scope_text(scope)),
        lambda name, scope: text in scope.values(),
        lambda name, scope: all(_holds(scope, piece.strip()) for piece in text.split(",")),
    )
    for test in tests:
        if found := [name for name, scope in scopes.items() if test(name, scope)]:
            return found
    return []


def _holds(scope: Mapping[str, str | None], piece: str) -> bool:
    kind, sign, value = piece.partition("=")
    if sign and kind.strip() in scope:
        return (scope[kind.strip()] or "") == value.strip()
    return piece in scope.values()


def _same_period(span: PeriodSpan, text: str) -> bool:
    known = {period_text(span), span.start, span.start and span.start.replace("T", " ")}
    if span.kind == "hour" and span.start:
        known |= {
            span.start[:13].replace("T", " "),
            span.start[:16],
            span.start[:16].replace("T", " "),
        }
    if span.kind == "rolling":
        known.add(span.through)
    return text.strip() in known


def _unknown_scope(text: str, scopes: Mapping[str, Mapping[str, str | None]]) -> Diagnostic:
    """The nearest is looked for among whole scopes and among their single values."""
    names = {name: name for name in scopes}
    for name, scope in scopes.items():
        for kind in (kind for kind in scope if kind != "platform"):
            names.setdefault(scope[kind] or "", name)
    best = nearest(text, list(names))
    meant = (f"did you mean `{names[best]}`?",) if best else ()
    message = f"`{text}` is no scope of this rule's verdicts"
    return Diagnostic("E521", message, notes=(*meant, _list("scopes", scopes)))


def _unknown_period(text: str, scope: str, verdicts: Sequence[Verdict]) -> Diagnostic:
    known = list(dict.fromkeys(period_text(v.period) for v in verdicts))
    best = _nearest_period(text, verdicts) or nearest(text, known)
    meant = (f"did you mean `{best}`?",) if best else ()
    kind = verdicts[0].period.kind
    message = f"`{text}` is no period of this rule's verdicts on {scope}"
    written = f"it is judged by {kind}, written as {_WRITTEN[kind]}"
    return Diagnostic("E523", message, notes=(*meant, written, _list("periods", known)))


def _nearest_period(text: str, verdicts: Sequence[Verdict]) -> str | None:
    """The period that begins nearest to a date."""
    try:
        wanted = dt.date.fromisoformat(text if len(text) != 7 else f"{text}-01")
    except ValueError:
        return None
    starts = {
        abs(dt.date.fromisoformat(v.period.start[:10]) - wanted): period_text(v.period)
        for v in reversed(verdicts)
        if v.period.start is not None
    }
    return starts[min(starts)] if starts else None


def _list(what: str, names: Iterable[str]) -> str:
    given = list(names)
    more = f" … and {len(given) - _LISTED} more" if len(given) > _LISTED else ""
    return f"{what}: {', '.join(given[:_LISTED])}{more}"
