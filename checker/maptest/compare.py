"""What an import made against what a test expects of it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from checker.diagnostics import Diagnostic
from checker.imports.account import Account
from checker.maptest.model import Counts, ExpectedRow, ExpectedTable, MappingCase, Value
from checker.maptest.values import canonical
from checker.ruletest.model import Failure

_SHOWN = 5  # rows of one table that are told


def compare(
    case: MappingCase,
    account: Account | None,
    found: Sequence[Diagnostic],
    made: Path,
    hidden: Path,
) -> tuple[Failure, ...]:
    """Everything that does not hold. `made` has the tables as CSV; `hidden` is the folder of the
    files, which messages do not name."""
    told = [_told(d, hidden) for d in found]
    failures = list(_diagnostics(case, told))
    if account is None:
        if not failures and (case.expected.tables or case.expected.read or case.expected.made):
            failures.append(_failure(case, "a data set", "none: the import failed, as expected"))
        return tuple(failures)
    for name, table in case.expected.tables.items():
        failures += _table(case, name, table, made / f"{name}.csv")
    report = account.as_json()
    failures += _counts(case.expected.read, report["read"], "input")
    failures += _counts(case.expected.made, report["made"], "table")
    wanted = case.expected.not_read
    if wanted is not None and sorted(wanted) != sorted(account.not_read):
        came = ", ".join(sorted(account.not_read)) or "everything was read"
        failures.append(_failure(case, f"not read: {', '.join(sorted(wanted)) or 'none'}", came))
    return tuple(failures)


def _failure(case: MappingCase, wanted: str, came: str) -> Failure:
    return Failure("", case.expected.span, wanted, came)


def _told(found: Diagnostic, folder: Path) -> tuple[str, tuple[str, ...]]:
    """Code and message, and notes; without the folder that the files lie in for a moment."""
    lines = (f"{found.code} {found.message}", *found.notes)
    shown = [line.replace(f"{folder}/", "").replace(str(folder), "SRC") for line in lines]
    return shown[0], tuple(shown[1:])


def _diagnostics(
    case: MappingCase, told: Sequence[tuple[str, tuple[str, ...]]]
) -> Iterator[Failure]:
    """All that is expected, each once, and nothing else. A bare code fits any message."""
    left = list(told)
    for wanted in case.expected.diagnostics:
        first, *notes = [line.strip() for line in wanted.splitlines()]
        fitting = [one for one in left if _says(one, first, notes)]
        if fitting:
            left.remove(fitting[0])
        else:
            came = "; ".join(one for one, _ in left) or "nothing is told"
            yield _failure(case, "; ".join((first, *notes)), came)
    if not left or (case.expected.diagnostics and len(told) == len(case.expected.diagnostics)):
        return
    for line, more in left:
        yield _failure(case, "nothing more is told", "; ".join((line, *more)))


def _says(one: tuple[str, tuple[str, ...]], first: str, notes: Sequence[str]) -> bool:
    line, there = one
    if first not in (line, line.partition(" ")[0]):
        return False
    rest = iter(there)
    return all(note in rest for note in notes)  # in this order


def _table(case: MappingCase, name: str, wanted: ExpectedTable, file: Path) -> Iterator[Failure]:
    if not file.is_file():
        if wanted.rows:
            yield Failure("", wanted.span, f"a table {name}", "no such table is made")
        return
    if not wanted.columns:
        rows = _read(file)
        yield Failure("", wanted.span, f"no table {name}", f"it is made; rows: {len(rows):,}")
        return
    zone = case.mapping.written.timezone
    lacking = [c for c in wanted.columns if c not in _header(file)]
    came = [(tuple(row.get(c) or "" for c in wanted.columns)) for row in _read(file)]
    left = [(texts, _values(texts, wanted, zone)) for texts in came]
    missing = []
    for row in wanted.rows:
        at = next((i for i, (_, values) in enumerate(left) if values == row.values), None)
        if at is None:
            missing.append(row)
        else:
            del left[at]
    if lacking and missing:
        told = f"{name} has columns {', '.join(_header(file))}"
        yield Failure("", wanted.span, f"{name} with {', '.join(lacking)}", told)
        return
    yield from _rows_apart(name, wanted, missing, left)


def _rows_apart(
    name: str,
    wanted: ExpectedTable,
    missing: Sequence[ExpectedRow],
    left: list[tuple[tuple[str, ...], tuple[Value, ...]]],
) -> Iterator[Failure]:
    """Rows that are not there, each beside the one that is most like it; then those too many."""
    for row in missing[:_SHOWN]:
        like = max(left, key=lambda one: _alike(row.values, one[1]), default=None)
        if like is not None and 2 * _alike(row.values, like[1]) >= len(row.values):
            left.remove(like)
            apart = [i for i, v in enumerate(row.values) if v != like[1][i]]
            pairs = [
                [(wanted.columns[i], text[i]) for i in apart] for text in (row.written, like[0])
            ]
            first, second = (", ".join(f"{c} {v or 'missing'}" for c, v in pair) for pair in pairs)
            known = [v for i, v in enumerate(row.written) if i not in apart and v]
            of = f" of {known[0]}" if known else ""
            yield Failure("", row.span, f"{name}{of}: {first}", second)
        else:
            yield Failure("", row.span, f"{name}: {_shown(row.written)}", "there is no such row")
    if len(missing) > _SHOWN:
        more = f"{len(missing) - _SHOWN:,} more rows of {name}"
        yield Failure("", wanted.span, more, "not there")
    for texts, _ in left[:_SHOWN]:
        yield Failure("", wanted.span, f"no further row of {name}", _shown(texts))
    if len(left) > _SHOWN:
        told = f"and {len(left) - _SHOWN:,} more"
        yield Failure("", wanted.span, f"no further row of {name}", told)


def _alike(one: Sequence[Value], other: Sequence[Value]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _shown(texts: Sequence[str]) -> str:
    return " | ".join(text or "-" for text in texts)


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def _read(file: Path) -> list[dict[str, str]]:
    csv.field_size_limit(sys.maxsize)  # what was said may be long
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _values(texts: Sequence[str], wanted: ExpectedTable, zone: str) -> tuple[Value, ...]:
    pairs = zip(texts, wanted.types, strict=True)
    return tuple(canonical(text, type_, zone) for text, type_ in pairs)


def _counts(
    expected: Sequence[Counts], told: Sequence[Mapping[str, Any]], key: str
) -> Iterator[Failure]:
    """Counts of the account, summed over files and over the parts of a table."""
    for one in expected:
        parts = [part for part in told if part[key] == one.of]
        for name, wanted in one.numbers.items():
            came = sum(part[name] for part in parts)
            if came != wanted:
                yield Failure("", one.span, f"{one.of}: {wanted:,} {name}", f"{came:,}")
        if one.dropped is not None:
            dropped: dict[str, int] = {}
            for part in parts:
                for label, number in part["dropped"].items():
                    dropped[label] = dropped.get(label, 0) + number
            if dropped != dict(one.dropped):
                wanted_, came_ = (_listed(d) for d in (one.dropped, dropped))
                yield Failure("", one.span, f"{one.of}: dropped {wanted_}", came_)
        encodings = {part.get("encoding") for part in parts}
        if one.encoding is not None and encodings != {one.encoding}:
            shown = ", ".join(sorted(e or "none" for e in encodings)) or "nothing was read"
            yield Failure("", one.span, f"{one.of}: encoding {one.encoding}", shown)


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {n:,}" for label, n in sorted(numbers.items())) or "none"
