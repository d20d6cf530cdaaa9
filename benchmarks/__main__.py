"""`python -m benchmarks`: make the data, run all in turn, compare the figures, print the ratios."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import report
from benchmarks.again import again
from benchmarks.contest import Contestant, Failed, Times, checker, contest, contestants
from benchmarks.data import made

_EXAMPLE = Path(__file__).parents[1] / "examples" / "douyin-week"


def main(
    sizes: Annotated[
        list[int] | None, typer.Option("--messages", help="Number of messages; may be repeated.")
    ] = None,
    folder: Annotated[Path, typer.Option("--data", help="Where the data sets are kept.")] = Path(
        "benchmark-data"
    ),
    repeat: Annotated[int, typer.Option(help="Runs of each contestant.", min=1)] = 5,
    only: Annotated[
        list[str] | None, typer.Option(help="Contestants with this in their name; may be repeated.")
    ] = None,
    shuffled: Annotated[
        bool, typer.Option("--shuffled", help="Shuffled messages, too; by default sorted ones.")
    ] = False,
    cached: Annotated[bool, typer.Option(help="Also runs with a cache.")] = True,
    small: Annotated[bool, typer.Option(help="Also the start on small data.")] = True,
    write: Annotated[
        Path | None, typer.Option(help="Append the results to this Markdown file.")
    ] = None,
) -> None:
    """Speed as ratios: the project against the same rule by hand, in one run."""
    text = [f"## {dt.date.today().isoformat()}\n", report.machine() + "\n"]
    by_size: dict[int, dict[str, Times]] = {}
    try:
        for size in sizes or [10_000_000]:
            for mixed in (False, True) if shuffled else (False,):
                data = made(folder, size, shuffled=mixed)
                title = f"{size:,} messages{', shuffled' if mixed else ', sorted by session'}"
                print(title)
                times = contest(contestants(data, only or ()), repeat)
                text += [report.table(title, times), report.goals(times)]
                if not mixed:
                    by_size[size] = times
                    if cached:
                        text.append(report.again(again(data, repeat)))
        if len(by_size) > 1:
            text.append(report.curve(by_size))
        if small:
            text.append(_small(repeat))
    except Failed as failed:
        print(failed, file=sys.stderr)
        raise typer.Exit(1) from None
    print("\n" + "\n".join(text))
    if write is not None:
        with write.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(text))


def _small(repeat: int) -> str:
    """What starting costs, against importing the engine."""
    print("small data")
    imports = Contestant("import", (sys.executable, "-c", "import ibis, duckdb"), "none")
    audit = Contestant(
        "audit", checker("audit", str(_EXAMPLE), "--format", "json", "--quiet"), "none"
    )
    help_ = Contestant("help", checker("--help"), "none")
    times = contest([imports, audit, help_], repeat)
    base = times["import"].median
    return (
        "### Small data\n\n"
        f"- `import ibis, duckdb`: {base:.2f} s\n"
        f"- `checker audit examples/douyin-week`: {times['audit'].median:.2f} s, "
        f"{times['audit'].median / base:.1f} times that (goal: at most 3)\n"
        f"- `checker --help`: {times['help'].median:.2f} s\n"
    )


if __name__ == "__main__":
    typer.run(main)
