"""Writes a realistic sample data set: all of a folder or nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from checker.diagnostics import Diagnostic

DEFAULT_PLATFORMS = ("douyin", "kuaishou", "xiaohongshu", "taobao")
FORMATS = ("parquet", "csv")
FIRST_DAY = dt.date(2026, 10, 1)

_MIN_MESSAGES_PER_PLATFORM = 100

Progress = Callable[[int, int], None]


def write_sample(
    target: Path,
    *,
    seed: int = 7,
    messages: int = 60_000,
    days: int = 31,
    first_day: dt.date = FIRST_DAY,
    fmt: str = "parquet",
    platforms: Sequence[str] = DEFAULT_PLATFORMS,
    shuffled: bool = False,
    progress: Progress | None = None,
) -> tuple[Mapping[str, int] | None, tuple[Diagnostic, ...]]:
    """Write all tables but `reported` into the folder `target`; return the rows of each.

    `messages` is met exactly. The same arguments give the same rows; `shuffled` gives the same rows
    as without it in another order. Instants are naive local times, in whole seconds except on the
    last platform (milliseconds). `reported` is left out: only a platform can say what it counted.
    `progress` is called with messages written and messages in all, after each shop.

    On a problem of usage nothing is written and the first value is None (E320, E321, E322).
    """
    problems = _refusals(target, messages, days, first_day, fmt, platforms)
    if problems:
        return None, problems
    # so named that a run that was killed leaves something whose origin can be seen
    partial = target.parent / f".{target.name}.{os.getpid()}.partial"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        try:
            rows = _write(
                partial, seed, messages, days, first_day, fmt, platforms, shuffled, progress
            )
            if target.exists():
                target.rmdir()
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or str(error)
        return None, (Diagnostic("E322", f"cannot write to {target}: {reason}"),)
    return rows, ()


def _refusals(
    target: Path,
    messages: int,
    days: int,
    first_day: dt.date,
    fmt: str,
    platforms: Sequence[str],
) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    if target.is_dir():
        if any(target.iterdir()):
            found.append(
                Diagnostic(
                    "E320",
                    f"the folder {target} is not empty",
                    notes=("name a new or an empty folder; nothing is ever overwritten",),
                )
            )
    elif target.exists():
        found.append(
            Diagnostic("E320", f"{target} is a file", notes=("name a new or an empty folder",))
        )

    def unusable(message: str) -> None:
        found.append(Diagnostic("E321", message))

    if not platforms:
        unusable("a sample needs at least one platform")
    elif len(set(platforms)) < len(platforms):
        unusable(f"a platform is named twice: {', '.join(platforms)}")
    least = _MIN_MESSAGES_PER_PLATFORM * max(1, len(platforms))
    if messages < least:
        unusable(
            f"{messages} messages are too few; {len(platforms)} platforms take {least} or more"
        )
    if not 1 <= days <= 366:
        unusable(f"{days} days are not possible; a sample covers 1 to 366 days")
    elif not 1970 <= first_day.year <= 2200:
        unusable(f"{first_day} is not possible as first day; the years 1970 to 2200 are")
    if fmt not in FORMATS:
        unusable(f"unknown format `{fmt}`; there are {', '.join(FORMATS)}")
    return tuple(found)


def _write(
    folder: Path,
    seed: int,
    messages: int,
    days: int,
    first_day: dt.date,
    fmt: str,
    platforms: Sequence[str],
    shuffled: bool,
    progress: Progress | None,
) -> Mapping[str, int]:
    # numpy and pyarrow take a third of a second to load, which other commands need not pay
    import numpy as np

    from checker.ruletest.sample_files import TableFiles
    from checker.ruletest.sample_profile import Month, plan_shops
    from checker.ruletest.sample_records import shop_tables

    month = Month(first_day, days)
    shops = plan_shops(seed, messages, month, platforms)
    rng = np.random.default_rng([seed, 3])
    order = rng.permutation(len(shops)) if shuffled else np.arange(len(shops))
    with TableFiles(folder, fmt) as files:
        for number in order:
            tables = shop_tables(shops[number], month, seed)
            for name, table in tables.items():
                rows = table.take(rng.permutation(len(table))) if shuffled else table
                files.add(name, rows)
            if progress is not None:
                progress(files.rows["messages"], messages)
        files.finish()
    return dict(files.rows)
