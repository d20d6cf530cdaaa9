"""Patterns of rules match the same texts on both engines."""

from __future__ import annotations

import pytest

from checker.data.engines import Spark
from checker.data.spark_patterns import java_pattern
from checker.data.spark_session import connect_spark
from checker.data.workspace import EngineFailure, connect_duckdb

PATTERNS = (
    r"退款",
    r"^退款$",
    r"退款.$",
    r"(?m)^退款$",
    r"(?s)a.b",
    r"a.b",
    r"a\sb",
    r"a\Sb",
    r"[\s,]b",
    r"(?i)ÀB",
    r"(?i:straße)",
    r"\bfox\b",
    r"\Box",
    r"[[:alpha:]]+[[:digit:]]",
    r"[[:^alpha:]]$",
    r"[[:word:]]-",
    r"^[]a]",
    r"[^]a]x",
    r"[a[]b",
    r"[a&&b]",
    r"(?P<n>fox)",
    r"\p{Han}{2}",
    r"\p{^Han}",
    r"\pL\PL",
    r"\P{Lu}$",
    r"\Q$a.\E",
    r"\$\d+\.\d{2}",
    r"it's",
    r"a\\b",
    r"\z",
    r"x{2,}|y+?",
)
TEXTS = (
    "退款",
    "退款\n",
    "我要退款吗",
    "x\n退款\ny",
    "a\nb",
    "a\rb",
    "a\u2028b",
    "a\x0bb",
    "a b",
    "a\u00a0b",
    "a,b",
    "àb",
    "STRASSE straße STRAßE",
    "the fox.",
    "à la foxé",
    "firefox",
    "a1",
    "é1",
    "a-",
    "]a",
    "bx",
    "[b",
    "a&b",
    "&",
    "fox",
    "中文",
    "A!",
    "$a.",
    "$5.00",
    "it's",
    "a\\b",
    "xx",
    "y",
    "",
    "\x85",
    "a\x85b",
    "ΟΔΟΣ ΣΑΣ",
    "İSTANBUL",
    "ẞ Ⅷ Ａ K",
)


@pytest.mark.usefixtures("spark_session")
def test_the_same_texts_match() -> None:
    spark, found = connect_spark(Spark("local[*]", None, {}), small=True)
    assert spark is not None, found
    spark.sized(len(TEXTS))
    said = []
    for workspace in (connect_duckdb(), spark):
        texts = workspace.table(
            {"n": range(len(TEXTS)), "text": TEXTS}, {"n": "int64", "text": "string"}
        )
        matches = {f"p{i}": texts["text"].re_search(p) for i, p in enumerate(PATTERNS)}
        matches["lower"] = texts["text"].lower()
        matches["length"] = texts["text"].length()
        rows = sorted(workspace.fetch(texts.select("n", **matches)))
        named = [*PATTERNS, "lower", "length"]
        said.append({(p, TEXTS[r[0]]): r[i + 1] for r in rows for i, p in enumerate(named)})
    duck, java = said
    assert {k: v for k, v in java.items() if duck[k] != v} == {}
    assert {any(duck[p, t] for t in TEXTS) for p in PATTERNS} == {True}


@pytest.mark.parametrize("pattern", [r"(?U)a*", r"\C", r"[\S]"])
def test_what_java_cannot_say(pattern: str) -> None:
    with pytest.raises(EngineFailure):
        java_pattern(pattern)
