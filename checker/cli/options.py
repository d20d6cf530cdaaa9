"""Options that several commands share, and what can be wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import completion
from checker.cli.streams import LANGUAGES, locale_language
from checker.diagnostics import Diagnostic, nearest

Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="PATH",
        help="Rule file or folder; may be repeated. Default: the bundled packs.",
    ),
]
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        metavar="NAME",
        help="Only this pack; may be repeated. Default: the packs of the data's platforms.",
        autocompletion=completion.packs,
    ),
]
Platform = Annotated[
    str | None, typer.Option("--platform", metavar="P", help="Every row is of this platform.")
]
Mapping = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="M",
        help="DATA are exports: read them by this mapping (a name, a file, or auto).",
        autocompletion=completion.mappings,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        help="Judge as things stood then. Default: the last instant in the data.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="K=V",
        help="Change a param or a rule, as in douyin.slow=2m; may be repeated.",
    ),
]
First = Annotated[str | None, typer.Option("--from", metavar="D", help="First day, as 2026-10-01.")]
Through = Annotated[str | None, typer.Option("--through", metavar="D", help="Last day, included.")]
Waivers = Annotated[
    list[Path] | None,
    typer.Option(
        "--waivers", metavar="FILE", help="Approved exceptions to rules; may be repeated."
    ),
]
Attestations = Annotated[
    list[Path] | None,
    typer.Option("--attest", metavar="FILE", help="Answers to the manual items; may be repeated."),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="zh|en",
        help="Default: the locale's.",
        autocompletion=completion.of(*LANGUAGES),
    ),
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Default: all processors.")
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="E",
        help="duckdb (default), spark, or a Spark: spark://…, sc://…, pyspark://….",
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="As 4GB: what needs more is spilled to disk. Default: 80 % of the machine's.",
    ),
]
Spill = Annotated[
    Path | None,
    typer.Option(
        "--spill",
        metavar="DIR",
        help="Where to spill to. Default: the system's folder for temporary files.",
    ),
]
Pseudonymize = Annotated[
    str | None,
    typer.Option(
        "--pseudonymize",
        metavar="SALT",
        help="Replace the ids of buyers and agents by pseudonyms; the same SALT, the same ones.",
    ),
]
Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|DIR/",
        help="Write there, one -o for each --format, or a folder for all; - is stdout.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no warnings.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say at the end how long each stage took.")
]


def format_option(known: Iterable[str]) -> object:
    """`--format` for a command that knows these formats, the default first."""
    listed = tuple(known)
    return typer.Option(
        "--format",
        "-f",
        metavar="|".join(listed),
        help=f"Format of the report; may be repeated. Default: as -o ends, else {listed[0]}.",
        autocompletion=completion.of(*listed),
    )


def day(option: str, text: str | None, found: list[Diagnostic]) -> dt.date | None:
    """The date as written, or None and a diagnostic."""
    if text is None:
        return None
    try:
        if len(text) == 10:  # fromisoformat also reads 20261001 and 2026-W40-4
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    message = f"{option} {text}: not a date"
    found.append(Diagnostic("E300", message, notes=("write it as 2026-10-01",)))
    return None


def stretch(
    first: str | None, through: str | None, found: list[Diagnostic]
) -> tuple[dt.date | None, dt.date | None]:
    """The dates of --from and --through."""
    start, end = day("--from", first, found), day("--through", through, found)
    if start and end and start > end:
        message = f"--from {start} is after --through {end}"
        found.append(Diagnostic("E301", message, notes=("both days are included",)))
    return start, end


def settings(given: Sequence[str] | None, found: list[Diagnostic]) -> tuple[tuple[str, str], ...]:
    """The pairs of --set; the first `=` parts them, for a requirement may hold more of them."""
    pairs: list[tuple[str, str]] = []
    for text in given or ():
        key, equals, value = text.partition("=")
        if equals and key.strip():
            pairs.append((key.strip(), value.strip()))
        else:
            note = "write it as douyin.slow=2m, or douyin.reply-3m-session.require='>= 85%'"
            found.append(Diagnostic("E302", f"--set {text}: no name and value", notes=(note,)))
    return tuple(pairs)


def params(
    pairs: Sequence[tuple[str, str]], mapping: str | None
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The pairs of --set for rules, and those for the mapping: these have no pack before a dot."""
    if mapping is None:
        return tuple(pairs), ()
    own = tuple(pair for pair in pairs if "." not in pair[0])
    return tuple(pair for pair in pairs if "." in pair[0]), own


_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_LENGTH = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+")


def length(option: str, text: str, least: int, found: list[Diagnostic]) -> int:
    """Microseconds of a length of time as rules write it: 5s, 1m30s."""
    if _LENGTH.fullmatch(text):
        parts = re.findall(r"([\d.]+)([a-z]+)", text)
        micros = int(sum(Fraction(number) * _UNITS[unit] for number, unit in parts))
        if micros >= least:
            return micros
    note = f"write it as 5s, 90s or 2m{'; 0.1s is the least' if least else ''}"
    found.append(Diagnostic("E510", f"{option} {text}: no length of time", notes=(note,)))
    return least


_SIZE = re.compile(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B")


def memory(size: str | None, spill: Path | None, found: list[Diagnostic]) -> None:
    """Complains of a size without its unit and of a folder that is none."""
    if size is not None and not _SIZE.fullmatch(size):
        notes = ("write it with its unit, as 4GB or 512MB",)
        found.append(Diagnostic("E550", f"--memory {size}: no size", notes=notes))
    if spill is not None and not spill.is_dir():
        found.append(Diagnostic("E551", f"--spill {spill}: there is no such folder"))


def at_least(option: str, least: int, number: int | None, found: list[Diagnostic]) -> None:
    if number is not None and number < least:
        found.append(Diagnostic("E306", f"{option} {number}: must be {least} or more"))


def language(given: str | None, found: list[Diagnostic]) -> str:
    """zh or en: as given, else the locale's."""
    if given is None:
        return locale_language()
    if given not in LANGUAGES:
        note = "languages: zh (Chinese), en (English)"
        found.append(Diagnostic("E307", f"--lang {given}: unknown language", notes=(note,)))
        return locale_language()
    return given


def one_of(option: str, given: str, known: Sequence[str], found: list[Diagnostic]) -> None:
    """Complains unless `given` is one of the known formats."""
    if given not in known:
        best = nearest(given, tuple(known))
        meant = (f"did you mean `{best}`?",) if best else ()
        listed = f"formats: {', '.join(known)}"
        found.append(
            Diagnostic("E308", f"{option} {given}: unknown format", notes=(*meant, listed))
        )


def breakdowns(given: Sequence[str] | None, found: list[Diagnostic]) -> tuple[str, ...]:
    """The scopes and periods of --by."""
    from checker.language.catalog import PERIODS, SCOPES

    known = (*SCOPES, *PERIODS)
    for name in given or ():
        if name not in known:
            best = nearest(name, known)
            meant = (f"did you mean `{best}`?",) if best else ()
            listed = f"scopes: {', '.join(SCOPES)}; periods: {', '.join(PERIODS)}"
            found.append(
                Diagnostic("E314", f"--by {name}: unknown breakdown", notes=(*meant, listed))
            )
    return tuple(dict.fromkeys(given or ()))


def again(given: Map[str, Sequence[object] | object | None]) -> tuple[str, ...]:
    """The options as words of another command line."""
    words: list[str] = []
    for option, values in given.items():
        for value in values if isinstance(values, list | tuple) else (values,):
            if value is not None:
                words += [option, str(value)]
    return tuple(words)
