"""Random expressions as text, of a wanted type, over columns of every type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

TEXTS = ("", "a", "B", "发货了吗", "it's", "A b", "ß", "é")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass
class Writer:
    """`columns` lists names by type; `windows` are names of windows; `enums` values by column."""

    rng: Random
    columns: Mapping[str, Sequence[str]]
    enums: Mapping[str, Sequence[str]]
    windows: Sequence[str]
    relations: Callable[[Random, str, int], str | None] = lambda _rng, _type, _depth: None

    def write(self, kind: str, depth: int) -> str:
        if depth > 0 and (related := self.relations(self.rng, kind, depth)):
            return related
        if depth <= 0 or self.rng.random() < 0.15:
            return self.leaf(kind)
        made = getattr(self, kind)(depth - 1)
        return str(made)

    def leaf(self, kind: str) -> str:
        own = self.columns.get(kind, ())
        if own and (kind in ("instant", "date") or self.rng.random() < 0.7):
            return self.rng.choice(list(own))
        if kind == "date":
            return f"date_of({self.leaf('instant')})"
        return self.literal(kind)

    def literal(self, kind: str) -> str:
        rng = self.rng
        match kind:
            case "bool":
                return rng.choice(["true", "false"])
            case "int":
                return rng.choice(["0", "1", "2", "3", "-2", "7"])
            case "number":
                return rng.choice(["0.5", "1.5", "-0.25", "2.0", "0.0"])
            case "ratio":
                return rng.choice(["0%", "50%", "75.5%", "100%", "-10%", "120%"])
            case "duration":
                return rng.choice(["0s", "45s", "3m", "1h30m", "-5m", "1ms", "2d", "1.5s"])
            case "time":
                return rng.choice(["00:00:00", "08:00", "12:30:15", "23:59:59.5", "24:00:00"])
            case "text":
                return "'" + rng.choice(TEXTS).replace("'", "''") + "'"
        raise AssertionError(kind)

    def some(self, *kinds: str) -> str:
        return self.rng.choice(kinds)

    def bool(self, depth: int) -> str:
        rng = self.rng
        match rng.randrange(13):
            case 0 | 1:
                op = rng.choice([" and ", " or "])
                parts = [f"({self.write('bool', depth)})" for _ in range(rng.choice([2, 2, 3]))]
                return op.join(parts)
            case 2:
                return f"not ({self.write('bool', depth)})"
            case 3:
                kind = self.some("int", "number", "ratio", "duration", "instant", "text", "bool")
                return f"({self.write(kind, depth)}) is {self.some('missing', 'present')}"
            case 4:
                if not self.windows:
                    return self.leaf("bool")
                word = self.some("in", "not in")
                return f"{self.write('instant', depth)} {word} {rng.choice(list(self.windows))}"
            case 5:
                kind = self.some("int", "duration", "text", "ratio", "number", "time")
                members = ", ".join(self.literal(kind) for _ in range(rng.choice([2, 3])))
                return f"({self.write(kind, depth)}) {self.some('in', 'not in')} ({members})"
            case 6 if self.enums:
                name = rng.choice(list(self.enums))
                values = self.enums[name]
                if rng.random() < 0.5:
                    return f"{name} {self.some('=', '!=')} '{rng.choice(list(values))}'"
                members = ", ".join(f"'{v}'" for v in rng.sample(list(values), 2))
                return f"{name} {self.some('in', 'not in')} ({members})"
            case 7:
                pattern = rng.choice(
                    ["a", "^A", "[a-z] ?b", "发货|物流", "s$", "(?i)b", "^$", "''"]
                )
                return f"matches({self.write('text', depth)}, '{pattern}')"
            case 8:
                op = self.some("=", "!=")
                kind = self.some("text", "bool")
                return f"({self.write(kind, depth)}) {op} ({self.write(kind, depth)})"
            case _:
                kind = self.some("int", "number", "ratio", "duration", "instant", "time", "date")
                other = kind
                if kind in ("int", "number"):
                    other = self.some("int", "number")
                left, right = self.write(kind, depth), self.write(other, depth)
                return f"({left}) {rng.choice(COMPARISONS)} ({right})"

    def either(self, kind: str, depth: int) -> str:
        function = self.some("least", "greatest", "coalesce")
        return f"{function}({self.write(kind, depth)}, {self.write(kind, depth)})"

    def int(self, depth: int) -> str:
        match self.rng.randrange(8):
            case 0 | 1:
                op = self.some("+", "-", "*")
                return f"({self.write('int', depth)}) {op} ({self.write('int', 0)})"
            case 2:
                return f"abs({self.write('int', depth)})"
            case 3:
                return f"round({self.write('number', depth)})"
            case 4:
                return f"length({self.write('text', depth)})"
            case 5:
                return f"hour_of({self.write('instant', depth)})"
            case 6:
                return f"-({self.write('int', depth)})"
        return self.either("int", depth)

    def number(self, depth: int) -> str:
        match self.rng.randrange(7):
            case 0:
                return f"({self.write('int', 0)}) / ({self.write('int', depth)})"
            case 1:
                return f"({self.write('duration', 0)}) / ({self.write('duration', 0)})"
            case 2:
                return f"({self.write('ratio', 0)}) / ({self.write('ratio', 0)})"
            case 3:
                op = self.some("+", "-", "*", "/")
                left, right = self.rng.sample(["number", "int"], 2)
                return f"({self.write(left, depth)}) {op} ({self.write(right, 0)})"
            case 4:
                return f"abs({self.write('number', depth)})"
            case 5:
                return f"coalesce({self.write('int', depth)}, {self.write('number', depth)})"
        return self.either("number", depth)

    def ratio(self, depth: int) -> str:
        match self.rng.randrange(5):
            case 0:
                return f"({self.write('int', depth)}) * {self.literal('ratio')}"
            case 1:
                return (
                    f"({self.write('ratio', 0)}) {self.some('+', '-')} ({self.write('ratio', 0)})"
                )
            case 2:
                return f"({self.write('ratio', 0)}) / ({self.write('int', 0)})"
            case 3:
                return f"(({self.write('int', 0)}) / ({self.write('int', 0)})) * 100%"
        return self.either("ratio", depth)

    def duration(self, depth: int) -> str:
        match self.rng.randrange(12):
            case 0 | 1:
                return f"({self.write('instant', depth)}) - ({self.write('instant', depth)})"
            case 2:
                return f"({self.write('time', depth)}) - ({self.write('time', depth)})"
            case 3:
                return f"({self.write('date', depth)}) - ({self.write('date', depth)})"
            case 4:
                op = self.some("*", "/")
                return f"({self.write('duration', 0)}) {op} ({self.write('int', 0)})"
            case 5:
                by = self.some("number", "ratio", "int")
                pair = [self.write("duration", 0), self.write(by, 0)]
                self.rng.shuffle(pair)
                return f"({pair[0]}) * ({pair[1]})"
            case 6:
                left = self.write("duration", depth)
                return f"({left}) {self.some('+', '-')} ({self.write('duration', depth)})"
            case 7:
                return f"abs({self.write('duration', depth)})"
            case 8 | 9 if self.windows:
                begin, until = self.write("instant", 0), self.write("instant", depth)
                return f"overlap({begin}, {until}, {self.rng.choice([*self.windows, 'always'])})"
        return self.either("duration", depth)

    def instant(self, depth: int) -> str:
        if self.rng.random() < 0.5:
            op = self.some("+", "-")
            return f"{self.write('instant', 0)} {op} ({self.write('duration', min(depth, 1))})"
        return self.either("instant", depth)

    def date(self, depth: int) -> str:
        if self.rng.random() < 0.6:
            return f"date_of({self.write('instant', depth)})"
        return self.either("date", depth)

    def time(self, depth: int) -> str:
        if self.rng.random() < 0.6:
            return f"time_of({self.write('instant', depth)})"
        return self.either("time", depth)

    def text(self, depth: int) -> str:
        if self.rng.random() < 0.5:
            return f"lower({self.write('text', depth)})"
        return f"coalesce({self.write('text', depth)}, {self.write('text', depth)})"
