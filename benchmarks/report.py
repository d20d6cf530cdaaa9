"""What a run measured, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.again import FIRST
from benchmarks.contest import Times

_BASE = "DuckDB SQL, one rule"
_ALL = "checker, all rules"


def table(title: str, times: Mapping[str, Times]) -> str:
    base = times[_BASE].median if _BASE in times else None
    lines = [
        f"### {title}",
        "",
        "| | median s | ratio | peak GiB | runs s |",
        "|---|---|---|---|---|",
    ]
    for name, found in times.items():
        ratio = f"{found.median / base:.2f}" if base else ""
        runs = " ".join(f"{s:.1f}" for s in found.seconds)
        peak = found.peak / 2**30
        lines.append(f"| {name} | {found.median:.2f} | {ratio} | {peak:.2f} | {runs} |")
    return "\n".join(lines) + "\n"


def again(times: Mapping[str, Times]) -> str:
    """Seconds with a cache, beside those of the first time."""
    lines = ["### The same data again, with `--cache`", "", "| | median s | ratio | runs s |"]
    lines.append("|---|---|---|---|")
    for name, found in times.items():
        runs = " ".join(f"{s:.1f}" for s in found.seconds)
        ratio = found.median / times[FIRST].median
        lines.append(f"| {name} | {found.median:.2f} | {ratio:.2f} | {runs} |")
    return "\n".join([*lines, "", "Goal of the ratio: at most 0.15.", ""])


def curve(by_size: Mapping[int, Mapping[str, Times]]) -> str:
    """Seconds per size, and how they grow."""
    names = list(dict.fromkeys(name for times in by_size.values() for name in times))
    lines = ["### Cost curve (median s)", "", "| messages | " + " | ".join(names) + " |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for size, times in by_size.items():
        cells = [f"{times[n].median:.1f}" if n in times else "" for n in names]
        lines.append(f"| {size:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Processor, cores, memory and versions."""
    info = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text() if info.exists() else "").splitlines()
        if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    shown = []
    for package in ("duckdb", "ibis-framework", "polars", "pandas", "pyspark"):
        try:
            shown.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    processor = names[0] if names else platform.processor() or "unknown processor"
    return (
        f"{os.cpu_count()} cores of {processor}, {pages:.0f} GiB; Python "
        f"{platform.python_version()}, {', '.join(shown)}"
    )


def goals(times: Mapping[str, Times]) -> str:
    """The ratios that the project set itself, as far as this run measured them."""
    lines = []
    if _ALL in times and _BASE in times:
        ratio = times[_ALL].median / times[_BASE].median
        lines.append(
            f"- all rules / hand-written SQL of one rule: {ratio:.2f} (goal 1.2, at most 1.5)"
        )
    if _ALL in times and "pandas, one rule" in times:
        ratio = times["pandas, one rule"].median / times[_ALL].median
        lines.append(f"- pandas script of one rule / all rules: {ratio:.2f} (goal: at least 5)")
    if "checker, one rule more" in times and "checker, one rule" in times:
        more = times["checker, one rule more"].median / times["checker, one rule"].median
        lines.append(
            f"- a rule more of the same fact and clock: {more - 1:+.1%} (goal: at most 3 %)"
        )
    if _ALL in times:
        peak = times[_ALL].peak / 2**30
        lines.append(f"- peak memory of all rules: {peak:.2f} GiB (goal at 10 million: at most 4)")
    return "\n".join(lines) + "\n"
