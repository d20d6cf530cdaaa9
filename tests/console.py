"""Runs shell lines in which `checker` is this checkout, and writes down what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from forks import Forks

ROOT = Path(__file__).parents[1]
UPDATE = os.environ.get("UPDATE_TRANSCRIPTS") == "1"


def environment(bin_: Path, *, started: bool = True) -> dict[str, str]:
    """A folder `bin_` with the command `checker`, and nothing of the caller's terminal or locale.

    Where not `started`, commands are forks of one process: they differ in nothing but their start.
    """
    forks = not started and sys.platform == "linux"
    command = _forks().command if forks else f'"{sys.executable}" -m checker'
    bin_.mkdir(parents=True, exist_ok=True)
    script = bin_ / "checker"
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
    script.chmod(0o755)
    # Where no environment is activated, `python` would be another one.
    places = (bin_, Path(sys.executable).parent, os.environ["PATH"])
    return _plain() | {"PATH": os.pathsep.join(map(str, places))}


@cache
def _forks() -> Forks:
    return Forks(_plain())


def _plain() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("HOME", "TMPDIR", "SYSTEMROOT", "PATH")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "TERM": "dumb",
    }


def run(line: str, folder: Path, env: dict[str, str]) -> tuple[str, str, int]:
    """stdout, stderr and exit code of one shell line run in `folder`."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), done.returncode


def shown(line: str, folder: Path, env: dict[str, str]) -> str:
    """What the line prints: stdout, then stderr marked by `! `, then an exit code that is not 0."""
    out, err, code = run(line, folder, env)
    text = out.replace("\r\n", "\n")  # CSV; a text file read back has lost the difference
    text = text if not text or text.endswith("\n") else f"{text}\n"
    text += "".join(f"! {part}".rstrip() + "\n" for part in err.splitlines())
    return text + (f"? {code}\n" if code else "")


_BLOCK = re.compile(r"^```console\n\$ (?P<line>[^\n]+)\n(?P<output>.*?)^```$", re.M | re.S)


def blocks(page: Path) -> list[str]:
    """The commands of a page's console blocks."""
    return [found["line"] for found in _BLOCK.finditer(page.read_text("utf-8"))]


def with_outputs(page: Path, printed: Callable[[str], str]) -> str:
    """The page with what its commands really print."""

    def again(found: re.Match[str]) -> str:
        return f"```console\n$ {found['line']}\n{printed(found['line'])}```"

    return _BLOCK.sub(again, page.read_text("utf-8"))
