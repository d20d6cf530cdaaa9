"""The platform's own figures beside the computed ones, for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.html.both import Both, both, cut
from checker.reports.reported import (
    apart,
    computed,
    counted_otherwise,
    platforms_own,
    possible_rows,
    reported_period,
    reported_verdicts,
)
from checker.verdicts.model import Verdict

MOST = 200


@dataclass(frozen=True)
class OwnFigure:
    title: Both
    scope: Both
    period: Both
    computed: Both
    own: Both
    apart: Both
    why: Both
    rows: Both


@dataclass(frozen=True)
class OwnFigures:
    rows: tuple[OwnFigure, ...]
    more: int


def own_figures(verdicts: Sequence[Verdict]) -> OwnFigures:
    """Every figure that the platform gives, those that differ from the computed ones first."""
    found = reported_verdicts(verdicts)
    return OwnFigures(tuple(map(_row, found[:MOST])), max(0, len(found) - MOST))


def _row(verdict: Verdict) -> OwnFigure:
    return OwnFigure(
        both(lambda lang: clean(verdict.title.get(lang))),
        both(lambda lang: words.scope(verdict, lang, with_platform=True)),
        both(lambda lang: reported_period(verdict, lang)),
        both(lambda lang: computed(verdict, lang)),
        both(lambda lang: platforms_own(verdict, lang)),
        both(lambda lang: apart(verdict, lang)),
        both(lambda lang: counted_otherwise(verdict, lang)),
        both(lambda lang: cut(possible_rows(verdict, lang), 600)),
    )
