"""The options of an import: of the command, of an audit of exports, of a test of a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.imports.queries import Answer, Wanted


@dataclass(frozen=True)
class ImportOptions:
    """What `checker import` is told. `settings` are the mapping's params as written.

    Of a database, only the canonical columns in `wanted` are made; without it all but what was said,
    which is made only with `text`. `answers` stand for a database, by input: no source is opened.
    """

    mapping: str
    settings: tuple[tuple[str, str], ...] = ()
    first: str | None = None
    through: str | None = None
    format: str = "parquet"
    threads: int | None = None
    wanted: Wanted | None = None
    text: bool = False
    answers: Mapping[str, Answer] | None = None
