"""Which format goes where: `--format` and `-o`, each of which may be repeated, as pairs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli import options as o
from checker.cli.output import Content, Output, write_all
from checker.cli.streams import printed
from checker.diagnostics import Diagnostic

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Format:
    """How a format is stored: `file` is its name in a folder, `suffixes` tell it from a file's name."""

    file: str
    suffixes: tuple[str, ...] = ()
    binary: bool = False


@dataclass(frozen=True)
class Job:
    """One report to be written."""

    format: str
    output: Output


def jobs(
    formats: Sequence[str],
    places: Sequence[str],
    known: Mapping[str, Format],
    found: list[Diagnostic],
) -> tuple[Job, ...]:
    """What to write where, after a trial of every place; or complaints in `found`.

    `known` lists the formats, the default first. Formats and places go together in order; one folder
    takes a file of every format; without a format a file's name tells it.
    """
    for name in formats:
        o.one_of("--format", name, tuple(known), found)
    if found:
        return ()
    default = next(iter(known))
    if not formats and not places:
        return _tried([Job(default, Output(None))], known, found)
    if not formats:
        formats = [_told(place, known, found) or default for place in places]
    if len(places) == 1 and _is_folder(places[0]):
        places = [places[0]] * len(formats)
    if not places and len(formats) == 1:
        places = ["-"]
    if len(formats) != len(places):
        found.append(_unpaired(formats, places))
    if found:
        return ()
    made = [
        Job(name, Output(_path(place, known[name])))
        for name, place in zip(formats, places, strict=True)
    ]
    return _tried(made, known, found)


def write_reports(
    reports: Sequence[Job],
    draw: Callable[[Console], None],
    others: Mapping[str, Callable[[], Content]],
) -> tuple[Diagnostic, ...]:
    """Makes every report and writes them all or none; `draw` prints the one that is not in `others`."""
    return write_all(
        [
            (
                job.output,
                others[job.format]()
                if job.format in others
                else printed(draw, to_file=job.output.to_file),
            )
            for job in reports
        ]
    )


def _tried(
    made: list[Job], known: Mapping[str, Format], found: list[Diagnostic]
) -> tuple[Job, ...]:
    taken: dict[Path | None, str] = {}
    for job in made:
        place = job.output.path
        if place is None and known[job.format].binary and sys.stdout.isatty():
            notes = (f"say where, as in -o {known[job.format].file}, or send stdout to a file",)
            message = f"--format {job.format}: not for a terminal"
            found.append(Diagnostic("E328", message, notes=notes))
        where = None if place is None else place.resolve()
        if where in taken:
            name = "stdout" if place is None else place.as_posix()
            message = f"{name} cannot hold {taken[where]} and {job.format}"
            found.append(
                Diagnostic("E327", message, notes=("give each report a place of its own",))
            )
        taken[where] = job.format
        job.output.check(found)
    return tuple(made)


def _told(place: str, known: Mapping[str, Format], found: list[Diagnostic]) -> str | None:
    """The format that the name of a file tells; a name without any ending tells the default."""
    if place == "-" or (not _is_folder(place) and not Path(place).suffix):
        return None
    if not _is_folder(place):
        endings = [
            (len(s), name)
            for name, kind in known.items()
            for s in kind.suffixes
            if place.lower().endswith(s)
        ]
        if endings:
            return max(endings)[1]  # .sarif.json is no .json
    what = "it is a folder" if _is_folder(place) else f"unknown ending {Path(place).suffix}"
    listed = ", ".join(f"{kind.suffixes[0]} {n}" for n, kind in known.items() if kind.suffixes)
    notes = (f"say --format {'|'.join(known)}", f"endings that tell it: {listed}")
    found.append(Diagnostic("E326", f"-o {place}: which format? {what}", notes=notes))
    return None


def _unpaired(formats: Sequence[str], places: Sequence[str]) -> Diagnostic:
    many = "s" if len(formats) != 1 else ""
    message = f"{len(formats)} format{many} ({', '.join(formats)}) for {_counted(places)}"
    return Diagnostic(
        "E325",
        message,
        notes=(
            "they go together in order: -f json -o a.json -f xlsx -o b.xlsx",
            "or name one folder for all: -f json -f xlsx -o reports/",
            "-o - is stdout",
        ),
    )


def _counted(places: Sequence[str]) -> str:
    if not places:
        return "one stdout"
    return f"{len(places)} place{'s' * (len(places) != 1)} ({', '.join(places)})"


def _is_folder(place: str) -> bool:
    return place.endswith(("/", os.sep)) or Path(place).is_dir()


def _path(place: str, kind: Format) -> Path:
    return Path(place, kind.file) if _is_folder(place) else Path(place)
