"""A PostgreSQL database that is only read: one snapshot, streamed into DuckDB without a copy on disk."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv

from checker.data.sql import DuckDBError, name, rows, run
from checker.data.urls import shown
from checker.diagnostics import Diagnostic

if TYPE_CHECKING:
    import psycopg

Values = Mapping[str, object]
"""What the placeholders `%(name)s` of a query stand for."""

_CONNECT_SECONDS = 10
_BLOCK = 16 << 20  # bytes; a row must fit in one
_TIMESTAMP, _TIMESTAMPTZ = 1114, 1184
_UTC = 'YYYY-MM-DD"T"HH24:MI:SS.US'


@dataclass(frozen=True)
class Database:
    """A connection within one read-only transaction. `place` is its address without a password."""

    connection: psycopg.Connection[Any]
    place: str

    def close(self) -> None:
        self.connection.close()

    def columns(self, query: str, values: Values) -> dict[str, int] | Diagnostic:
        """The columns of a query, each with the number of its type."""
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM ({query}\n) AS source LIMIT 0", values)
                return {column.name: column.type_code for column in cursor.description or ()}
        except _errors() as error:
            return self._failed(error)

    def rows(self, query: str, values: Values | None = None) -> list[tuple[Any, ...]] | Diagnostic:
        """All rows of a small query."""
        try:
            with self.connection.cursor() as cursor:
                return cursor.execute(query, values).fetchall()
        except _errors() as error:
            return self._failed(error)

    def copy(
        self, con: Any, table: str, query: str, values: Values, wanted: Mapping[str, int]
    ) -> int | Diagnostic:
        """Makes a DuckDB table of texts out of the wanted columns of a query; how many rows it has.

        Instants are written with their zone, or without where the database knows none.
        """
        listed = ", ".join(_text(column, type_) for column, type_ in wanted.items()) or "1"
        statement = f"COPY (SELECT {listed} FROM ({query}\n) AS source) TO STDOUT (FORMAT csv)"
        columns = list(wanted) or ["nothing"]
        try:
            with self.connection.cursor() as cursor, cursor.copy(statement, values) as copy:
                stream = _Stream(copy)
                try:
                    _load(con, table, stream, columns)
                except (DuckDBError, pa.ArrowException, OSError):
                    if stream.error is None:
                        raise
                    raise stream.error from None
        except _errors() as error:
            return self._failed(error)
        return int(rows(con, f"SELECT count(*) FROM {name(table)}")[0][0])

    def _failed(self, error: psycopg.Error) -> Diagnostic:
        import psycopg
        from psycopg import errors as e

        reason = _reason(error)
        undefined = (e.UndefinedTable, e.UndefinedColumn, e.UndefinedFunction, e.InvalidSchemaName)
        if isinstance(error, undefined):
            return Diagnostic(
                "E292",
                f"`{self.place}` lacks what is read: {reason}",
                notes=("is it the right database, and of the version that the mapping says?",),
            )
        if isinstance(error, e.InsufficientPrivilege):
            notes = ("grant SELECT on it to the user who reads; nothing more is needed",)
            return Diagnostic("E293", f"`{self.place}` refuses to be read: {reason}", notes=notes)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            notes = ("nothing was written; try again",)
            return Diagnostic("E294", f"lost `{self.place}` while reading: {reason}", notes=notes)
        message = f"a query failed on `{self.place}`: {reason}"
        return Diagnostic("E295", message, quotes=(reason,))


def connect(url: str) -> Database | Diagnostic:
    """Connects and begins a read-only transaction.

    User and password come of the address, the environment (PGUSER, PGPASSWORD …) or ~/.pgpass; what
    is told of a failure holds no password.
    """
    try:
        import psycopg
        from psycopg import conninfo
    except ImportError:
        return Diagnostic(
            "E290",
            "reading a database needs psycopg",
            notes=("pip install 'checker[postgres]'",),
        )
    place = shown(url)
    try:
        options = conninfo.conninfo_to_dict(url)
    except psycopg.Error:  # what it says quotes the address
        notes = ("write it as postgres://user@host:5432/database; quote % @ : / in names as %40 …",)
        return Diagnostic("E291", f"`{place}` is no address of a database", notes=notes)
    options.setdefault("application_name", "checker")
    if "PGCONNECT_TIMEOUT" not in os.environ:
        options.setdefault("connect_timeout", _CONNECT_SECONDS)
    try:
        connection = psycopg.connect(**options, client_encoding="utf8")  # type: ignore[arg-type]
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    except psycopg.Error as error:
        reason = _without(_reason(error), (options.get("password"), os.environ.get("PGPASSWORD")))
        notes = (_advice(reason),)
        return Diagnostic("E291", f"cannot connect to `{place}`: {reason}", notes=notes)
    return Database(connection, place)


def _advice(reason: str) -> str:
    if "no password" in reason or "password authentication" in reason:
        return "give the password in PGPASSWORD or ~/.pgpass, not on the command line"
    if "does not exist" in reason:
        return "the part after the last / is the name of the database, the one before @ the user's"
    return "check host and port, and that the server accepts connections from here"


def _errors() -> type[psycopg.Error]:
    import psycopg

    return psycopg.Error


def _reason(error: psycopg.Error) -> str:
    """What the server said, in one line."""
    text = error.diag.message_primary or str(error)
    lines = dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())
    return " ".join(lines)[:300]


def _without(text: str, secrets: Sequence[object]) -> str:
    for secret in secrets:
        if isinstance(secret, str) and secret:
            text = text.replace(secret, "***")
    return text


def _text(column: str, type_: int) -> str:
    """A column as text that every function of mappings reads."""
    quoted = name(column)
    if type_ == _TIMESTAMPTZ:
        return f"""to_char({quoted} AT TIME ZONE 'UTC', '{_UTC}"Z"')"""
    if type_ == _TIMESTAMP:
        return f"to_char({quoted}, '{_UTC}')"
    return f"{quoted}::text"


class _Stream(io.RawIOBase):
    """What COPY sends, as a file. `error` is what broke it off."""

    def __init__(self, copy: psycopg.Copy) -> None:
        super().__init__()
        self.copy, self.rest = copy, b""
        self.error: psycopg.Error | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        while not self.rest:
            try:
                block = self.copy.read()
            except _errors() as error:
                self.error = error
                raise OSError("the connection was lost") from error
            if not block:
                return 0
            self.rest = bytes(block)
        part, self.rest = self.rest[:size], self.rest[size:]
        buffer[: len(part)] = part
        return len(part)


def _load(con: Any, table: str, stream: _Stream, columns: Sequence[str]) -> None:
    source = io.BufferedReader(stream, 1 << 20)
    listed = ", ".join(f"{name(c)} VARCHAR" for c in columns)
    if not source.peek(1):
        run(con, f"CREATE TEMP TABLE {name(table)} ({listed})")
        return
    reader = csv.open_csv(
        source,
        read_options=csv.ReadOptions(
            column_names=list(columns), block_size=_BLOCK, use_threads=False
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    registered = f"{table} source"
    con.con.register(registered, reader)
    try:
        con.con.execute(f"CREATE TEMP TABLE {name(table)} AS SELECT * FROM {name(registered)}")
    finally:
        with suppress(DuckDBError):
            con.con.unregister(registered)
