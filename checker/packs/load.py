"""Rule files → packs: read, check, inherit, set, build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.diagnostics import Diagnostic, Span, has_errors, nearest
from checker.packs.access import child, scalar, word
from checker.packs.build import build_pack
from checker.packs.discover import BUNDLED, bundled_files, find_files
from checker.packs.merge import apply_settings, merge_pack, pruned, with_entry
from checker.packs.model import Pack
from checker.packs.nodes import MapNode, Node, ScalarNode
from checker.packs.rules import Names
from checker.packs.schema import check, check_empty
from checker.packs.tellers import Problem
from checker.packs.unused import unused
from checker.packs.yaml import read_yaml

__all__ = ["BUNDLED", "read_packs"]

_SHARED = frozenset({"pack", "extends", "windows", "clocks", "params", "columns"})
_MOST_PROBLEMS = 500  # with more, a file is something else, and looking on takes long
_SUBJECTS = {"rules": "rule", "clocks": "clock"}


@dataclass(frozen=True)
class _Draft:
    """A pack on its way: its tree without what is wrong, and the names that it had with it."""

    file: str
    root: MapNode
    names: Names
    sound: bool  # what rules share is all there, so that they can be judged by it


def read_packs(
    paths: Sequence[Path], settings: Sequence[tuple[str, str]] = ()
) -> tuple[tuple[Pack, ...], tuple[Diagnostic, ...]]:
    """The packs at `paths`, by name, and everything wrong with them, by file and line.

    Where a diagnostic is an error, the packs lack what it is about: rules that are wrong are left
    out, and packs whose windows, clocks, params or columns are. They serve to look for further
    mistakes and must not judge anything.
    """
    files, missing = find_files(paths)
    found = list(missing)
    drafts: dict[str, _Draft] = {}
    for file in files:
        draft = _draft(file, found)
        if draft is not None and not _name_taken(draft, drafts, found):
            drafts[draft.names.pack] = draft
    heirs = _Heirs(drafts, found)
    merged = {name: heirs.inherited(draft) for name, draft in drafts.items()}
    trees, unset = apply_settings({name: draft.root for name, draft in merged.items()}, settings)
    found.extend(unset)
    # Those that inherit come last, so that a mistake is told of the pack that it stands in.
    order = sorted(merged, key=lambda name: ("extends" in drafts[name].root.entries, name))
    packs = [_pack(replace(merged[name], root=trees[name]), found) for name in order]
    sound = sorted((p for p in packs if p is not None), key=lambda pack: pack.name)
    return tuple(sound), _told(found)


def _draft(file: Path, found: list[Diagnostic]) -> _Draft | None:
    root, problems = read_yaml(file)
    found.extend(problems)
    if root is None:
        return None
    if not isinstance(root, MapNode):
        span = replace(root.span, end_line=root.span.line, end_column=root.span.column + 1)
        empty = isinstance(root, ScalarNode) and root.value is None
        message = "the file is empty" if empty else "a rule file is a mapping of keys to values"
        found.append(Diagnostic("E011", message, span, "begin with language: 1"))
        return None
    if not {"pack", "language"} & set(root.entries):
        message = f"{file.as_posix()} is no rule pack: it has neither `language` nor `pack`"
        found.append(Diagnostic("E015", message))
        return None
    wrong = list(check(root))
    other = [p for p in wrong if p.diagnostic.code == "E046"]
    if other:
        found.append(other[0].diagnostic)
        return None
    if "extends" not in root.entries:
        wrong.extend(check_empty(root))
    name = word(root, "pack") if isinstance(root.get("pack"), ScalarNode) else None
    named = name or file.parent.name
    names = Names(named, _keys(root, "sources"), _keys(root, "clocks"))
    found.extend(_about(wrong, named))
    if len(wrong) > _MOST_PROBLEMS:
        return None
    sound = name is not None and _sound(wrong)
    return _Draft(file.as_posix(), _without(root, wrong), names, sound)


def _keys(root: MapNode, section: str) -> frozenset[str]:
    node = root.get(section)
    return frozenset(node.entries) if isinstance(node, MapNode) else frozenset()


def _about(problems: Iterable[Problem], pack: str) -> list[Diagnostic]:
    """The diagnostics with the rule or clock that each is about."""
    return [
        replace(p.diagnostic, subject=f"{_SUBJECTS[str(p.path[0])]} {pack}/{p.path[1]}")
        if len(p.path) > 1 and p.path[0] in _SUBJECTS
        else p.diagnostic
        for p in problems
        if not p.echo
    ]


def _sound(problems: Iterable[Problem]) -> bool:
    return not any(
        p.path and p.path[0] in _SHARED and p.diagnostic.code != "E020" for p in problems
    )


def _without(root: MapNode, problems: Iterable[Problem]) -> MapNode:
    """`root` without unknown keys, and without the rules and definitions that are otherwise wrong."""
    for problem in problems:
        path = problem.path if problem.diagnostic.code == "E020" else problem.path[:2]
        if path and _is_there(root, path):
            root = pruned(root, path)
    return root


def _is_there(root: Node, path: tuple[str | int, ...]) -> bool:
    if not path or not isinstance(root, MapNode):
        return True
    inner = root.get(str(path[0]))
    return inner is not None and _is_there(inner, path[1:])


def _name_taken(draft: _Draft, drafts: dict[str, _Draft], found: list[Diagnostic]) -> bool:
    first = drafts.get(draft.names.pack)
    if first is None:
        return False
    node = draft.root.get("pack")
    message = f"the pack `{draft.names.pack}` is there twice"
    span = node.span if node is not None else None
    found.append(Diagnostic("E034", message, span, f"first in {first.file}"))
    return True


class _Heirs:
    """Follows `extends` from the packs that were given to bundled ones."""

    def __init__(self, given: dict[str, _Draft], found: list[Diagnostic]) -> None:
        self._given = given
        self._found = found
        self._bundled: dict[str, _Draft | None] = {}
        self._done: dict[str, _Draft] = {}

    def inherited(self, draft: _Draft, chain: tuple[str, ...] = ()) -> _Draft:
        if draft.file not in self._done:
            self._done[draft.file] = self._inherit(draft, (*chain, draft.file))
        return self._done[draft.file]

    def _inherit(self, draft: _Draft, chain: tuple[str, ...]) -> _Draft:
        link = child(draft.root, "extends")
        if link is None:
            return draft
        parent = self._find(scalar(link), draft)
        if parent is None:
            return replace(draft, sound=False)
        if parent.file in chain:
            message = f"`{draft.names.pack}` extends itself by way of `{parent.names.pack}`"
            self._found.append(
                Diagnostic("E043", message, link.span, "packs cannot extend in a circle")
            )
            return replace(draft, sound=False)
        base = self.inherited(parent, chain)
        root, problems = merge_pack(_with_platform(base), draft.root)
        wrong = check(root, "completePack") if base.sound else ()
        self._found.extend((*problems, *_about(wrong, draft.names.pack)))
        names = Names(
            draft.names.pack,
            draft.names.sources | base.names.sources,
            draft.names.clocks | base.names.clocks,
        )
        sound = draft.sound and base.sound and _sound(wrong)
        return _Draft(draft.file, _without(root, wrong), names, sound)

    def _find(self, link: ScalarNode, heir: _Draft) -> _Draft | None:
        name = link.text
        # A pack of one's own may bear the name of the bundled one that it extends.
        if name in self._given and name != heir.names.pack:
            return self._given[name]
        file = bundled_files().get(name)
        if file is not None and file.as_posix() != heir.file:
            if name not in self._bundled:
                self._bundled[name] = _draft(file, self._found)
            return self._bundled[name]
        if name in self._given:
            return self._given[name]
        known = sorted({*self._given, *bundled_files()} - {heir.names.pack})
        meant = nearest(name, known)
        label = f"did you mean `{meant}`?" if meant else ""
        notes = (f"packs: {', '.join(known) or 'none'}",)
        self._found.append(
            Diagnostic("E042", f"there is no pack `{name}`", link.span, label, notes)
        )
        return None


def _with_platform(draft: _Draft) -> MapNode:
    """What the pack's platform is by default has to be said before another inherits it."""
    name = child(draft.root, "pack")
    if name is None or child(draft.root, "platform") is not None:
        return draft.root
    return with_entry(draft.root, "platform", name)


def _pack(draft: _Draft, found: list[Diagnostic]) -> Pack | None:
    if child(draft.root, "extends") is not None:
        return None  # what it inherits is not known
    pack, problems = build_pack(draft.root, draft.file, draft.names)
    found.extend(problems)
    if pack is None or not draft.sound:
        return None
    if not has_errors([d for d in found if _in_file(d, draft.file)]):
        found.extend(unused(pack))
    return pack


def _in_file(diagnostic: Diagnostic, file: str) -> bool:
    return diagnostic.span is not None and diagnostic.span.file == file


def _told(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each once and in order; what stands inside a text that wants quotes is no mistake of its own."""
    unquoted: dict[tuple[str, int], list[Span]] = {}
    for diagnostic in found:
        if diagnostic.code == "E005" and diagnostic.span is not None:
            place = diagnostic.span.file, diagnostic.span.line
            unquoted.setdefault(place, []).append(diagnostic.span)
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for diagnostic in found:
        at = diagnostic.span
        echo = (
            diagnostic.code != "E005"
            and at is not None
            and any(
                u.column <= at.column < u.end_column for u in unquoted.get((at.file, at.line), ())
            )
        )
        if not echo:
            kept.setdefault((diagnostic.code, diagnostic.span, diagnostic.message), diagnostic)
    return tuple(sorted(kept.values(), key=lambda d: d.sort_key))
