"""Test files in, rows or diagnostics out: each file in reading/ is one case.

`=== test` is what stands below `- name: …`, or `=== file` a whole test file; `=== rows` are the rows
that come of it, one a line, without what every row has by default; `=== diagnostics` what is wrong.
The tested pack is mine.yaml.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path

import pytest
import yaml
from case_files import parts

from checker import diagnostics
from checker.diagnostics import Diagnostic
from checker.language.catalog import STORED, TABLES
from checker.packs.schema import read_schema
from checker.ruletest.files import find_tests, near_packs
from checker.ruletest.model import Cell
from checker.ruletest.read import read_cases, read_root
from checker.ruletest.run import run_tests

HERE = Path(__file__).parent
CASES = sorted((HERE / "reading").glob("*.case"))
CODES = Path(diagnostics.__file__).parent / "codes" / "ruletest.yaml"
DEFAULTS = {"platform": "mine", "shop_id": "s1", "automatic": False, "kind": "text"}


def told(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = f"{span.line}:{span.column}-{span.end_column}" if span else ""
    found = (diagnostic.code, place, diagnostic.message, diagnostic.label)
    return " | ".join(part for part in found if part)


def written(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, dt.datetime) else str(cell)


def read(case: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    monkeypatch.chdir(folder)
    Path("mine.yaml").write_text((HERE / "mine.yaml").read_text("utf-8"), "utf-8")
    given = parts(case)
    text = given.get("file")
    if text is None:
        test = textwrap.indent(given["test"], "    ")
        text = f"pack: mine\ntests:\n  - name: it\n{test}"
        text += "    expect: {fast: 100%}\n" if "expect:" not in test else ""
    Path("mine.test.yaml").write_text(text, "utf-8")
    files, found = find_tests([Path()])
    packs = near_packs([Path()], files)
    root, problems = read_root(files[0])
    cases = ()
    if root is not None:
        cases, more = read_cases(root, packs.typed["mine"])
        problems = (*problems, *more)
    rows = [
        f"{table}: "
        + " ".join(
            f"{k}={written(v)}" for k, v in row.items() if v is not None and DEFAULTS.get(k) != v
        )
        for one in cases
        for table, of_table in one.tables.items()
        for row in of_table
    ]
    rows.extend(f"as of {one.as_of.isoformat()}" for one in cases if one.as_of)
    return rows, [told(d) for d in (*found, *packs.diagnostics, *problems)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_reading(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = parts(case)
    rows, found = read(case, tmp_path, monkeypatch)
    assert found == wanted.get("diagnostics", "").splitlines()
    if "rows" in wanted:
        assert rows == wanted["rows"].splitlines()


@pytest.mark.parametrize(
    ("paths", "files", "wanted"),
    [
        (["empty"], {"empty/pack.yaml": "x: 1"}, "E400 no test at empty"),
        (["gone.test.yaml"], {}, "E400 no such file: gone.test.yaml"),
        (
            ["t.test.yaml"],
            {"t.test.yaml": "pack: duoyin\ntests: [{name: a, expect: {x: 1}}]\n"},
            "E403 there is no pack `duoyin` to test",
        ),
        (
            ["p.yaml"],
            {
                "p.yaml": "language: 1\n",
                "p.test.yaml": "pack: p\ntests: [{name: a, expect: {x: 1}}]\n",
            },
            "E021 the pack has no `pack`",
        ),
    ],
)
def test_what_cannot_be_run_is_told(
    paths: list[str],
    files: dict[str, str],
    wanted: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
    report = run_tests([Path(p) for p in paths])
    assert report.results == ()
    assert wanted in [f"{d.code} {d.message}" for d in report.diagnostics]


def test_each_code_has_a_case() -> None:
    explained = set(yaml.safe_load(CODES.read_text("utf-8")))
    shown = {line[:4] for case in CASES for line in parts(case).get("diagnostics", "").splitlines()}
    assert explained - shown == {"E400", "E403"}  # those of whole folders, above


def test_the_schema_knows_every_column_that_data_can_have() -> None:
    schema = read_schema("test")["$defs"]
    for table in STORED:
        columns = {column.name for column in TABLES[table].stored_columns}
        assert set(schema[table]["properties"]) == {"repeat", *columns}
        assert table in schema["test"]["properties"]
