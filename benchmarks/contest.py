"""Contestants as processes: started in turn, timed, their memory read, their figures compared."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
Figures = list[list[object]]
"""[platform, shop, day, sessions, good], sorted."""


@dataclass(frozen=True)
class Contestant:
    """`figures` says how to read them from what the command prints: `peer`, `checker`, `bytes` (compared
    with its own runs alone) or none."""

    name: str
    command: tuple[str, ...]
    figures: str = "peer"


@dataclass
class Times:
    """Seconds and peak resident bytes of each run of one contestant."""

    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    digest: str | None = None

    @property
    def median(self) -> float:
        return median(self.seconds)


class _Memory(threading.Thread):
    """The largest sum of resident bytes of a process and its children (Spark's is the JVM)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.peak = session, 0
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._ended.wait(0.2):
            total = 0
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    fields = stat.read_text().rpartition(")")[2].split()
                except OSError:  # gone in the meantime
                    continue
                if int(fields[3]) == self.session:
                    total += int(fields[21]) * page
            self.peak = max(self.peak, total)


class Failed(Exception):
    """A contestant that exits as it should not, or whose figures differ."""


def checker(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "checker", *arguments)


def contestants(data: Path, names: Sequence[str]) -> list[Contestant]:
    one = ("--rules", str(HERE / "rule.yaml"), "--pack", "bench", "--offenders", "0")
    more = ("--rules", str(HERE / "rule_and_one_more.yaml"), "--pack", "bench", "--offenders", "0")
    told = ("audit", str(data), "--format", "json", "--quiet")
    every = [
        Contestant("checker, all rules", checker(*told), "bytes"),
        Contestant("checker, one rule", checker(*told, *one), "checker"),
        Contestant("checker, one rule more", checker(*told, *more), "checker"),
        *(
            Contestant(title, (sys.executable, str(HERE / "peers" / f"{script}.py"), str(data)))
            for title, script in (
                ("DuckDB SQL, one rule", "duckdb_sql"),
                ("Polars, one rule", "polars_frames"),
                ("pandas, one rule", "pandas_frames"),
                ("PySpark SQL, one rule", "pyspark_sql"),
            )
        ),
    ]
    return [one for one in every if not names or any(n.lower() in one.name.lower() for n in names)]


def run(contestant: Contestant, times: Times) -> None:
    """One run more; 0 and 1 are what an audit exits with that judged something."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(
            contestant.command, stdout=out, stderr=err, start_new_session=True, env=_environment()
        )
        watcher = _Memory(process.pid)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        watcher.stop()
        code = process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        if code not in ((0,) if contestant.figures == "peer" else (0, 1)):
            raise Failed(f"{contestant.name} exited with {code}:\n{err.read().decode()[-2000:]}")
        out.seek(0)
        read = out.read()
    times.seconds.append(took)
    times.peak = max(times.peak, usage.ru_maxrss * 1024, watcher.peak)
    if contestant.figures != "none":
        if contestant.figures == "bytes":
            found = hashlib.sha256(read).hexdigest()
        else:
            found = _digest(json.loads(read), contestant.figures)
        if times.digest not in (None, found):
            raise Failed(f"{contestant.name}: two runs gave different figures")
        times.digest = found


def _environment() -> dict[str, str]:
    """Installed packages come with their bytecode; the project in its folder may keep its own, too."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _digest(result: object, kind: str) -> str:
    rows = sorted(_of_audit(result) if kind == "checker" else result)  # type: ignore[type-var,arg-type]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _of_audit(result: object) -> Figures:
    """Peers know nothing of open turns: rows that wait are counted with the others. Groups without
    a row of the population do not exist for them."""
    assert isinstance(result, dict)
    rows = []
    for verdict in result["verdicts"]:
        if verdict["rule"] != "bench/reply-3m-session":
            continue
        sessions = verdict["denominator"] + verdict["pending"]
        scope = verdict["scope"]
        if sessions:
            place = [scope["platform"], scope["shop"], verdict["period"]["from"]]
            rows.append([*place, sessions, verdict["numerator"]])
    return rows


def contest(field_: Sequence[Contestant], repeat: int) -> dict[str, Times]:
    """Every contestant `repeat` times, in turn, so that a busy minute does not favour anyone."""
    times = {one.name: Times() for one in field_}
    for number in range(repeat):
        for one in field_:
            run(one, times[one.name])
            print(f"  {number + 1}/{repeat}  {times[one.name].seconds[-1]:8.2f} s  {one.name}")
    said = {c.name: times[c.name].digest for c in field_ if c.figures in ("peer", "checker")}
    if len(set(said.values())) > 1:
        raise Failed(f"the figures differ: {said}")
    return times
