"""Every command that reads data reads exports, with the same options."""

from __future__ import annotations

from pathlib import Path

import pytest
from console import environment, run

from checker.imports.shipped import shipped
from checker.maptest.read import read_cases
from checker.maptest.samples import write_samples

OPTIONS = "--mapping qianniu-chat-text --set shop=旗舰店"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = shipped()["qianniu-chat-text"].with_name("qianniu-chat-text.test.yaml")
    _, cases, _ = read_cases(file)
    write_samples(cases[0].files, tmp_path / "exports")
    return tmp_path


SESSION = "2026-10-01T20:57:11"
COMMANDS = (
    (f"audit exports {OPTIONS}", "taobao"),
    (f"explain exports {SESSION} {OPTIONS}", SESSION),
    (f"checklist --data exports {OPTIONS}", "taobao"),
    (f"whatif exports {OPTIONS} --set taobao.reply-3m.aim='>= 1%'", "4 verdicts"),
    (f"profile exports {OPTIONS}", "3 sessions"),
    (f"watch exports {OPTIONS} --once", "旗舰店"),
)


@pytest.mark.parametrize(("command", "said"), COMMANDS, ids=lambda part: part.partition(" ")[0])
def test_a_command_reads_exports(command: str, said: str, folder: Path) -> None:
    out, err, code = run(
        f"checker {command} --lang en", folder, environment(folder / "bin", started=False)
    )
    assert code in (0, 1), err
    assert said in out
    assert "W283" in err  # what the mapping left out


@pytest.mark.parametrize("command", [c for c, _ in COMMANDS], ids=lambda c: c.partition(" ")[0])
def test_a_param_that_is_not_there_is_told(command: str, folder: Path) -> None:
    line = f"checker {command} --set shops=x --lang en"
    out, err, code = run(line, folder, environment(folder / "bin", started=False))
    assert (out, code) == ("", 2) and "E278" in err and "did you mean `shop`" in err


def test_a_blank_checklist_reads_nothing(folder: Path) -> None:
    line = "checker checklist --mapping qianniu-chat-text"
    out, err, code = run(line, folder, environment(folder / "bin", started=False))
    assert (out, code) == ("", 2) and "E298" in err
