"""The live database: Chatwoot's schema on a real server, read, judged and compared with figures by hand."""

from __future__ import annotations

import csv
import datetime as dt
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import pytest
from imports.postgres_server import PASSWORD, Server, programs, running

from checker.data.urls import shown
from checker.imports.options import ImportOptions
from checker.imports.run import import_data
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.profile import profile
from checker.verdicts.model import Result, Verdict

REQUIRED = os.environ.get("CHECKER_POSTGRES") == "required"
if REQUIRED:
    import psycopg
else:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")

HERE = Path(__file__).parent / "chatwoot"
MAPPING = "chatwoot-postgres"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    bin_ = programs()
    if bin_ is None:
        reason = "no PostgreSQL server is installed (Debian: apt install postgresql)"
        assert not REQUIRED, reason
        pytest.skip(reason)
    with running(bin_) as one:
        execute(one, "postgres", "CREATE DATABASE chatwoot", "CREATE DATABASE other")
        execute(
            one,
            "chatwoot",
            *(file.read_text("utf-8") for file in (HERE / "schema.sql", HERE / "rows.sql")),
            f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
            *RIGHTS,
        )
        yield one


RIGHTS = (
    "GRANT SELECT ON accounts, account_users, inboxes, conversations, reporting_events TO reader",
    "GRANT SELECT ON csat_survey_responses TO reader",
    "GRANT SELECT (id, name) ON users TO reader",
    "GRANT SELECT (id, account_id, conversation_id, message_type, created_at, private, status,"
    " content_type, content_attributes, sender_type, sender_id, additional_attributes)"
    " ON messages TO reader",
)
"""What docs/databases.md asks for: neither message text nor addresses of users."""


def execute(server: Server, database: str, *statements: str) -> None:
    options = {"host": "127.0.0.1", "port": server.port, "user": "owner", "password": PASSWORD}
    with psycopg.connect(**options, dbname=database, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def judged(server: Server, **options: object) -> Result:
    url = server.url("reader", "chatwoot")
    result, found = audit(url, AuditOptions(mapping=MAPPING, threads=2, **options))  # type: ignore[arg-type]
    assert result is not None, found
    return result


def figures(result: Result, rule: str) -> dict[tuple[str | None, str], Fraction | None]:
    """The value of every shop and period, durations in seconds."""
    verdicts = [v for v in result.verdicts if v.rule == rule]
    assert verdicts, f"{rule} was not judged"
    return {(v.scope["shop"], v.period.start): seconds(v) for v in verdicts if v.period}


def seconds(verdict: Verdict) -> Fraction | None:
    value = verdict.value
    return value / 1_000_000 if value is not None and verdict.type == "duration" else value


def imported(server: Server, out: Path, **options: object) -> dict[str, list[dict[str, str]]]:
    given = ImportOptions(MAPPING, format="csv", threads=2, **options)  # type: ignore[arg-type]
    account, found = import_data(server.url("reader", "chatwoot"), out, given)
    assert account is not None, found
    assert PASSWORD not in str(account) + (out / "import-report.json").read_text()
    made = {}
    for file in out.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            made[file.stem] = list(csv.DictReader(stream))
    return made


def test_conversations_become_sessions_and_messages(server: Server, tmp_path: Path) -> None:
    tables = imported(server, tmp_path / "out", settings=(("account", "1"),))
    day = "2026-10-01T0"
    sessions = {row["session_id"]: row for row in tables["sessions"]}
    assert set(sessions) == {"1", "2", "3", "4", "5", "7", "8", "9"}
    assert {row["shop_id"] for row in tables["sessions"]} == {"1"}
    assert sessions["1"]["ended_at"] == f"{day}1:05:00.500000Z"
    assert sessions["3"]["ended_at"] == f"{day}3:20:00.000000Z"
    assert [sessions[s]["ended_at"] for s in "245"] == ["", "", ""]
    assert [sessions[s]["human_requested_at"] for s in "1345"] == [
        *(f"{day}1:00:00.000000Z", "", f"{day}4:01:00.000000Z", f"{day}5:00:00.000000Z"),
    ]
    assert [sessions[s]["initiated_by"] for s in "125"] == ["buyer", "buyer", "merchant"]
    assert (sessions["1"]["buyer_id"], sessions["1"]["channel"]) == ("501", "Website")
    said = [
        (row["session_id"], row["seq"], row["role"], row["agent_id"], row["automatic"])
        for row in tables["messages"]
        if row["ts"].startswith("2026-10-01")
    ]
    assert said == [
        ("1", "1", "buyer", "", "false"),
        ("1", "2", "bot", "", "false"),
        ("1", "5", "agent", "101", "false"),
        ("1", "6", "buyer", "", "false"),
        ("1", "7", "agent", "101", "false"),
        ("1", "8", "system", "", "false"),
        ("1", "9", "bot", "", "false"),
        ("2", "10", "buyer", "", "false"),
        ("2", "11", "bot", "", "true"),
        ("2", "12", "agent", "102", "false"),
        ("3", "13", "buyer", "", "false"),
        ("3", "14", "bot", "", "false"),
        ("4", "15", "buyer", "", "false"),
        ("4", "16", "bot", "", "false"),
        ("4", "17", "buyer", "", "false"),
        ("4", "18", "agent", "101", "false"),
        ("5", "19", "agent", "101", "true"),
        ("5", "20", "buyer", "", "false"),
        ("5", "21", "agent", "", "false"),
    ]
    assert "text" not in tables["messages"][0]
    rating = tables["ratings"][0]
    assert (rating["agent_id"], rating["score"], rating["rated_at"]) == (
        *("101", "5", f"{day}1:06:00.250000Z"),
    )
    assert [(r["session_id"], r["sent_at"]) for r in tables["invites"]] == [
        ("1", f"{day}1:05:01.000000Z")
    ]
    assert {(r["agent_id"], r["name"]) for r in tables["agents"]} == {
        ("101", "Ana"),
        ("102", "Ben"),
    }


def test_figures_are_those_by_hand(server: Server) -> None:
    house = judged(server, packs=("meiqia",))
    # 10, 30, 80 and 50 seconds; the bot's conversation has no answer and is not part of the mean
    assert figures(house, "meiqia/first-response") == {
        ("1", "2026-09-01"): 20,
        ("1", "2026-10-01"): Fraction(85, 2),
        ("1", "2026-11-01"): 6,
        ("2", "2026-10-01"): None,
    }
    assert figures(house, "meiqia/good-rate")["1", "2026-10-01"] == 1
    assert figures(house, "meiqia/participation")["1", "2026-10-01"] == Fraction(1, 5)
    strict = judged(server, platform="douyin")
    # after the request for a human: 1, 2, 4 and 5 of account 1, and the one of account 2 that waits
    by_session = figures(strict, "douyin/reply-3m-session")
    assert (by_session["1", "2026-10-01"], by_session["2", "2026-10-01"]) == (1, 0)
    by_turn = {
        v.scope["shop"]: (v.numerator, v.denominator)
        for v in strict.verdicts
        if v.rule == "douyin/reply-3m-message" and v.period and v.period.start == "2026-10-01"
    }
    assert by_turn == {"1": (5, 5), "2": (0, 1)}


def test_only_what_the_days_need_is_read_and_figures_stay_the_same(
    server: Server, tmp_path: Path
) -> None:
    tables = imported(server, tmp_path / "out", first="2026-10-01", through="2026-10-31")
    assert {(r["shop_id"], r["session_id"]) for r in tables["sessions"]} == {
        *(("1", s) for s in "12345"),
        ("2", "1"),
        ("1", "8"),  # the last message of all: the as-of instant stays where it is
    }
    days = {"first": dt.date(2026, 10, 1), "through": dt.date(2026, 10, 31)}
    whole = judged(server, platform="douyin")
    part = judged(server, platform="douyin", **days)
    assert part.packs[0].as_of == whole.packs[0].as_of
    for rule in ("douyin/reply-3m-session", "douyin/reply-3m-message"):
        expected = {k: v for k, v in figures(whole, rule).items() if k[1].startswith("2026-10")}
        assert figures(part, rule) == expected


def test_reading_changes_nothing_and_leaves_out_what_was_said(server: Server) -> None:
    before = len(server.log())
    judged(server, packs=("meiqia",))
    log = server.log()[before:]
    assert "READ ONLY" in log and "REPEATABLE READ" in log
    assert "COPY (SELECT" in log and "m.content AS" not in log
    assert "hello" not in log and PASSWORD not in log


PACK = """\
language: 1
pack: greetings
platform: chatwoot
title: {zh: 问候, en: Greetings}
timezone: UTC
rules:
  greeted:
    title: {zh: 问候, en: Greeted}
    ratio:
      of: messages
      where: role = 'agent' and not automatic
      good: matches(text, '^(Hi|Here)$')
"""


def test_a_rule_that_looks_at_what_was_said_gets_it(server: Server, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(PACK)
    url = server.url("owner", "chatwoot")
    options = AuditOptions(mapping=MAPPING, rules=(tmp_path / "pack.yaml",), threads=2)
    result, found = audit(url, options)
    assert result is not None, found
    shop = next(v for v in result.verdicts if v.scope["shop"] == "1")
    assert (shop.numerator, shop.denominator) == (6, 8)


def test_what_was_said_is_copied_when_it_is_asked_for(server: Server, tmp_path: Path) -> None:
    url = server.url("owner", "chatwoot")
    given = ImportOptions(MAPPING, format="csv", threads=2, text=True)
    account, found = import_data(url, tmp_path / "out", given)
    assert account is not None, found
    with (tmp_path / "out" / "messages.csv").open(encoding="utf-8", newline="") as stream:
        texts = {row["seq"]: row["text"] for row in csv.DictReader(stream)}
    assert texts["6"] == 'two lines,\n"quoted"' and texts["22"] == ""
    refused, found = import_data(server.url("reader", "chatwoot"), tmp_path / "no", given)
    assert refused is None and found[-1].code == "E293"
    assert not (tmp_path / "no").exists()


def checker(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and all that it prints."""
    run = subprocess.run(
        (sys.executable, "-m", "checker", *arguments), capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout + run.stderr


def test_the_command_line_audits_and_shows_no_password(server: Server) -> None:
    url = server.url(f"reader:{quote(PASSWORD, safe='')}", "chatwoot")
    os.environ.pop("PGPASSWORD")
    code, told = checker("audit", url, "--mapping", MAPPING, "--pack", "meiqia", "--lang", "en")
    assert code in (0, 1), told
    assert "meiqia" in told
    assert quote(PASSWORD, safe="") not in told and PASSWORD not in told


def test_a_database_with_the_tables_of_a_data_set_needs_no_mapping(server: Server) -> None:
    execute(
        server,
        "other",
        "DROP TABLE IF EXISTS messages",
        "CREATE TABLE messages (session_id text, ts timestamptz, role text, agent_id text, note text)",
        "INSERT INTO messages VALUES ('S', '2026-10-01 09:00:00+08', 'buyer', NULL, 'x'),"
        " ('S', '2026-10-01 01:00:42.5+00', 'agent', 'a', 'y')",
    )
    result, found = audit(server.url("owner", "other"), AuditOptions(platform="taobao", threads=2))
    assert result is not None, found
    assert figures(result, "taobao/average-response") == {(None, "2026-10-01"): Fraction(85, 2)}
    made, found = profile(server.url("owner", "other"), AuditOptions(platform="taobao"))
    assert made is not None, found


WRONG = (
    ("no server listens", "reader", "chatwoot", "closed", PASSWORD, MAPPING, "E291"),
    ("the password is wrong", "reader", "chatwoot", "open", "hunter2", MAPPING, "E291"),
    ("no password is given", "reader", "chatwoot", "open", None, MAPPING, "E291"),
    ("there is no such database", "reader", "chatwood", "open", PASSWORD, MAPPING, "E291"),
    (
        "another database has no such tables",
        "owner",
        "other",
        "open",
        PASSWORD,
        MAPPING,
        "E292",
    ),
    ("auto looks at files only", "reader", "chatwoot", "open", PASSWORD, "auto", "E297"),
    ("a mapping of files", "reader", "chatwoot", "open", PASSWORD, "intercom", "E297"),
)
"""What is wrong, and the code that tells it."""


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_what_is_wrong_is_told(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, str, str, str, str | None, str, str],
) -> None:
    _, user, database, port, secret, mapping, code = case
    if secret is None:
        monkeypatch.delenv("PGPASSWORD")
    else:
        monkeypatch.setenv("PGPASSWORD", secret)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    url = server.url(user, database, None if port == "open" else unused_port())
    account, found = import_data(url, tmp_path / "out", ImportOptions(mapping, threads=2))
    assert account is None and [d.code for d in found if d.level == "error"] == [code]
    assert not (tmp_path / "out").exists()
    told = str(found)
    assert PASSWORD not in told and "hunter2" not in told


def test_a_database_without_tables_of_a_data_set_is_told(server: Server) -> None:
    result, found = audit(server.url("reader", "chatwoot"), AuditOptions(platform="taobao"))
    assert result is None
    (told,) = (d for d in found if d.level == "error")
    assert told.code == "E296"


def test_a_query_that_cannot_run_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(BROKEN)
    given = ImportOptions(str(tmp_path / "own.yaml"), threads=2)
    account, found = import_data(server.url("owner", "chatwoot"), tmp_path / "out", given)
    assert account is None and [d.code for d in found] == ["E295"]
    assert "division by zero" in found[0].message


BROKEN = """\
mapping: own
platform: own
timezone: UTC
inputs:
  said:
    format: sql
    from: messages WHERE id / 0 = 1
    columns: {id: id, created_at: created_at}
tables:
  - table: messages
    input: said
    columns: {session_id: id, ts: instant(created_at), role: "'buyer'"}
"""


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result, found = audit("postgres://reader@localhost/d", AuditOptions())
    assert result is None
    (told,) = (d for d in found if d.level == "error")
    assert told.code == "E290" and "checker[postgres]" in told.notes[0]


def test_a_column_of_another_version_is_told(server: Server, tmp_path: Path) -> None:
    execute(server, "chatwoot", "ALTER TABLE messages RENAME content_type TO content_kind")
    try:
        url = server.url("owner", "chatwoot")
        account, found = import_data(url, tmp_path / "out", ImportOptions(MAPPING, threads=2))
    finally:
        execute(server, "chatwoot", "ALTER TABLE messages RENAME content_kind TO content_type")
    assert account is None
    assert [(d.code, d.message) for d in found] == [
        ("E292", f"`{url}` lacks what is read: column m.content_type does not exist")
    ]


def test_a_message_type_of_another_version_is_a_bad_cell(server: Server, tmp_path: Path) -> None:
    execute(server, "chatwoot", "UPDATE messages SET message_type = 8 WHERE id = 28")
    try:
        url = server.url("owner", "chatwoot")
        account, found = import_data(url, tmp_path / "out", ImportOptions(MAPPING, threads=2))
    finally:
        execute(server, "chatwoot", "UPDATE messages SET message_type = 1 WHERE id = 28")
    assert account is None and {d.code for d in found} == {"E276"}


def test_a_connection_that_drops_midway_leaves_nothing(server: Server, tmp_path: Path) -> None:
    """A proxy forwards the beginning of the answer, and then hangs up."""
    execute(
        server,
        "chatwoot",
        "INSERT INTO messages (id, account_id, conversation_id, message_type, created_at)"
        " SELECT 1000 + i, 1, 8, 0, timestamp '2026-11-05 01:00:05' + i * interval '1 ms'"
        " FROM generate_series(1, 200000) i",
    )
    try:
        with dropping_proxy(server.port, 1_000_000) as port:
            url = server.url("reader", "chatwoot", port)
            code, told = checker("audit", url, "--mapping", MAPPING, "--pack", "meiqia")
            assert code == 2 and "E294" in told, told
            out = tmp_path / "out"
            account, found = import_data(url, out, ImportOptions(MAPPING, threads=2))
    finally:
        execute(server, "chatwoot", "DELETE FROM messages WHERE id > 28")
    assert account is None and [d.code for d in found] == ["E294"]
    assert not out.exists()


@contextmanager
def dropping_proxy(port: int, limit: int) -> Iterator[int]:
    """The port of a proxy that hangs up after `limit` bytes of an answer."""

    def serve() -> None:
        with suppress(OSError):  # the listener is closed in the end
            while True:
                client, _ = listener.accept()
                real = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=pump, args=(client, real, None), daemon=True).start()
                threading.Thread(target=pump, args=(real, client, limit), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])


def pump(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    """Forwards bytes, at most `limit`; then both are closed."""
    passed = 0
    with suppress(OSError):
        while (limit is None or passed < limit) and (block := source.recv(65536)):
            target.sendall(block)
            passed += len(block)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_address_is_shown_without_its_password() -> None:
    assert shown("postgres://u:p@h:5/d") == "postgres://u@h:5/d"
    assert shown("postgresql://u:p@ss:w/rd@h/d") == "postgresql://u@h/d"
    assert shown("postgres://h/d?password=p&x=1") == "postgres://h/d?password=***&x=1"
    assert shown("postgres://h/d") == "postgres://h/d"
    assert shown("data/a:b@c") == "data/a:b@c"
