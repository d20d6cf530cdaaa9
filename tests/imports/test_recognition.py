"""The tests of every shipped mapping pass, and their samples are recognised by `--mapping auto`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.data.workspace import connect_duckdb
from checker.engine.cells import create_macros
from checker.imports.recognise import recognise
from checker.imports.shipped import FOLDER, shipped, typed_file
from checker.imports.sources import find_sources
from checker.maptest.model import MappingCase
from checker.maptest.read import read_cases
from checker.maptest.run import run_mapping_tests
from checker.maptest.samples import write_samples

TESTS = sorted(FOLDER.glob("*.test.yaml"))


def cases() -> Iterator[MappingCase]:
    for file in TESTS:
        _, read, found = read_cases(file)
        assert not found, found
        yield from read


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if case.files],
    ids=lambda c: f"{c.mapping.written.name}: {c.name}",
)
def test_a_sample_is_recognised(case: MappingCase, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    write_samples(case.files, source)
    workspace = connect_duckdb(threads=2)
    create_macros(workspace.con)
    sources, _ = find_sources(workspace.con, workspace.folder(), source)
    assert sources is not None
    mapping, reason, found = recognise(sources)
    assert mapping is not None, found
    assert mapping.written.name == case.mapping.written.name, reason


@pytest.mark.parametrize("file", TESTS, ids=lambda f: f.name)
def test_the_tests_of_a_shipped_mapping_pass_and_meet_every_part_of_it(file: Path) -> None:
    report = run_mapping_tests([file], processes=1)
    assert report.passed and not report.failed, [result.failures for result in report.results]
    assert not report.diagnostics and not report.gaps


def test_every_shipped_mapping_has_a_test() -> None:
    assert {file.name for file in TESTS} == {f"{name}.test.yaml" for name in shipped()}


def test_a_shipped_mapping_is_named_after_its_file_and_cites_its_source() -> None:
    for name, file in shipped().items():
        mapping, found = typed_file(file)
        assert mapping is not None and not found
        assert mapping.written.name == name
        assert mapping.written.title.get("zh") != mapping.written.title.get("en")
        assert mapping.written.sources and mapping.written.note


def test_the_page_on_mappings_lists_every_shipped_one_with_its_status() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `([\w-]+)` \|[^|]*\| (\w+) \|", page, re.MULTILINE))
    known = {name: typed_file(file)[0] for name, file in shipped().items()}
    assert listed == {name: one.written.status for name, one in known.items() if one}
