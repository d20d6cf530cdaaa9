"""Files that grow, turn, shrink, vanish and break while they are watched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from imports.postgres_server import PASSWORD, programs, running

from checker.options import AuditOptions
from checker.watching import Watch
from watch.watched_data import SECOND, iso

NOW = 1_760_000_000 * SECOND
RULES = """
language: 1
pack: watched
platform: house
title: Watched
timezone: UTC
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  quick: {title: T, clock: reply, ratio: {of: turns, good: wait <= 3m}}
"""


def line(session: str, role: str, seconds: int = -60, **more: object) -> str:
    at = iso(NOW + seconds * SECOND)
    return json.dumps({"platform": "house", "session_id": session, "ts": at, "role": role} | more) + "\n"  # fmt: skip


class Watched:
    """A folder that is watched; `now` moves on by a second with every look."""

    def __init__(self, folder: Path, data: Path | None = None, **options: object) -> None:
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        rules = folder.parent / "pack.yaml"
        rules.write_text(RULES, "utf-8")
        self.options = AuditOptions(rules=(rules,), **options)  # type: ignore[arg-type]
        self.data = data or folder
        self.watch: Watch | None = None
        self.warnings: list[str] = []
        self.errors: list[str] = []

    def write(self, name: str, text: str | bytes, how: str = "a") -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open(how + "b") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def waiting(self) -> set[str] | None:
        """The sessions that wait; None where the data cannot be read."""
        if self.watch is None:
            self.watch = Watch(self.data, self.options, 60 * SECOND)
            assert not self.watch.start()
        snapshot, found = self.watch.refresh(NOW)
        self.warnings = [f"{d.code}: {d.message}" for d in found if d.level == "warning"]
        self.errors = [d.message for d in found if d.level == "error"]
        assert (snapshot is None) == bool(self.errors)
        return None if snapshot is None else {turn.session_id for turn in snapshot.turns}


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "data")


def test_a_line_counts_when_its_end_has_come(watched: Watched) -> None:
    watched.write("messages.jsonl", line("A", "buyer"))
    assert watched.waiting() == {"A"}
    late = line("B", "buyer")
    watched.write("messages.jsonl", late[:30])
    assert watched.waiting() == {"A"}
    watched.write("messages.jsonl", late[30:-1])
    assert watched.waiting() == {"A"}
    watched.write("messages.jsonl", late[-1:])
    assert watched.waiting() == {"A", "B"}
    watched.write("messages.jsonl", line("A", "agent", -30))
    assert watched.waiting() == {"B"}


def test_a_quoted_line_break_of_csv_ends_no_line(watched: Watched) -> None:
    head = "platform,session_id,ts,role,text\n"
    at = iso(NOW)
    watched.write("messages.csv", f'{head}house,A,{at},buyer,"one\ntwo"\n')
    assert watched.waiting() == {"A"}
    watched.write("messages.csv", f'house,B,{at},buyer,"three\n')
    assert watched.waiting() == {"A"}
    watched.write("messages.csv", f'"\nhouse,C,{at},buyer,four\nhouse,A,{at},agent,five\n')
    assert watched.waiting() == {"B", "C"}


def test_new_part_files_are_seen_and_gone_ones_are_not(watched: Watched) -> None:
    watched.write("messages/1.jsonl", line("A", "buyer"))
    assert watched.waiting() == {"A"}
    watched.write("messages/2.jsonl", line("B", "buyer"))
    assert watched.waiting() == {"A", "B"}
    watched.write("messages/2.jsonl", line("C", "buyer"))
    assert watched.waiting() == {"A", "B", "C"}
    (watched.folder / "messages/1.jsonl").unlink()
    assert watched.waiting() == {"B", "C"}


def rename(path: Path) -> None:
    path.rename(path.with_suffix(".jsonl.1"))
    path.touch()


def truncate(path: Path) -> None:
    os.truncate(path, 0)


def replace(path: Path) -> None:
    new = path.with_name(".new")
    new.touch()
    new.replace(path)


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("rotate", [rename, truncate, replace, remove])
def test_a_rotated_file_leaves_its_questions_open(
    watched: Watched, rotate: Callable[[Path], None]
) -> None:
    watched.write("messages.jsonl", line("A", "buyer") + line("B", "buyer"))
    watched.write("sessions.jsonl", '{"platform": "house", "session_id": "Z"}\n')
    assert watched.waiting() == {"A", "B"}
    rotate(watched.folder / "messages.jsonl")
    assert watched.waiting() == {"A", "B"}
    watched.write("messages.jsonl", line("A", "agent", -20))
    assert watched.waiting() == {"B"}
    watched.write("messages.jsonl", line("C", "buyer", -10))
    assert watched.waiting() == {"B", "C"}
    rotate(watched.folder / "messages.jsonl")
    watched.write("messages.jsonl", line("B", "agent", -5) + line("D", "buyer", -4))
    assert watched.waiting() == {"C", "D"}


def test_a_file_that_is_written_anew_stands_for_the_old_one(watched: Watched) -> None:
    old = [line(name, "buyer", -90 + i) for i, name in enumerate("ABCD")]
    watched.write("messages.jsonl", "".join(old))
    assert watched.waiting() == set("ABCD")
    watched.write("messages.jsonl", "".join(old[1:]) + line("E", "buyer"), "w")
    assert watched.waiting() == set("BCDE")
    # Written slowly: at first none of the lines that were there.
    watched.write("messages.jsonl", line("F", "buyer"), "w")
    assert watched.waiting() == set("BCDEF")
    watched.write("messages.jsonl", "".join(old[2:]))
    assert watched.waiting() == set("CDF")


def test_a_file_that_gets_another_name_is_not_read_twice(watched: Watched) -> None:
    watched.write("messages/today.jsonl", line("A", "buyer"))
    watched.write("messages/x.jsonl", line("X", "buyer"))
    assert watched.waiting() == {"A", "X"}
    (watched.folder / "messages/today.jsonl").rename(watched.folder / "messages/monday.jsonl")
    watched.write("messages/today.jsonl", line("B", "buyer"))
    assert watched.waiting() == {"A", "B", "X"}
    (watched.folder / "messages/monday.jsonl").unlink()
    assert watched.waiting() == {"B", "X"}


def session(name: str, ended: bool) -> str:
    row = {"platform": "house", "session_id": name, "ended_at": iso(NOW) if ended else None}
    return json.dumps(row) + "\n"


def test_a_session_that_ends_waits_no_more(watched: Watched) -> None:
    watched.write("messages.jsonl", line("A", "buyer") + line("B", "buyer"))
    watched.write("sessions.jsonl", session("A", False) + session("B", False))
    assert watched.waiting() == {"A", "B"}
    watched.write("sessions.jsonl", session("A", True) + session("B", False), "w")
    assert watched.waiting() == {"B"}
    # A rotated list of sessions: the newer row of a session stands for the older one.
    watched.write("sessions.jsonl", session("B", True), "w")
    assert watched.waiting() == set()


def test_faults_of_new_lines_leave_out_these_lines_only(watched: Watched) -> None:
    watched.write("messages.jsonl", line("A", "buyer"))
    assert watched.waiting() == {"A"}
    good = [line(f"G{i}", "buyer") for i in range(9)]
    faults = ["no json\n", line("H", "nobody"), '{"session_id": "I"}\n']
    lines = [*good[:4], faults[0], *good[4:8], faults[1], faults[2], good[8]]
    watched.write("messages.jsonl", "".join(lines))
    assert watched.waiting() == {"A", *(f"G{i}" for i in range(9))}
    assert watched.warnings == ["W511: 3 new lines cannot be read and are left out"]


@pytest.mark.parametrize(
    ("fault", "said"), [("no json\n", "line 2 of"), (line("B", "nobody"), "unknown value")]
)
def test_faults_at_the_start_are_errors_at_their_place(
    watched: Watched, fault: str, said: str
) -> None:
    watched.write("messages.jsonl", line("A", "buyer") + fault)
    assert watched.waiting() is None
    (told,) = watched.errors
    assert said in told
    assert "checker-watch" not in told
    watched.write("messages.jsonl", line("A", "buyer"), "w")
    assert watched.waiting() == {"A"}


def test_a_folder_that_is_away_for_a_while_comes_back(watched: Watched) -> None:
    watched.write("messages.jsonl", line("A", "buyer"))
    assert watched.waiting() == {"A"}
    away = watched.folder.with_name("away")
    watched.folder.rename(away)
    assert watched.waiting() is None
    assert watched.waiting() is None
    away.rename(watched.folder)
    watched.write("messages.jsonl", line("B", "buyer"))
    assert watched.waiting() == {"A", "B"}


def test_many_small_additions_are_put_together(watched: Watched) -> None:
    watched.write("messages.jsonl", line("A", "buyer"))
    for number in range(60):
        watched.write("messages.jsonl", line(f"S{number:02d}", "buyer"))
        if number % 2:
            watched.waiting()
    assert watched.waiting() == {"A", *(f"S{number:02d}" for number in range(60))}
    assert watched.watch is not None
    source = watched.watch._source
    assert source is not None and hasattr(source, "folder")
    assert len(list((source.folder / "messages").iterdir())) < 30


def test_a_single_file_of_any_name_is_followed(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "data", data=tmp_path / "data" / "chat.jsonl")
    watched.write("chat.jsonl", line("A", "buyer"))
    assert watched.waiting() == {"A"}
    watched.write("chat.jsonl", line("B", "buyer"))
    assert watched.waiting() == {"A", "B"}


def test_parquet_and_duckdb_are_read_again_when_they_change(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "data")
    rows = tmp_path / "rows.jsonl"

    def written(path: Path, text: str) -> None:
        rows.write_text(text, "utf-8")
        new = path.with_name(".new")
        if path.suffix == ".parquet":
            duckdb.sql(f"COPY (FROM read_json('{rows}')) TO '{new}' (FORMAT parquet)")
        else:
            with duckdb.connect(str(new)) as con:
                con.sql(f"CREATE TABLE messages AS FROM read_json('{rows}')")
        new.replace(path)

    single = Watched(tmp_path / "single", data=tmp_path / "single" / "store.duckdb")
    for one, path in ((watched, watched.folder / "messages.parquet"), (single, Path(single.data))):
        written(path, line("A", "buyer"))
        assert one.waiting() == {"A"}
        written(path, line("A", "buyer") + line("B", "buyer"))
        assert one.waiting() == {"A", "B"}
        path.write_bytes(path.read_bytes()[:100])
        assert one.waiting() is None
        written(path, line("B", "buyer"))
        assert one.waiting() == {"B"}


def test_parquet_beside_growing_text(watched: Watched) -> None:
    rows = watched.folder.parent / "rows.jsonl"
    rows.write_text(session("A", False) + session("B", True), "utf-8")
    target = watched.folder / "sessions.parquet"
    duckdb.sql(f"COPY (FROM read_json('{rows}')) TO '{target}' (FORMAT parquet)")
    watched.write("messages.jsonl", line("A", "buyer") + line("B", "buyer"))
    assert watched.waiting() == {"A"}
    watched.write("messages.jsonl", line("C", "buyer"))
    assert watched.waiting() == {"A", "C"}


def test_a_database_that_drops_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_, required = programs(), os.environ.get("CHECKER_POSTGRES") == "required"
    if bin_ is None and not required:
        pytest.skip("no PostgreSQL server is installed")
    if not required:
        pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    import psycopg

    assert bin_ is not None, "install a PostgreSQL server"
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with running(bin_) as server:
        with psycopg.connect(server.url("owner", "postgres"), autocommit=True) as con:
            con.execute(
                "CREATE TABLE messages (platform text, session_id text, ts timestamptz, role text)"
            )
            con.execute("INSERT INTO messages VALUES ('house', 'A', %s, 'buyer')", [iso(NOW)])
        watched = Watched(tmp_path / "data")
        watched.data = server.url("owner", "postgres")  # type: ignore[assignment]
        assert watched.waiting() == {"A"}
        data = str(server.folder / "data")
        server.run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        assert watched.waiting() is None
        assert "cannot connect" in watched.errors[0]
        options = f"-c listen_addresses=127.0.0.1 -p {server.port} -c unix_socket_directories="
        log = str(server.folder / "log")
        server.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        with psycopg.connect(server.url("owner", "postgres"), autocommit=True) as con:
            con.execute("INSERT INTO messages VALUES ('house', 'B', %s, 'buyer')", [iso(NOW)])
        assert watched.waiting() == {"A", "B"}


def test_exports_of_a_mapping_are_followed(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(MAPPING, "utf-8")
    watched = Watched(tmp_path / "data", mapping=str(mapping))
    watched.write("chat.csv", f"chat,time,from\nA,{iso(NOW)},customer\n")
    assert watched.waiting() == {"A"}
    watched.write("chat.csv", f"B,{iso(NOW)},cust")
    assert watched.waiting() == {"A"}
    watched.write("chat.csv", f"omer\nA,{iso(NOW)},staff\n")
    assert watched.waiting() == {"B"}


MAPPING = """
mapping: chat
platform: house
timezone: UTC
values:
  roles: {customer: buyer, staff: agent}
inputs:
  chat:
    columns: {chat: null, time: null, who: [from]}
tables:
  - table: messages
    input: chat
    columns:
      session_id: chat
      ts: instant(time)
      role: map(who, roles)
"""
