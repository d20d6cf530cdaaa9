"""A text in both languages: the page holds both and shows one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.reports.clean import clean
from checker.verdicts.model import Offender, Result, Verdict

LONGEST = 120  # characters of a name; what is longer is no name that anybody reads


class Both(NamedTuple):
    zh: str
    en: str


def both(write: Callable[[str], str]) -> Both:
    """What `write` gives for each language."""
    return Both(write("zh"), write("en"))


def cut(text: str, longest: int = LONGEST) -> str:
    """The text bounded: `first 120 characters… (10,000)`."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,})"


def short(name: str, longest: int = LONGEST) -> str:
    """A stranger's text made visible and bounded."""
    return clean(cut(name, longest))


def bounded(result: Result) -> Result:
    """The result with every name of the data cut to what a page can hold."""
    return dataclasses.replace(result, verdicts=tuple(map(_bounded, result.verdicts)))


def _bounded(verdict: Verdict) -> Verdict:
    return verdict._replace(
        scope=bounded_names(verdict.scope),
        reason=None if verdict.reason is None else cut(verdict.reason, 400),
        offenders=tuple(map(_offender, verdict.offenders)),
    )


def bounded_names(scope: Mapping[str, str | None]) -> dict[str, str | None]:
    return {kind: None if name is None else cut(name) for kind, name in scope.items()}


def _offender(offender: Offender) -> Offender:
    """Unchanged, and then without a copy, where all names are of usual length."""
    names = (offender.shop_id, offender.session_id, offender.agent_id)
    if all(name is None or len(name) <= LONGEST for name in names):
        return offender
    shop, session, agent = (None if name is None else cut(name) for name in names)
    return offender._replace(shop_id=shop, session_id=session, agent_id=agent)
