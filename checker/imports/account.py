"""The account of an import: what was read, left out and written, in counts that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FileAccount:
    """One sheet or file that was read as `input`. rows = above + blank + carried + joined + dropped +
    kept; `above` are the header and what stands before it, `joined` further lines of a block."""

    input: str
    file: str
    sheet: str | None
    encoding: str | None
    rows: int
    above: int
    blank: int
    carried: int
    joined: int
    dropped: Mapping[str, int]
    kept: int
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableAccount:
    """Rows of one canonical table. rows (of the input) = excluded + repeated + written."""

    table: str
    input: str
    label: str
    rows: int
    excluded: int
    repeated: int
    written: int


@dataclass(frozen=True)
class Account:
    """`people` are the names of files that name buyers or agents."""

    mapping: str
    title: str
    platform: str
    timezone: str
    reason: str
    files: tuple[FileAccount, ...]
    tables: tuple[TableAccount, ...]
    not_read: Mapping[str, str]
    sessions: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, int] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "mapping": self.mapping,
            "platform": self.platform,
            "timezone": self.timezone,
            "reason": self.reason,
            "read": [
                {
                    "input": f.input,
                    "file": f.file,
                    "sheet": f.sheet,
                    "encoding": f.encoding,
                    "rows": f.rows,
                    "header_and_above": f.above,
                    "blank": f.blank,
                    "carried": f.carried,
                    "joined": f.joined,
                    "dropped": dict(f.dropped),
                    "kept": f.kept,
                    "columns_not_used": list(f.unused),
                }
                for f in self.files
            ],
            "not_read": dict(self.not_read),
            "made": [
                {
                    "table": t.table,
                    "input": t.input,
                    "label": t.label,
                    "rows": t.rows,
                    "excluded": t.excluded,
                    "repeated": t.repeated,
                    "written": t.written,
                }
                for t in self.tables
            ],
            "sessions": dict(self.sessions),
            "written": dict(self.written),
        }


def left_out(account: Account) -> tuple[str, ...]:
    """What was read and is in no table, and what was not read, in a line each."""
    lines = [
        f"{one.file}{f' [{one.sheet}]' if one.sheet else ''}: {number:,} dropped as {label}"
        for one in account.files
        for label, number in one.dropped.items()
    ]
    for made in account.tables:
        what = made.label or made.table
        lines += [
            f"{what}: {_rows(number)} {word}"
            for number, word in ((made.excluded, "not meant"), (made.repeated, "repeated"))
            if number
        ]
    return (*lines, *(f"{file} was not read: {why}" for file, why in account.not_read.items()))


def account_text(account: Account) -> str:
    """The account as a person reads it."""
    status = f" ({account.title})" if account.title else ""
    lines = [f"mapping {account.mapping}{status}"]
    if account.reason:
        lines.append(f"  {account.reason}")
    for one in account.files:
        place = one.file + (f" [{one.sheet}]" if one.sheet else "")
        code = f", {one.encoding}" if one.encoding else ""
        lines.append(f"read {place}{code}: {_rows(one.rows)}")
        parts = [
            (one.above, "header and above"),
            (one.blank, "blank"),
            (one.carried, "carried down"),
        ]
        parts += [(one.joined, "further lines of a row")]
        parts += [(number, f"dropped: {label}") for label, number in one.dropped.items()]
        lines += [f"  {number:>10,}  {what}" for number, what in parts if number]
        lines.append(f"  {one.kept:>10,}  kept as {one.input}")
    for file, why in account.not_read.items():
        lines.append(f"not read {file}: {why}")
    for made in account.tables:
        what = f"{made.table}" + (f" {made.label}" if made.label else "")
        left = [(made.excluded, "not meant"), (made.repeated, "repeated")]
        out = "".join(f", {number:,} {word}" for number, word in left if number)
        lines.append(f"made {what} of {made.input}: {made.rows:,} rows{out}, {made.written:,} made")
    for what, number in account.sessions.items():
        lines.append(f"sessions: {number:,} {what}")
    for table, number in account.written.items():
        lines.append(f"wrote {number:,} {table}")
    return "\n".join(lines) + "\n"


def _rows(number: int) -> str:
    return f"{number:,} row{'s' if number != 1 else ''}"
