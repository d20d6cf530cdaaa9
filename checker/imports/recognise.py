"""Which shipped mapping an export is of: the one most of whose headers it has."""

from __future__ import annotations

from dataclasses import dataclass

from checker.data.sql import name, run
from checker.diagnostics import Diagnostic
from checker.imports.blocks import block_rows
from checker.imports.documents import record_rows
from checker.imports.inputs import table_rows
from checker.imports.raw import Raw
from checker.imports.shipped import shipped, typed_file
from checker.imports.sources import Sources
from checker.imports.typing import TypedMapping

AUTO = "auto"


@dataclass(frozen=True)
class Candidate:
    mapping: TypedMapping
    headers: int
    of: int
    files: tuple[str, ...]

    @property
    def reason(self) -> str:
        named = self.mapping.written.name
        shown = ", ".join(self.files[:3]) + (" …" if len(self.files) > 3 else "")
        return f"recognised: {shown} has {self.headers} of {self.of} known headers of {named}"


def recognise(sources: Sources) -> tuple[TypedMapping | None, str, tuple[Diagnostic, ...]]:
    """The mapping that fits best, and why; an error where none does, or two do equally well."""
    candidates = []
    for file in shipped().values():
        mapping, _ = typed_file(file)
        assert mapping is not None, f"the shipped mapping {file.name} is wrong"
        if mapping.written.of_database:
            continue
        one = _candidate(sources, mapping)
        if one is not None:
            candidates.append(one)
    candidates.sort(key=lambda one: (-one.headers, one.of, one.mapping.written.name))
    if not candidates:
        names = ", ".join(sources.shown(f) for f in sources.files[:8]) or "none"
        return (
            None,
            "",
            (
                Diagnostic(
                    "E279",
                    "no shipped mapping fits these files",
                    notes=(
                        f"files: {names}",
                        f"mappings: {', '.join(shipped())}",
                        "name one with --mapping: it then says what is missing",
                    ),
                ),
            ),
        )
    best = candidates[0]
    ties = [one for one in candidates if (one.headers, one.of) == (best.headers, best.of)]
    if len(ties) > 1:
        notes = tuple(
            f"{one.mapping.written.name}: {one.headers} of {one.of} headers" for one in ties
        )
        return (
            None,
            "",
            (
                Diagnostic(
                    "E279", "several mappings fit", notes=(*notes, "name one with --mapping")
                ),
            ),
        )
    return best.mapping, best.reason, ()


def _candidate(sources: Sources, mapping: TypedMapping) -> Candidate | None:
    """How well a mapping fits, or None where one of its needed inputs is not there."""
    headers, known, files = 0, 0, []
    for one in mapping.written.inputs.values():
        if one.parent is not None:
            continue
        named = [c for c in one.columns if c.headers]
        known += len(named) or 1
        read = {"table": table_rows, "json": record_rows, "text": block_rows}[one.form]
        table = f"tried {mapping.written.name} {one.name}"
        raw, _ = read(sources, one, table)
        run(sources.con, f"DROP TABLE IF EXISTS {name(table)}")
        if raw is None:
            if one.optional:
                continue
            return None
        headers += _met(raw, len(named))
        files += [account.file for account in raw.accounts]
    return Candidate(mapping, headers, known, tuple(dict.fromkeys(files)))


def _met(raw: Raw, named: int) -> int:
    """How many headers were found; a text of blocks has none and counts as one."""
    return len(raw.written) if named else 1
