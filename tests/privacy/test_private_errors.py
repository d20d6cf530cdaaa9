"""What is told of bad data quotes it, and with pseudonyms it does not; files of waivers neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.diagnostics import Diagnostic
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.diagnostics import render, to_dicts
from checker.reports.sarif import lint_sarif

SALT = "a salt that nobody guesses"
MESSAGES = "session_id,ts,role,agent_id,text\nS1,2026-10-01 09:00:00,buyer,,POISON\n"
BAD = {
    "a role that is a name": {"messages.csv": MESSAGES.replace("buyer", "POISON")},
    "an instant that is a text": {
        "messages.csv": MESSAGES.replace("2026-10-01 09:00:00", "POISON")
    },
    "two settings of one agent": {
        "messages.csv": MESSAGES,
        "agents.csv": "shop_id,agent_id\n,POISON\n,POISON\n",
    },
    "a row with too many fields": {"messages.csv": MESSAGES.replace("POISON", "POISON,POISON")},
    "a NUL in the name of an agent": {"messages.csv": MESSAGES.replace(",,", ",POISON\0,")},
    "a line that is no JSON": {
        "messages.jsonl": '{"session_id": "S1", "ts": "2026-10-01 09:00:00", "role": "buyer"}\n{"text": "POISON"\n'
    },
}
EXPORT = "会话ID,发送时间(本地),角色\nS1,2026-10-01 08:00:00,买家\n"
BAD_EXPORTS = {
    "a role that is a name": EXPORT.replace("买家", "POISON"),
    "an instant that is a text": EXPORT.replace("2026-10-01 08:00:00", "POISON"),
    "instants in two ways": f"{EXPORT}S1,POISON,买家\nS2,昨天,买家\n",
    "too many fields": EXPORT.replace("买家", "买家,POISON"),
    "an open quote": EXPORT.replace("买家", '"POISON'),
    "a header that is a row": "会话ID,POISON,发送时间(本地) POISON\n1,2,3\n",
}
MAPPING = str(Path(__file__).parents[1] / "imports" / "mappings" / "chat.yaml")


def told(found: tuple[Diagnostic, ...]) -> str:
    """The same diagnostics as everybody who shows them tells them."""
    parts = [render(list(found), color=False, width=80), str(to_dicts(found))]
    return "\n".join([*parts, lint_sarif(found, {}, Path.cwd())])


@pytest.mark.parametrize("name", BAD)
def test_bad_data(name: str, tmp_path: Path) -> None:
    for file, text in BAD[name].items():
        (tmp_path / file).write_text(text, "utf-8")
    options = AuditOptions(platform="douyin")
    result, found = audit(tmp_path, options)
    assert result is None and "POISON" in told(found)
    result, found = audit(tmp_path, AuditOptions(platform="douyin", pseudonymize=SALT))
    assert result is None and found and "POISON" not in told(found)


@pytest.mark.parametrize("name", BAD_EXPORTS)
def test_bad_exports(name: str, tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(BAD_EXPORTS[name], "utf-8")
    result, found = audit(tmp_path, AuditOptions(mapping=MAPPING))
    assert result is None and ("POISON" in told(found)) == (name != "too many fields")
    result, found = audit(tmp_path, AuditOptions(mapping=MAPPING, pseudonymize=SALT))
    assert result is None and found and "POISON" not in told(found)
    assert "chat.csv" in told(found)


def test_a_waiver_that_names_a_buyer(tmp_path: Path) -> None:
    (tmp_path / "messages.csv").write_text(MESSAGES, "utf-8")
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n  - {rule: douyin/reply-3m-session, scope: {shop: s1, buyer: POISON},"
        " from: 2026-01-01, until: 2026-12-31, reason: agreed, approved_by: boss}\n",
        "utf-8",
    )
    options = AuditOptions(platform="douyin", waivers=(waivers,))
    assert "POISON" in told(audit(tmp_path, options)[1])
    masked = AuditOptions(platform="douyin", waivers=(waivers,), pseudonymize=SALT)
    found = audit(tmp_path, masked)[1]
    assert "E344" in told(found) and "POISON" not in told(found)
