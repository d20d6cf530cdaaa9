"""Canonical tables as files: a whole data set or none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from checker.data.sql import literal, name, rows, run
from checker.diagnostics import Diagnostic
from checker.imports.account import Account
from checker.language.types import Kind, Type

REPORT = "import-report.json"
FORMATS = ("parquet", "csv")


def write_tables(
    con: Any,
    targets: Mapping[str, str],
    columns: Mapping[str, Mapping[str, Type]],
    platform: str,
    folder: Path,
    fmt: str = "parquet",
) -> dict[str, int]:
    """Writes every table that has rows into `folder`; how many rows each has."""
    written: dict[str, int] = {}
    for table, target in targets.items():
        number = int(rows(con, f"SELECT count(*) FROM {name(target)}")[0][0])
        if not number:
            continue
        parts = [f"{literal(platform)} AS platform"]
        parts += [f"{_final(c, t, fmt)} AS {name(c)}" for c, t in columns[table].items()]
        order = ", ".join(name(c) for c in columns[table])
        options = "FORMAT parquet, COMPRESSION zstd" if fmt == "parquet" else "FORMAT csv, HEADER"
        file = literal(str(folder / f"{table}.{fmt}"))
        query = f"SELECT {', '.join(parts)} FROM {name(target)} ORDER BY {order}"
        run(con, f"COPY ({query}) TO {file} ({options})")
        written[table] = number
    return written


def _final(column: str, type_: Type, fmt: str) -> str:
    """A working column as it is stored; instants keep their meaning by being in UTC."""
    c = name(column)
    match type_.kind:
        case Kind.INSTANT if fmt == "csv":
            return f"strftime(make_timestamp({c}), '%Y-%m-%dT%H:%M:%S.%fZ')"
        case Kind.INSTANT:
            return f"make_timestamp({c}) AT TIME ZONE 'UTC'"
        case Kind.DATE:
            return f"(DATE '1970-01-01' + {c})"
        case Kind.NUMBER | Kind.RATIO:
            return f"CAST({c} * CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(24,6))"
        case Kind.TIME:
            clock = f"make_timestamp({c})"
            return f"CASE WHEN {c} >= 86400000000 THEN '24:00:00' ELSE strftime({clock}, '%H:%M:%S') END"
    return c


def publish(made: Path, target: Path, account: Account) -> tuple[Diagnostic, ...]:
    """Moves a finished data set to where it was asked for; nothing appears there before."""
    text = json.dumps(account.as_json(), ensure_ascii=False, indent=2) + "\n"
    try:
        (made / REPORT).write_text(text, "utf-8")
        if target.exists():
            target.rmdir()  # it was checked to be empty
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            made.rename(target)
        except OSError:  # another file system
            partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
            try:
                shutil.copytree(made, partial)
                partial.rename(target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        return (_refused(target, error),)
    return ()


def check_target(target: Path) -> tuple[Diagnostic, ...]:
    """The folder must be new or empty, and there must be leave to write it."""
    try:
        if target.is_dir():
            with suppress(StopIteration):
                first = next(target.iterdir())
                return (
                    Diagnostic(
                        "E280",
                        f"the folder `{target}` is not empty",
                        notes=(
                            f"it has `{first.name}`",
                            "name a new folder: nothing is overwritten",
                        ),
                    ),
                )
        elif target.exists():
            return (Diagnostic("E280", f"`{target}` is a file", notes=("name a new folder",)),)
        parent = next(p for p in target.resolve().parents if p.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK):
            return (
                Diagnostic("E280", f"cannot write `{target}`: `{parent}` cannot be written to"),
            )
    except OSError as error:
        return (_refused(target, error),)
    return ()


def _refused(target: Path, error: OSError) -> Diagnostic:
    reason = error.strerror or str(error)
    return Diagnostic("E280", f"cannot write `{target}`: {reason}", notes=("nothing was written",))
