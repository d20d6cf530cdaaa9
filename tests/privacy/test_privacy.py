"""Ids of buyers and agents leave no trace in any output; text is read only where a rule reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from console import environment, run

from checker.data.wanted import wanted_columns
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json
from checker.rulesets import load_packs
from checker.verdicts import pseudonyms as p
from checker.verdicts.pseudonyms import pseudonymous

SALT = "a salt that nobody guesses"
PACK = """\
language: 1
pack: house
platform: douyin
title: {en: House}
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  quick:
    title: {en: Quick}
    per: [agent, day]
    clock: reply
    ratio: {of: turns, where: "agent_id is present", good: wait <= 1m}
    aim: ">= 90%"
  by-buyer:
    title: {en: By buyer}
    per: [buyer]
    every: {of: sessions, good: "buyer_id = 'nobody' or agent_id = 'nobody'"}
"""
MESSAGES = """\
shop_id,session_id,ts,role,agent_id,text
s1,S1,2026-10-01 09:00:00,buyer,,POISON
s1,S1,2026-10-01 09:05:00,agent,anna-7,POISON
s1,S2,2026-10-01 09:00:00,buyer,,POISON
s1,S2,2026-10-01 09:05:00,agent,bert-8,POISON
s1,S3,2026-10-01 09:00:00,buyer,,POISON
"""
SESSIONS = """\
shop_id,session_id,buyer_id
s1,S1,buyer-carl
s1,S2,buyer-dora
s1,S3,
"""
REPORTED = """\
shop_id,rule,agent_id,from,through,value,numerator,denominator
s1,quick,anna-7,2026-10-01,2026-10-01,1,1,1
s1,quick,emil-9,2026-10-01,2026-10-01,1,1,1
"""
WAIVERS = """\
waivers:
  - rule: house/by-buyer
    scope: {buyer: buyer-carl}
    from: 2026-01-01
    until: 2026-12-31
    reason: agreed
    approved_by: boss
"""
AGENTS = "shop_id,agent_id,name\ns1,anna-7,Anna Karenina\n"
IDS = ("anna-7", "bert-8", "emil-9", "buyer-carl", "buyer-dora", "Karenina", "POISON")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    for name, text in (
        ("messages", MESSAGES),
        ("sessions", SESSIONS),
        ("reported", REPORTED),
        ("agents", AGENTS),
    ):
        (data / f"{name}.csv").write_text(text, "utf-8")
    (tmp_path / "pack.yaml").write_text(PACK, "utf-8")
    (tmp_path / "waivers.yaml").write_text(WAIVERS, "utf-8")
    return tmp_path


def options(folder: Path, salt: str | None) -> AuditOptions:
    return AuditOptions(rules=(folder / "pack.yaml",), platform="douyin", pseudonymize=salt)


def commands() -> Iterator[str]:
    shared = f"--rules pack.yaml --platform douyin --pseudonymize '{SALT}'"
    from checker.cli.audit import FORMATS

    for name in FORMATS:
        yield f"audit data {shared} --by agent --waivers waivers.yaml --format {name}"
    yield f"explain data S1 {shared}"
    yield f"checklist --data data {shared}"
    yield f"whatif data {shared} --set house.quick.aim='>= 0%'"
    yield f"whatif data {shared} --set house.quick.aim='>= 0%' --format json"
    yield f"profile data {shared}"
    yield f"profile data {shared} --format json"


@pytest.mark.parametrize("command", list(commands()))
def test_no_output_names_anybody(command: str, folder: Path) -> None:
    env = environment(folder / "bin", started=False)
    binary = any(f"--format {name}" in command for name in ("xlsx", "csv"))
    line = f"checker {command}" + (" -o out" if binary else "")
    out, err, code = run(line, folder, env)
    assert code in (0, 1), err
    produced = out + err
    written = folder / "out"
    files = [written] if written.is_file() else sorted(written.rglob("*"))
    for file in files if binary else ():
        if file.is_file():
            produced += _unpacked(file)
    assert produced.strip()
    assert not [name for name in IDS if name in produced]


def _unpacked(file: Path) -> str:
    import zipfile

    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    return file.read_bytes().decode("utf-8", "replace")


def test_no_history_names_anybody(folder: Path) -> None:
    """Neither its tables nor what is shown of them; without a salt they do."""
    env = environment(folder / "bin", started=False)
    shared = (
        "checker audit data --rules pack.yaml --platform douyin --by agent --by buyer -q -o out"
    )
    salted = f"{shared} --history masked.duckdb --pseudonymize '{SALT}'"
    for line in (salted, f"{shared} --history plain.duckdb"):
        _, err, code = run(line, folder, env)
        assert code in (0, 1), err
    told = {}
    for name in ("masked", "plain"):
        con = duckdb.connect(str(folder / f"{name}.duckdb"), read_only=True)
        tables = [
            table for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        ]
        rows = [row for table in tables for row in con.execute(f"FROM {table}").fetchall()]
        con.close()
        shows = [
            run(f"checker trend {name}.duckdb --breakdowns -f {kind} -o -", folder, env)[0]
            for kind in ("terminal", "json", "csv")
        ]
        assert all(shows)
        told[name] = repr(rows) + "".join(shows)
    assert not [name for name in IDS if name in told["masked"]]
    assert all(name in told["plain"] for name in IDS[:5])
    assert "Karenina" not in told["plain"] and "POISON" not in told["plain"]


def test_without_a_salt_the_ids_are_there(folder: Path) -> None:
    result, _ = audit(folder / "data", options(folder, None))
    assert result is not None
    text = to_json(result)
    assert all(name in text for name in IDS[:5])
    assert "POISON" not in text


def test_the_same_salt_gives_the_same_names_and_another_gives_others(folder: Path) -> None:
    def names(salt: str) -> set[str]:
        result, _ = audit(folder / "data", options(folder, salt))
        assert result is not None
        return set(re.findall(r"(?:agent|buyer)-[0-9a-f]{8}\b", to_json(result)))

    assert names(SALT) == names(SALT)
    assert len(names(SALT)) == 5 and not names(SALT) & names(SALT + "!")


def test_missing_stays_missing_and_the_order_is_that_of_the_pseudonyms(folder: Path) -> None:
    result, _ = audit(folder / "data", options(folder, SALT))
    assert result is not None
    verdicts = json.loads(to_json(result))["verdicts"]
    buyers = [v["scope"]["buyer"] for v in verdicts if v["rule"] == "house/by-buyer"]
    assert buyers[-1] is None and buyers[:-1] == sorted(buyers[:-1])


def test_ids_with_the_same_short_pseudonym_get_the_long_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(p, "SHORT", 1)
    names = p.pseudonyms(SALT, {("agent", str(n)): None for n in range(64)})
    assert len(set(names.values())) == 64
    assert {len(name) for name in names.values()} <= {len("agent-") + 1, len("agent-") + 64}


def test_what_was_said_is_not_printed_with_pseudonyms(folder: Path) -> None:
    line = f"checker explain data S1 --rules pack.yaml --platform douyin --pseudonymize '{SALT}'"
    out, err, code = run(f"{line} --show-text", folder, environment(folder / "bin", started=False))
    assert (out, code) == ("", 2) and "E390" in err
    assert pseudonymous(None, SALT) is None


def test_a_short_salt_is_refused(folder: Path) -> None:
    result, found = audit(folder / "data", options(folder, "salt"))
    assert result is None and [d.code for d in found] == ["E391"]


def test_text_is_opened_only_for_rules_that_read_it(folder: Path) -> None:
    packs, _ = load_packs((folder / "pack.yaml",))
    assert "text" not in wanted_columns(packs)["messages"]
    reading = PACK + (
        "  polite:\n    title: {en: Polite}\n"
        "    every: {of: messages, where: role = 'agent', good: \"matches(text, '您')\"}\n"
    )
    (folder / "reading.yaml").write_text(reading, "utf-8")
    packs, _ = load_packs((folder / "reading.yaml",))
    assert "text" in wanted_columns(packs)["messages"]


def test_no_rule_that_ships_reads_text_without_need(folder: Path) -> None:
    packs, _ = load_packs()
    reading = [pack.pack.name for pack in packs if "text" in wanted_columns((pack,))["messages"]]
    assert reading == []


def test_text_that_cannot_be_read_is_no_hindrance(folder: Path) -> None:
    """A column of a type that is no text would be refused if it were opened."""
    import duckdb

    data = folder / "data"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * REPLACE ([text] AS text) FROM read_csv('{data}/messages.csv')) "
            f"TO '{data}/messages.parquet' (FORMAT parquet)"
        )
    (data / "messages.csv").unlink()
    asked = options(folder, None)
    result, found = audit(data, asked)
    assert result is not None and not found
    polite = "  polite:\n    title: {en: Polite}\n    every: {of: messages, good: \"text = 'x'\"}\n"
    (folder / "reading.yaml").write_text(PACK + polite, "utf-8")
    refused, found = audit(data, replace(asked, rules=(folder / "reading.yaml",)))
    assert refused is None and found


EXPORTS = {
    "qianniu-chat-text": {
        "buyer-carl.txt": "2026-10-01\n08:00:00\n在吗\nbuyer-carl\n08:05:00\n在\n旗舰店:anna-7\n08:06:00\n",
        "buyer-dora.txt": "nothing\n",
    },
    "qidian --pack meiqia": {
        "会话.csv": "客服,客户,会话开始时间,会话时长(秒),满意度评分\n"
        "anna-7,buyer-carl,2026-10-01 08:00:00,60,1\nbert-8,buyer-dora,2026-10-01 08:00:00,60,5\n"
    },
    """mapping: own
platform: kuaishou
timezone: Asia/Shanghai
inputs:
  chat: {columns: {buyer: null, at: null, role: null, who: null}}
tables:
  - table: messages
    input: chat
    columns: {buyer_id: buyer, ts: instant(at), role: role, agent_id: who}
sessions: {by: [buyer_id], idle: 20m}
""": {
        "chat.csv": "buyer,at,role,who\nbuyer-carl,2026-10-01 08:00:00,buyer,\n"
        "buyer-carl,2026-10-01 08:05:00,agent,anna-7\nbuyer-dora,2026-10-01 09:00:00,buyer,\n"
    },
}


@pytest.mark.parametrize("mapping", EXPORTS, ids=lambda m: m.partition("\n")[0])
@pytest.mark.parametrize("form", ["terminal", "json", "html", "csv-offenders"])
def test_no_session_made_by_a_mapping_and_no_file_names_anybody(
    mapping: str, form: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name, text in EXPORTS[mapping].items():
        (data / name).write_text(text, "utf-8")
    if "\n" in mapping:
        (tmp_path / "own.yaml").write_text(mapping, "utf-8")
        mapping = "own.yaml"
    line = f"checker audit data --mapping {mapping} --pseudonymize '{SALT}' --by agent -f {form}"
    out, err, code = run(f"{line} -o -", tmp_path, environment(tmp_path / "bin", started=False))
    assert code in (0, 1), err
    assert out.strip()
    assert not [name for name in IDS if name in out + err]
