"""Test files of mappings → cases: read, checked against the schema, and every value understood."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from checker.diagnostics import Diagnostic, nearest
from checker.facts.zones import instant_of_text
from checker.imports.encodings import known_encoding
from checker.imports.shipped import find_mapping_here, shipped, typed_file
from checker.imports.typing import TypedMapping
from checker.maptest.expect import read_expected
from checker.maptest.model import Cell, CopiedFile, MappingCase, Moment, Sample, TextFile
from checker.packs.access import child, items, mapping, scalar, word
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode
from checker.packs.schema import check
from checker.packs.yaml import read_yaml

_SHEET = re.compile(r"[^\[\]:*?/\\]{1,31}")


def read_cases(
    file: Path,
) -> tuple[TypedMapping | None, tuple[MappingCase, ...], tuple[Diagnostic, ...]]:
    """The mapping that a file tests, the tests that are sound, and everything wrong with the rest."""
    root, problems = read_yaml(file)
    found = list(problems)
    if isinstance(root, MapNode):
        found += [p.diagnostic for p in check(root, schema="mapping-test") if not p.echo]
    if not isinstance(root, MapNode) or any(d.level == "error" for d in found):
        return None, (), tuple(found)
    typed, more = _mapping(root, file)
    found += more
    if typed is None:
        return None, (), tuple(found)
    cases: list[MappingCase] = []
    told: dict[str, ScalarNode] = {}
    for node in items(child(root, "tests")):
        test = mapping(node)
        name = scalar(test.get("name"))
        if first := told.get(name.text):
            message = f"the test `{name.text}` is there twice"
            label = f"first in line {first.span.line}"
            found.append(Diagnostic("E408", message, name.span, label))
        told.setdefault(name.text, name)
        before = len(found)
        case = _case(test, name, typed, file.parent, found)
        if len(found) == before:
            cases.append(case)
    return typed, tuple(cases), tuple(found)


def _mapping(root: MapNode, file: Path) -> tuple[TypedMapping | None, tuple[Diagnostic, ...]]:
    """The mapping of that name beside the test, else the shipped one."""
    node = scalar(child(root, "mapping"))
    here = find_mapping_here(file.parent, node.text)
    place = here or shipped().get(node.text)
    if place is None:
        known = tuple(shipped())
        meant = nearest(node.text, known)
        label = f"did you mean `{meant}`?" if meant else ""
        message = f"there is no mapping `{node.text}` to test"
        notes = (
            "it is looked for beside the test, by the name that its key `mapping` says",
            f"shipped mappings: {', '.join(known)}",
        )
        return None, (Diagnostic("E260", message, node.span, label, notes),)
    return typed_file(place)


def _case(
    test: MapNode, name: ScalarNode, typed: TypedMapping, folder: Path, found: list[Diagnostic]
) -> MappingCase:
    files: dict[str, Sample] = {}
    for key in ("files", "workbooks"):
        section = child(test, key)
        for file, node in mapping(section) if section is not None else ():
            place = mapping(section).keys[file]
            if file in files or not _is_inside(file):
                told = "is there twice" if file in files else "is no name of a file"
                found.append(Diagnostic("E285", f"`{file}` {told}", place.span))
            files[file] = _file(node, folder, found) if key == "files" else _workbook(node, found)
    answers = (
        {n: _rows(node) for n, node in mapping(test.get("answers"))}
        if child(test, "answers")
        else {}
    )
    _check_samples(test, name, typed, bool(files), answers, found)
    settings = child(test, "set")
    pairs = mapping(settings) if settings is not None else ()
    return MappingCase(
        name.text,
        frozenset(),
        typed,
        files,
        answers,
        tuple((key, scalar(value).text) for key, value in pairs),
        word(test, "from"),
        word(test, "through"),
        read_expected(mapping(test.get("expect")), typed, found),
        name.span,
    )


def _check_samples(
    test: MapNode,
    name: ScalarNode,
    typed: TypedMapping,
    files: bool,
    answers: dict[str, tuple[tuple[str | None, ...], ...]],
    found: list[Diagnostic],
) -> None:
    """A mapping of files is tested on files, one of a database on answers of every input."""
    wanted = "answers" if typed.written.of_database else "files or workbooks"
    if typed.written.of_database == files or typed.written.of_database != bool(answers):
        message = f"the test needs {wanted}, and nothing else, to read"
        found.append(Diagnostic("E285", message, name.span, f"add {wanted}"))
        return
    inputs = typed.written.inputs
    for key, table in answers.items():
        place = mapping(test.get("answers")).keys[key].span
        known = [c.name for c in inputs[key].columns] if key in inputs else list(inputs)
        what = f"column of input `{key}`" if key in inputs else "input"
        for one in table[0] if key in inputs and table else () if key in inputs else (key,):
            if one not in known:
                meant = nearest(one or "", known)
                label = f"did you mean `{meant}`?" if meant else ""
                notes = (f"known: {', '.join(known)}",)
                found.append(Diagnostic("E285", f"`{one}` is no {what}", place, label, notes))
        for row in table[1:]:
            if len(row) != len(table[0]):
                message = f"a row of `{key}` has {len(row)} cells for {len(table[0])} columns"
                found.append(Diagnostic("E285", message, place))


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.name) and not path.is_absolute() and ".." not in path.parts


def _file(node: Node, folder: Path, found: list[Diagnostic]) -> Sample:
    if isinstance(node, ScalarNode):
        return TextFile(node.text, "utf-8", node.span)
    inner = mapping(node)
    copied, text = child(inner, "copy"), child(inner, "text")
    if (copied is None) == (text is None):
        message = "a file of a test needs either `text` or `copy`"
        found.append(Diagnostic("E285", message, node.span))
    if copied is not None:
        source = folder / scalar(copied).text
        if not source.is_file():
            message = f"no such file: {source.as_posix()}"
            label = "it is looked for beside the test"
            found.append(Diagnostic("E285", message, copied.span, label))
        return CopiedFile(source, copied.span)
    encoding = word(inner, "encoding") or "utf-8"
    written = scalar(text).text if text is not None else ""
    place = child(inner, "encoding") or node
    if wrong := known_encoding(encoding):
        found.append(Diagnostic("E285", wrong.message, place.span, notes=wrong.notes))
    else:
        try:
            written.encode(encoding)
        except UnicodeEncodeError as error:
            lost = written[error.start : error.end][:10]
            message = f"`{lost}` cannot be written in {encoding}"
            found.append(Diagnostic("E285", message, place.span))
    return TextFile(written, encoding, place.span)


def _workbook(node: Node, found: list[Diagnostic]) -> dict[str, tuple[tuple[Cell, ...], ...]]:
    for sheet in mapping(node).entries:
        if not _SHEET.fullmatch(sheet):
            message = f"`{sheet}` is no name of a sheet"
            label = "at most 31 characters, none of []:*?/\\"
            found.append(Diagnostic("E285", message, mapping(node).keys[sheet].span, label))
    return {
        sheet: tuple(tuple(_cell(cell, found) for cell in items(row)) for row in items(rows))
        for sheet, rows in mapping(node)
    }


def _cell(node: Node, found: list[Diagnostic]) -> Cell:
    if not isinstance(node, MapNode):
        return scalar(node).value
    written = scalar(node.get("date"))
    if instant_of_text(written.text, "UTC") is None or "+" in written.text:
        label = "write 2026-10-01, or 2026-10-01 08:00:00"
        found.append(Diagnostic("E285", f"`{written.text}` is no date", written.span, label))
    return Moment(written.text)


def _rows(node: Node) -> tuple[tuple[str | None, ...], ...]:
    """Rows as texts; null is missing."""
    return tuple(
        tuple(None if scalar(c).value is None else scalar(c).text for c in items(row))
        for row in (items(node) if isinstance(node, SeqNode) else ())
    )
