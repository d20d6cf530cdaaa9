"""Every sample of a shipped mapping is recognised as its own by `--mapping auto`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from imports.test_import import write

from checker.data.workspace import connect_duckdb
from checker.engine.cells import create_macros
from checker.imports.inputs import find_sources
from checker.imports.recognise import recognise
from checker.imports.shipped import shipped, typed_file

SAMPLES = Path(__file__).parent / "samples"
CASES = sorted(SAMPLES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}: {p.stem}")
def test_a_sample_is_recognised(path: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    write(source, yaml.load(path.read_text("utf-8"), yaml.SafeLoader))
    workspace = connect_duckdb(threads=2)
    create_macros(workspace.con)
    sources, _ = find_sources(workspace.con, workspace.folder(), source)
    assert sources is not None
    mapping, reason, found = recognise(sources)
    assert mapping is not None, found
    assert mapping.written.name == path.parent.name, reason


def test_every_shipped_mapping_of_files_has_a_sample() -> None:
    for name, file in shipped().items():
        mapping, _ = typed_file(file)
        assert mapping is not None
        if all(one.form != "sql" for one in mapping.written.inputs.values()):
            assert list((SAMPLES / name).glob("*.yaml")), f"{name} has no sample"


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
