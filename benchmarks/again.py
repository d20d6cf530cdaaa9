"""The same data again with a cache: the first run, the same, another requirement, another limit; and data
of which one file of messages is new."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contest import Contestant, Times, checker, run

_RULES = Path(__file__).parents[1] / "rules"
_PACKS = ("douyin", "kuaishou", "taobao", "xiaohongshu")
FIRST = "first time"


def again(data: Path, repeat: int) -> dict[str, Times]:
    """Times of each; every first run begins with an empty folder."""
    times: dict[str, Times] = {}
    for number in range(repeat):

        def timed(
            name: str, data: Path, cache: str, *more: str, at: str = f"{number + 1}/{repeat}"
        ) -> None:
            found = times.setdefault(name, Times())
            packs = tuple(word for pack in _PACKS for word in ("--pack", pack))
            told = ("audit", str(data), "--format", "json", "--quiet", "--cache", cache)
            run(Contestant(name, checker(*told, *packs, *more), "bytes"), found)
            print(f"  {at}  {found.seconds[-1]:8.2f} s  {name}, with a cache")

        with tempfile.TemporaryDirectory() as cache, _another_limit() as rules:
            timed(FIRST, data, cache)
            timed("the same again", data, cache)
            requirement = "douyin.reply-3m-session.require=>= 50%"
            timed("another requirement", data, cache, "--set", requirement)
            timed("another limit of one rule", data, cache, "--rules", str(rules))
        last = max((data / "messages").iterdir())
        if last.name == "part-0000.parquet":
            continue  # it is the only one
        with tempfile.TemporaryDirectory() as cache, _linked(data) as fewer:
            (fewer / "messages" / last.name).unlink()
            timed("without the last file of messages, first time", fewer, cache)
            (fewer / "messages" / last.name).symlink_to(last)
            timed("with that file", fewer, cache)
    return times


@contextmanager
def _linked(data: Path) -> Iterator[Path]:
    """A folder with links to all files of `data`."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (one for one in data.rglob("*") if one.is_file()):
            link = Path(folder) / file.relative_to(data)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.resolve())
        yield Path(folder)


@contextmanager
def _another_limit() -> Iterator[Path]:
    """The bundled rules, of which one has two minutes in place of three."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(_RULES, rules)
        pack = rules / "douyin" / "pack.yaml"
        text = pack.read_text(encoding="utf-8")
        old = "good: all(turns, wait <= 3m)"
        assert old in text
        pack.write_text(text.replace(old, "good: all(turns, wait <= 2m)", 1), encoding="utf-8")
        yield rules
