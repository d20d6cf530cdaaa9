"""A pack of one's own to begin with: rules, tests that pass, and the schemas that editors read."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from checker.diagnostics import Diagnostic, nearest
from checker.packs.check import check_pack
from checker.packs.discover import bundled_files
from checker.packs.load import read_packs
from checker.packs.model import Ratio
from checker.packs.typed import TypedPack

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SCHEMAS = ("pack.schema.json", "test.schema.json")
# YAML reads these as something else than text.
_NO_TEXT = re.compile(r"(?i)[0-9_]+|0x[0-9a-f]+|0o[0-7]+|[0-9]+e[0-9]+|true|false|null|inf|nan")


@dataclass(frozen=True)
class NewPack:
    """What was written: the pack's name, its platform, and the files relative to the folder."""

    name: str
    platform: str
    files: tuple[str, ...]


def write_pack(
    folder: Path, *, extends: str | None, name: str | None, platform: str | None
) -> tuple[NewPack | None, tuple[Diagnostic, ...]]:
    """Writes a pack into a new or an empty folder, whole or not at all.

    It extends a bundled pack, or stands alone; without `platform` it is then one for any platform.
    """
    name = name if name is not None else folder.resolve().name
    found = [*_named("pack", name), *_named("platform", platform), *_occupied(folder)]
    base = _base(extends, found) if extends is not None else None
    if found:
        return None, tuple(found)
    platform = platform or (base.pack.platform if base else "any")
    files = _files(name, platform, base)
    refused = _write(folder, files)
    if refused:
        return None, refused
    return NewPack(name, platform, tuple(files)), ()


def _named(what: str, name: str | None) -> list[Diagnostic]:
    if name is None or _ID.fullmatch(name):
        return []
    hint = "-".join(re.findall(r"[A-Za-z0-9_]+", name))
    option = "--name" if what == "pack" else "--platform"
    notes = (
        (f"try {option} {hint}",)
        if hint
        else (f"say {option} with letters a to z, digits, - and _",)
    )
    return [Diagnostic("E363", f"a {what} cannot be called `{name}`", notes=notes)]


def _occupied(folder: Path) -> list[Diagnostic]:
    note = "name a new or an empty folder; nothing is ever overwritten"
    if folder.is_dir():
        with suppress(OSError):
            if any(folder.iterdir()):
                message = f"the folder {folder} is not empty"
                return [Diagnostic("E364", message, notes=(note,))]
    elif folder.exists():
        return [Diagnostic("E364", f"{folder} is a file", notes=(note,))]
    return []


def _base(name: str, found: list[Diagnostic]) -> TypedPack | None:
    known = bundled_files()
    if name not in known:
        best = nearest(name, tuple(known))
        meant = (f"did you mean `{best}`?",) if best else ()
        listed = f"bundled packs: {', '.join(sorted(known))}"
        found.append(
            Diagnostic("E362", f"there is no bundled pack `{name}`", notes=(*meant, listed))
        )
        return None
    packs, _ = read_packs([known[name]])
    return check_pack(packs[0])[0]


def _files(name: str, platform: str, base: TypedPack | None) -> Mapping[str, str]:
    values = {
        "NAME": _scalar(name),
        "PLATFORM": _scalar(platform),
        "BASE": base.pack.name if base else "",
        "EXAMPLE": _example(base) if base else "",
    }
    pack = _filled("extends.yaml" if base else "alone.yaml", values)
    if base is not None and platform != base.pack.platform:
        pack = pack.replace("\ntitle:", f"\nplatform: {_scalar(platform)}\ntitle:", 1)
    files = {"pack.yaml": pack, "pack.test.yaml": _filled("test.yaml", values)}
    for schema in _SCHEMAS:
        text = resources.files("checker.schemas").joinpath(schema).read_text("utf-8")
        files[f"schemas/{schema}"] = text
    return files


def _scalar(text: str) -> str:
    return f'"{text}"' if _NO_TEXT.fullmatch(text) else text


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = (resources.files("checker.ruletest") / "templates" / template).read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _example(base: TypedPack) -> str:
    """The first rate that the bundled pack asks for, as a comment to begin with."""
    for rule in base.rules:
        latest = rule.revisions[-1].written
        demand = "require" if latest.require else "aim"
        written = latest.require or latest.aim
        if written is not None and isinstance(latest.measure, Ratio):
            line = f'{demand}: "{written.text}"'
            return (
                f"  # {rule.rule.id}:\n"
                f"  #   {line:<30}# as inherited; raise it here, without the # signs\n\n"
            )
    return ""


def _write(folder: Path, files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Fills a folder beside the target and puts it in its place at the end."""
    target = folder.resolve()
    made = [p for p in target.parents if not p.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        trial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            trial.chmod(0o777 & ~_umask())
            for name, text in files.items():
                (trial / name).parent.mkdir(exist_ok=True)
                (trial / name).write_text(text, "utf-8")
            _move(trial, target)
        finally:
            shutil.rmtree(trial, ignore_errors=True)
    except OSError as error:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        reason = error.strerror or str(error)
        return (
            Diagnostic(
                "E365", f"cannot write to {folder}: {reason}", notes=("nothing was written",)
            ),
        )
    return ()


def _move(trial: Path, target: Path) -> None:
    """Puts the filled folder in its place. One that is there already stays the same folder: it may be
    the one that the user stands in."""
    if not target.exists():
        trial.replace(target)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(trial.iterdir()):
            moved.append(entry.replace(target / entry.name))
    except OSError:
        for path in moved:
            path.replace(trial / path.name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
