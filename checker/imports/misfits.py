"""Files and sheets without the header of an input: how that is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.diagnostics import Diagnostic, nearest
from checker.imports.grids import Grid
from checker.imports.headers import NoHeader
from checker.imports.model import Input


def lacks(header: NoHeader) -> str:
    if header.twice:
        return f", which has {', '.join(header.twice)} twice"
    return f" (no {', '.join(header.lacks[:3])})" if header.lacks else ""


def skipped(grid: Grid, header: NoHeader, wanted: Input) -> Diagnostic:
    return Diagnostic(
        "W265",
        f"{grid.place} was not read: it has no header of input `{wanted.name}`",
        notes=(f"it lacks {', '.join(header.lacks[:6])}",) if header.lacks else (),
        subject=wanted.name,
        level="warning",
    )


def nothing_fits(
    wanted: Input,
    missed: Sequence[tuple[Grid, NoHeader]],
    sheets: dict[Path, tuple[str, ...]],
) -> tuple[Diagnostic, ...]:
    if not missed:
        patterns = " or ".join(f"`{p}`" for p in wanted.sheets)
        file, names = next(iter(sheets.items()), (Path(), ()))
        near = nearest(wanted.sheets[0], names) if wanted.sheets else None
        notes = (f"did you mean `{near}`?",) if near else ()
        return (
            Diagnostic(
                "E266",
                f"`{file}` has no sheet {patterns}",
                notes=(*notes, f"its sheets: {', '.join(names) or 'none'}"),
                subject=wanted.name,
            ),
        )
    grid, header = max(missed, key=lambda one: len(one[1].found))
    if header.twice:
        listed = ", ".join(f"`{t}`" for t in header.twice)
        return (
            Diagnostic(
                "E268",
                f"row {header.row} of {grid.place} has {listed} twice",
                notes=(
                    *header.notes,
                    "merged cells over two header rows need header: {rows: 2}; else rename one",
                ),
                subject=wanted.name,
                quotes=tuple(f"`{t}`" for t in header.twice),
            ),
        )
    told = [f"missing: {', '.join(header.lacks)}"]
    if header.found:
        told.append(f"row {header.row} has {', '.join(header.found[:8])}")
    told += header.notes
    if len(missed) > 1:
        told.append(f"{len(missed) - 1} more sheets or files fit less")
    return (
        Diagnostic(
            "E267",
            f"{grid.place} has no header of input `{wanted.name}`",
            notes=tuple(told),
            subject=wanted.name,
            quotes=(*header.found, *header.notes),
        ),
    )
