"""The chat notation: one line is one message, in the order in which they were sent.

S1 08:00:00 buyer 在吗
S1 +60s agent:a1 在的               # relative to the line before
S1@s2 +1s agent:a1 (auto) 您好      # in shop s2, sent automatically
S1 +5s agent:a1 [card] 商品卡片      # kind: card
-- 2026-01-06                      # the day of the lines that follow
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from checker.diagnostics import Diagnostic, nearest
from checker.packs.nodes import ScalarNode
from checker.ruletest.model import Row
from checker.ruletest.times import Times, read_day

_LINE = re.compile(r"(?P<session>\S+)[ \t]+(?P<time>\S+)[ \t]+(?P<who>\S+)(?:[ \t]+(?P<rest>.*))?")
_MARK = re.compile(r"\((auto)\)[ \t]*|\[([a-z_]+)\][ \t]*")
_ROLES = ("buyer", "agent", "bot", "system")
_FORM = "a line is SESSION TIME WHO TEXT, as in: S1 +60s agent:a1 在的"


@dataclass(frozen=True)
class Block:
    """Lines, and how often they are said: `{n}` in them stands for 1, 2, …"""

    node: ScalarNode
    repeat: int | None = None


class ChatReader:
    """Reads blocks of chat into rows of `messages`; what is wrong goes to `found`."""

    def __init__(self, times: Times, found: list[Diagnostic]) -> None:
        self._times = times
        self._found = found
        self._last: dt.datetime | None = None
        self._sent = 0

    def rows(self, block: Block) -> list[Row]:
        rows: list[Row] = []
        for n in range(1, (block.repeat or 1) + 1):
            before = len(self._found)
            start = 0
            for line in block.node.text.split("\n"):
                said = line if block.repeat is None else line.replace("{n}", str(n))
                if row := self._line(said, block.node, start, start + len(line)):
                    rows.append(row)
                start += len(line) + 1
            if len(self._found) > before:
                break  # every repetition is wrong in the same way
        return rows

    def _line(self, line: str, node: ScalarNode, start: int, end: int) -> Row | None:
        text = line.strip()
        if not text or text.startswith("#"):
            return None

        def wrong(message: str, label: str) -> None:
            indent = len(line) - len(line.lstrip())
            self._found.append(
                Diagnostic("E402", message, node.span_of(start + indent, end), label)
            )

        if text.startswith("--"):
            day = read_day(text[2:].strip())
            if day is None:
                wrong(f"`{text}` names no day", "write -- 2026-01-06")
            else:
                self._times = self._times.on(day)
            return None
        found = _LINE.fullmatch(text)
        if found is None:
            wrong("this is no line of a chat", _FORM)
            return None
        time = found["time"]
        if time.startswith("+") and self._last is None:
            wrong(f"`{time}` has no line before it", "write a time of day, as in 08:00:00")
            return None
        if time.startswith("+") and self._last is not None:
            sent = self._times.after(self._last, time[1:])
        else:
            sent = self._times.instant(time)
        if sent is None:
            wrong(f"`{time}` is no time", "write 08:00:00, or +60s after the line before")
            return None
        role, _, agent = found["who"].partition(":")
        if role not in _ROLES or (agent and role != "agent") or found["who"].endswith(":"):
            meant = nearest(role, _ROLES)
            known = "buyer, agent:ID, bot or system"
            wrong(
                f"`{found['who']}` is nobody who sends messages",
                f"did you mean `{meant}`?" if meant and meant != role else f"write {known}",
            )
            return None
        session, _, shop = found["session"].partition("@")
        rest, automatic, kind = found["rest"] or "", False, "text"
        while mark := _MARK.match(rest):
            automatic, kind = automatic or bool(mark[1]), mark[2] or kind
            rest = rest[mark.end() :]
        self._last = sent
        self._sent += 1
        return {
            "session_id": session,
            "shop_id": shop or None,
            "ts": sent,
            "role": role,
            "agent_id": agent or None,
            "automatic": automatic,
            "kind": kind,
            "seq": self._sent,
            "text": rest or None,
        }
