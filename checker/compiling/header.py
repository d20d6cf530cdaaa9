"""What stands above the SQL: the rule, where it comes from, what was assumed and what was verified."""

from __future__ import annotations

import datetime as dt
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from checker import __version__
from checker.compiling.dialects import GAPS, Dialect
from checker.compiling.sources import Stamps
from checker.packs.typed import Demand, TypedPack, TypedRule

WIDTH = 78


@dataclass(frozen=True)
class Wish:
    """What `checker compile` is told; see its help. Days are local to the pack's time zone."""

    dialect: str
    form: str = "query"
    stamps: Stamps = "local"
    platform: str | None = None
    first: dt.date | None = None
    through: dt.date | None = None
    as_of: str | None = None
    without: tuple[str, ...] = ()
    schema: str | None = None
    lang: str = "en"


def header(
    pack: TypedPack, rule: TypedRule, dialect: Dialect, wish: Wish, platform: str | None
) -> str:
    """SQL comments, a fact on a line or a few."""
    lines = [
        line for text in _facts(pack, rule, dialect, wish, platform) for line in _wrapped(text)
    ]
    return "".join(f"-- {line}\n" for line in lines) + "\n"


def _wrapped(text: str) -> list[str]:
    """Lines that fit; a text may not end its comment, whatever it holds."""
    clean = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return textwrap.wrap(clean, WIDTH - 3, subsequent_indent="  ", break_on_hyphens=False) or [""]


def _facts(
    pack: TypedPack, rule: TypedRule, dialect: Dialect, wish: Wish, platform: str | None
) -> Iterator[str]:
    latest = rule.revisions[-1].written
    yield f"{rule.id}: {latest.title.get(wish.lang)}"
    for revision in rule.revisions:
        written = revision.written
        since = f"from {revision.since} on" if revision.since is not None else "at first"
        said = [f"{word}: {d.text}" for word, d in _demands(revision.require, revision.aim)]
        source = pack.pack.sources.get(written.source or "")
        if source is not None:
            when = f", retrieved {source.retrieved}" if source.retrieved else ""
            said.append(f"source: {source.title.get(wish.lang)} ({source.cite}{when})")
        if len(rule.revisions) > 1:
            said.insert(0, since)
        if said:
            yield "; ".join(said)
    digest = pack.pack.digest.removeprefix("sha256:")
    yield f"rules: pack {pack.pack.name}, sha256:{digest[:16]}; checker {__version__}"
    stamps = {
        "local": f"local to {pack.pack.timezone}",
        "utc": "UTC",
        "zoned": "instants with a zone",
    }[wish.stamps]
    yield (
        f"reads: the tables of a data set, typed; timestamps are {dialect.stamps[wish.stamps]}, "
        f"{stamps}; times of day are {dialect.time}"
    )
    if platform is not None:
        yield f"platform: {platform}"
    if wish.first is not None or wish.through is not None:
        yield f"days: {wish.first or 'the first'} to {wish.through or 'the last'}, both included"
    as_of = wish.as_of or "the last instant in any table that the warehouse has"
    yield f"as of: {as_of}"
    if wish.without:
        yield f"without: {', '.join(wish.without)}"
    yield (
        "gives: per scope and period the value (durations and times of day in seconds), numerator, "
        "denominator, pending and rows; periods without rows have no line"
    )
    yield f"verified: {VERIFIED[dialect.verified]}"
    for gap in GAPS:
        if dialect.name in gap.dialects:
            yield f"known gap: {gap.what} ({gap.why})"


def _demands(require: Demand | None, aim: Demand | None) -> Iterator[tuple[str, Demand]]:
    if require is not None:
        yield "require", require
    if aim is not None:
        yield "aim", aim


VERIFIED = {
    "executed": "the SQL of every bundled rule is run in the project's tests and gives the figures "
    "of checker audit",
    "some": "the SQL of some bundled rules is run in the project's tests and gives the figures of "
    "checker audit; all others are parsed by sqlglot in this dialect",
    "once": "the SQL of every bundled rule was run once by hand, in ClickHouse 26.9 (over coverage and load "
    "with --as script), and gave the figures of checker audit; the project's tests only parse it",
    "parsed": "NOT run: parsed by sqlglot in this dialect, and no more; compare its figures with "
    "checker audit on a sample of your data first",
}
