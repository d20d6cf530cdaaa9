"""Which files are read as rules, and what is said of those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.packs.load import BUNDLED, read_packs

SOUND = "language: 1\npack: {0}\ntitle: T\nrules:\n  a: {{title: A, every: {{of: agents, good: counted}}}}\n"


def _sound(name: str) -> bytes:
    return SOUND.format(name).encode()


@pytest.mark.parametrize(
    ("content", "code", "line", "words"),
    [
        ("标题: 中".encode("gbk"), "E002", 1, "not UTF-8"),
        (b"language: 1\ntitle: caf\xe9\n", "E002", 2, "not UTF-8"),
        (_sound("a").decode().encode("utf-16"), "E002", 1, "UTF-16"),
        (b"language: 1\ntitle: a\x07b\n", "E014", 2, "U+0007"),
        (b"language: 1\n" + b"# comment\n" * 300_000, "E009", 1, "2,000,000"),
        (b"language: 1\nnote: [" + b"a," * 60_000 + b"a]\n", "E009", 2, "50,000"),
    ],
)
def test_bytes_that_are_no_rule_file(
    tmp_path: Path, content: bytes, code: str, line: int, words: str
) -> None:
    file = tmp_path / "pack.yaml"
    file.write_bytes(content)
    packs, found = read_packs([file])
    assert packs == ()
    assert [d.code for d in found] == [code]
    assert found[0].span is not None
    assert found[0].span.line == line
    assert words in found[0].message


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + _sound("a").replace(b"\n", b"\r\n"))
    packs, found = read_packs([file])
    assert found == ()
    assert [pack.name for pack in packs] == ["a"]


def test_a_folder_is_searched_for_packs_and_nothing_else(tmp_path: Path) -> None:
    for name, content in {
        "b/pack.yaml": _sound("b"),
        "a.yml": _sound("a"),
        "b/pack.test.yaml": b"pack: b\ntests: []\n",
        "waivers.yaml": b"- rule: b/a\n",
        "deploy/chart.yaml": b"{{ broken }}: [\n",
        ".hidden/pack.yaml": _sound("hidden"),
        "readme.md": b"pack: no\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    packs, found = read_packs([tmp_path, tmp_path / "a.yml"])
    assert found == ()
    assert [pack.name for pack in packs] == ["a", "b"]


def test_what_is_named_must_be_there_and_be_a_pack(tmp_path: Path) -> None:
    (tmp_path / "waiver.yaml").write_text("rule: x\n")
    (tmp_path / "empty").mkdir()
    paths = [tmp_path / "gone.yaml", tmp_path / "waiver.yaml", tmp_path / "empty"]
    packs, found = read_packs(paths)
    assert packs == ()
    assert sorted(d.code for d in found) == ["E001", "E015", "E016"]
    assert "No such file" in next(d.message for d in found if d.code == "E001")


def test_the_bundled_rules_can_be_read() -> None:
    packs, found = read_packs([BUNDLED])
    assert [d for d in found if d.level == "error"] == []
    assert packs
