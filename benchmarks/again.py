"""The same data again with a cache: the first run, the same, another requirement, another limit."""

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
        with tempfile.TemporaryDirectory() as cache, _another_limit() as rules:
            told = ("audit", str(data), "--format", "json", "--quiet", "--cache", cache)
            packs = tuple(word for pack in _PACKS for word in ("--pack", pack))
            for name, more in (
                (FIRST, packs),
                ("the same again", packs),
                (
                    "another requirement",
                    (*packs, "--set", "douyin.reply-3m-session.require=>= 50%"),
                ),
                ("another limit of one rule", (*packs, "--rules", str(rules))),
            ):
                found = times.setdefault(name, Times())
                run(Contestant(name, checker(*told, *more), "bytes"), found)
                print(f"  {number + 1}/{repeat}  {found.seconds[-1]:8.2f} s  {name}, with a cache")
    return times


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
