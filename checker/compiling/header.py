"""What stands above the SQL: the rule, where it comes from, what was assumed and what was verified."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker import __version__
from checker.compiling.dialects import Dialect
from checker.compiling.gaps import GAPS
from checker.compiling.sources import Stamps
from checker.packs.model import Text
from checker.packs.typed import TypedPack, TypedRevision, TypedRule

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


Tables = Mapping[str, Sequence[str]]
"""The tables that the SQL reads, and the columns of each."""


def header(
    pack: TypedPack,
    rule: TypedRule,
    dialect: Dialect,
    wish: Wish,
    platform: str | None,
    read: Tables,
) -> str:
    """SQL comments, a fact on a line or a few."""
    facts = _facts(pack, rule, dialect, wish, platform, read)
    return "".join(f"-- {line}\n" for text in facts for line in _wrapped(text)) + "\n"


def _wrapped(text: str) -> list[str]:
    """Lines that fit, Chinese ones too; a text may not end its comment, whatever it holds."""
    clean = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    lines = [""]
    for word in _WORD.findall(" ".join(clean.split())):
        if _columns(lines[-1] + word.rstrip()) > WIDTH - 3 and lines[-1].strip():
            lines.append("  ")
            word = word.lstrip()
        lines[-1] += word
    return [line.rstrip() for line in lines]


_WORD = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")
"""A line may break between any two Chinese characters, and between words."""


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _facts(
    pack: TypedPack,
    rule: TypedRule,
    dialect: Dialect,
    wish: Wish,
    platform: str | None,
    read: Tables,
) -> Iterator[str]:
    def say(key: str, **parts: object) -> str:
        return _SAID[key].get(wish.lang).format(**parts)

    yield f"{rule.id}: {rule.rule.latest.title.get(wish.lang)}"
    for revision in rule.revisions:
        said = list(_of_revision(pack, revision, wish.lang))
        if len(rule.revisions) > 1:
            since = revision.since
            said.insert(0, say("first") if since is None else say("since", day=since))
        if said:
            yield "; ".join(said)
    digest = pack.pack.digest.removeprefix("sha256:")[:16]
    yield say("rules", pack=pack.pack.name, digest=digest, version=__version__)
    stamps = say(wish.stamps, zone=pack.pack.timezone)
    yield say("reads", stamp=dialect.stamps[wish.stamps], stamps=stamps, time=dialect.time)
    for table, columns in read.items():
        yield say("table", table=table, columns=", ".join(columns))
    if platform is not None:
        yield say("platform", platform=platform)
    if wish.first is not None or wish.through is not None:
        yield say("days", first=wish.first or "…", through=wish.through or "…")
    yield say("as_of", at=wish.as_of or say("last"))
    if wish.without:
        yield say("without", names=", ".join(wish.without))
    yield say("gives")
    yield say("verified", what=VERIFIED[dialect.verified].get(wish.lang))
    for gap in GAPS:
        if dialect.name in gap.dialects:
            yield say("gap", what=gap.zh if wish.lang == "zh" else f"{gap.what} ({gap.why})")


def _of_revision(pack: TypedPack, revision: TypedRevision, lang: str) -> Iterator[str]:
    for key, demand in (("require", revision.require), ("aim", revision.aim)):
        if demand is not None:
            yield f"{_SAID[key].get(lang)}: {demand.text}"
    source = pack.pack.sources.get(revision.written.source or "")
    if source is not None:
        when = f", {source.retrieved}" if source.retrieved else ""
        yield f"{_SAID['source'].get(lang)}: {source.title.get(lang)} ({source.cite}{when})"


_SAID: Mapping[str, Text] = {
    "require": Text("要求", "require"),
    "aim": Text("目标", "aim"),
    "source": Text("出处", "source"),
    "first": Text("最初", "at first"),
    "since": Text("自 {day} 起", "from {day} on"),
    "rules": Text(
        "规则: 规则包 {pack}, sha256:{digest}; checker {version}",
        "rules: pack {pack}, sha256:{digest}; checker {version}",
    ),
    "reads": Text(
        "读取: 数据集的以下表和列(带类型); 时间戳为 {stamp}, {stamps}; 时刻为 {time}",
        "reads: these tables and columns of a data set, typed; timestamps are {stamp}, {stamps}; "
        "times of day are {time}",
    ),
    "table": Text("表 {table}: {columns}", "table {table}: {columns}"),
    "local": Text("按 {zone} 的当地时间", "local to {zone}"),
    "utc": Text("按 UTC", "UTC"),
    "zoned": Text("带时区的时刻", "instants with a zone"),
    "platform": Text("平台: {platform}", "platform: {platform}"),
    "days": Text("日期: {first} 至 {through}, 含首尾", "days: {first} to {through}, both included"),
    "as_of": Text("截至: {at}", "as of: {at}"),
    "last": Text(
        "数据仓库各表中的最后时刻", "the last instant in any table that the warehouse has"
    ),
    "without": Text("没有: {names}", "without: {names}"),
    "gives": Text(
        "给出: 每个范围和周期的 value (时长和时刻以秒计), numerator, denominator, pending 和 rows; "
        "没有行的周期不出现",
        "gives: per scope and period the value (durations and times of day in seconds), numerator, "
        "denominator, pending and rows; periods without rows have no line",
    ),
    "verified": Text("已验证: {what}", "verified: {what}"),
    "gap": Text("已知缺口: {what}", "known gap: {what}"),
}

VERIFIED: Mapping[str, Text] = {
    "executed": Text(
        "项目的测试实际运行了每条内置规则的SQL, 数字与 checker audit 相同",
        "the SQL of every bundled rule is run in the project's tests and gives the figures of "
        "checker audit",
    ),
    "some": Text(
        "项目的测试实际运行了部分内置规则的SQL, 数字与 checker audit 相同; 其余只做过语法解析",
        "the SQL of some bundled rules is run in the project's tests and gives the figures of "
        "checker audit; all others are parsed by sqlglot in this dialect",
    ),
    "once": Text(
        "每条内置规则的SQL曾在 ClickHouse 26.9 中手工运行一次 (coverage 和 load 用 --as script), "
        "数字与 checker audit 相同; 项目的测试只解析语法",
        "the SQL of every bundled rule was run once by hand, in ClickHouse 26.9 (over coverage and "
        "load with --as script), and gave the figures of checker audit; the project's tests only "
        "parse it",
    ),
    "parsed": Text(
        "没有运行过 (NOT run): 只用 sqlglot 按此方言解析过; 请先用一份样本数据与 checker audit 对比",
        "NOT run: parsed by sqlglot in this dialect, and no more; compare its figures with "
        "checker audit on a sample of your data first",
    ),
}
