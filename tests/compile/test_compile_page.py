"""docs/compile.md says of the dialects and their gaps what the code says.

UPDATE_TRANSCRIPTS=1 writes the tables into the page instead of comparing.
"""

from __future__ import annotations

import re

from console import ROOT, UPDATE

from checker.compiling.dialects import DIALECTS
from checker.compiling.gaps import GAPS
from checker.compiling.header import VERIFIED

PAGE = ROOT / "docs" / "compile.md"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def made() -> dict[str, str]:
    dialects = [
        (
            f"`{one.name}`",
            one.title,
            ", ".join(dict.fromkeys(f"`{stamp}`" for stamp in one.stamps.values())),
            f"`{one.time.split(',')[0]}`{one.time.partition(',')[1]}{one.time.partition(',')[2]}",
            VERIFIED[one.verified].get("en"),
        )
        for one in DIALECTS.values()
    ]
    gaps = [
        (", ".join(DIALECTS[name].title for name in gap.dialects) or "all", gap.what, gap.why)
        for gap in GAPS
    ]
    heads = ("dialect", "", "timestamps (local, utc, zoned)", "times of day", "verified")
    return {
        "dialects": table(heads, dialects),
        "gaps": table(("dialect", "gap", "why"), gaps),
    }


def test_the_page_has_the_tables_of_the_code() -> None:
    wanted = PAGE.read_text("utf-8")
    page = wanted
    for name, text in made().items():
        mark = f"<!-- {name} -->"
        assert page.count(mark) == 1
        page = re.sub(
            rf"{mark}\n+(\|[^\n]*\n)*\n*", lambda _, m=mark, t=text: f"{m}\n\n{t}\n", page
        )
    if UPDATE:
        PAGE.write_text(page, "utf-8")
    assert page == wanted or UPDATE
