"""How the process behaves: what it loads, how it is interrupted, how it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from console import ROOT, environment, run

COMMANDS = ("audit", "explain", "show", "lint", "test", "sample", "version", "docs")
HEAVY = ("ibis", "duckdb", "pyarrow", "lark", "jsonschema", "rich", "yaml", "numpy")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "bin")


def outcome_and_loaded(
    words: list[str], heavy: tuple[str, ...], env: dict[str, str]
) -> tuple[str, str]:
    """What the command prints, and its exit code with those modules that it has loaded."""
    script = (
        "import sys, checker.cli\n"
        f"sys.argv = ['checker', *{words!r}]\n"
        "try:\n    checker.cli.main()\n"
        "except SystemExit as done:\n    code = done.code\n"
        f"loaded = [m for m in {heavy!r} if m in sys.modules]\n"
        "print('LOADED', code, loaded)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    printed, _, loaded = done.stdout.rpartition("LOADED ")
    return printed, loaded.strip()


@pytest.mark.parametrize("words", [["--help"], *([command, "-h"] for command in COMMANDS)])
def test_help_loads_nothing_heavy(words: list[str], env: dict[str, str]) -> None:
    printed, loaded = outcome_and_loaded(words, HEAVY, env)
    assert "Usage: checker" in printed
    assert loaded == "0 []"


@pytest.mark.parametrize("words", [["lint", "rules"], ["show"], ["show", "douyin/satisfaction"]])
def test_rules_are_read_without_an_engine(words: list[str], env: dict[str, str]) -> None:
    engines = ("ibis", "duckdb", "sqlglot", "pyarrow", "jsonschema", "rapidfuzz")
    printed, loaded = outcome_and_loaded(words, engines, env)
    assert printed
    assert loaded == "0 []"


@pytest.mark.parametrize("word", COMMANDS)
def test_a_command_that_is_called_is_the_only_one_built(word: str) -> None:
    from checker.cli import app

    assert [one.name for one in app([word, "-h"]).registered_commands] == [word]
    assert len(app().registered_commands) > len(COMMANDS)
    assert len(app(["no-such"]).registered_commands) > len(COMMANDS)


def test_an_option_that_is_no_number_is_wrong_usage(env: dict[str, str]) -> None:
    _, err, code = run("checker audit examples/douyin-week --offenders many", ROOT, env)
    assert code == 2
    assert "--offenders" in err


def crash(
    env: dict[str, str], tmp_path: Path, body: str, line: str = "checker version"
) -> tuple[str, str, int]:
    """Runs the line with `checker version` replaced by `body`."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import checker.cli.version as v\ndef version() -> None:\n    {body}\nv.version = version\n"
    )
    return run(line, ROOT, env | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})


def test_a_bug_of_ours_is_one_line_and_exits_with_2(env: dict[str, str], tmp_path: Path) -> None:
    out, err, code = crash(env, tmp_path, "raise KeyError('of\\nours')")
    assert (out, code) == ("", 2)
    assert err.splitlines()[0].startswith("this is a bug in checker: KeyError")
    assert "CHECKER_DEBUG=1" in err
    assert "Traceback" not in err


def test_a_bug_of_ours_shows_its_traceback_on_demand(env: dict[str, str], tmp_path: Path) -> None:
    _, err, code = crash(env | {"CHECKER_DEBUG": "1"}, tmp_path, "raise KeyError('ours')")
    assert code == 2
    assert err.startswith("this is a bug in checker\nTraceback")


def test_an_interrupt_exits_with_130_and_says_nothing(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import checker.cli.version as v\n"
        "def version() -> None:\n"
        "    import time\n    print('ready', flush=True)\n"
        "    try:\n        time.sleep(30)\n"
        "    except KeyboardInterrupt:\n        raise RuntimeError('as an engine would') from None\n"
        "v.version = version\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "checker", "version"],
        env=env | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def test_an_interrupt_inside_exec_exits_with_130_too(env: dict[str, str], tmp_path: Path) -> None:
    """CPython would end by the signal there."""
    (tmp_path / "sitecustomize.py").write_text(
        "import checker.cli.version as v\n"
        "def version() -> None:\n    exec('raise KeyboardInterrupt')\n"
        "v.version = version\n"
    )
    paths = f"{tmp_path}{os.pathsep}{ROOT}"
    line = [sys.executable, "-m", "checker", "version"]
    done = subprocess.run(line, env=env | {"PYTHONPATH": paths}, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_interrupt_inside_a_finalizer_is_not_lost(env: dict[str, str], tmp_path: Path) -> None:
    """Python would print it and go on."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, time\nimport checker.cli.version as v\n"
        "class Final:\n    def __del__(self) -> None:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n        time.sleep(0.1)\n"
        "def version() -> None:\n    Final()\n    time.sleep(20)\n    print('went on')\n"
        "v.version = version\n"
    )
    paths = f"{tmp_path}{os.pathsep}{ROOT}"
    line = [sys.executable, "-m", "checker", "version"]
    done = subprocess.run(line, env=env | {"PYTHONPATH": paths}, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_closed_pipe_is_no_complaint(env: dict[str, str]) -> None:
    # `true` ends before anything is written, and `wait` sees that it has.
    out, err, code = run("checker show | true; checker show douyin/satisfaction | true", ROOT, env)
    assert (out, err, code) == ("", "", 0)


def test_color_is_asked_for_or_refused(env: dict[str, str]) -> None:
    line = "checker show douyin/satisfaction"
    plain, _, _ = run(line, ROOT, env)
    forced, _, _ = run(line, ROOT, env | {"FORCE_COLOR": "1"})
    refused, _, _ = run(line, ROOT, env | {"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert "\x1b" not in plain
    assert "\x1b[" in forced
    assert refused == plain


@pytest.mark.parametrize(
    ("names", "lang"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "C"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(
    names: dict[str, str], lang: str, env: dict[str, str]
) -> None:
    out, _, code = run("checker show douyin/satisfaction", ROOT, env | names)
    assert code == 0
    assert ("状态" in out) == (lang == "zh")


def test_a_latin_terminal_gets_escapes_and_no_crash(env: dict[str, str]) -> None:
    _, err, code = run("checker show 好", ROOT, env | {"PYTHONIOENCODING": "latin-1"})
    assert code == 2
    assert "there is no rule" in err


def test_completion_is_there(env: dict[str, str]) -> None:
    words = {"_CHECKER_COMPLETE": "complete_bash", "COMP_WORDS": "checker li", "COMP_CWORD": "1"}
    out, _, _ = run("checker", ROOT, env | words)
    assert out.split() == ["lint"]


def test_what_the_engine_spilled_is_gone_as_the_process_ends(
    env: dict[str, str], tmp_path: Path
) -> None:
    spilling = (
        "import gc, os, sys\n"
        "from pathlib import Path\n"
        "from checker.data.workspace import duckdb_connection\n"
        "spill = Path(sys.argv[1])\n"
        "con = duckdb_connection(threads=1, memory='60MB', spill=spill)\n"
        "con.raw_sql('CREATE TEMP TABLE t AS SELECT hash(range) AS h FROM range(20_000_000)').fetchall()\n"
        "print(sum(file.stat().st_size for file in spill.glob('*/*')))\n"
        "con.itself = con\n"
        "gc.freeze()\n"  # as the command line does
    )
    done = subprocess.run(
        [sys.executable, "-c", spilling, str(tmp_path)],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) > 50_000_000
    assert list(tmp_path.glob("checker-*")) == []
