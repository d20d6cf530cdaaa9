"""Laying one tree of nodes over another: `extends`, revisions and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.diagnostics import Diagnostic, Span, nearest
from checker.packs.access import is_null
from checker.packs.marks import PlacedText
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode

MEASURES = ("ratio", "value", "every", "ask")
SETTABLE = ("require", "aim", "min_sample", "severity")
_OWN = frozenset({"pack", "title", "note", "language"})
_ONE_FACT = frozenset({"of", "where", "one_per", "keep", "offender"})


def merge_pack(base: MapNode, over: MapNode) -> tuple[MapNode, tuple[Diagnostic, ...]]:
    """`over` with everything that it inherits from `base`, whose `platform` must be written out."""
    problems: list[Diagnostic] = []
    inherited = without(base, _OWN)
    return _overlay(inherited, without(over, {"extends"}), problems, ()), tuple(problems)


def revise(rule: MapNode, revision: MapNode) -> tuple[MapNode, tuple[Diagnostic, ...]]:
    """The rule as the revision leaves it."""
    problems: list[Diagnostic] = []
    merged = _overlay(rule, without(revision, {"from"}), problems, ("rules", ""))
    return merged, tuple(problems)


def without(node: MapNode, keys: frozenset[str] | set[str]) -> MapNode:
    return _replaced(node, {k: v for k, v in node if k not in keys}, node.keys)


def with_entry(node: MapNode, key: str, value: Node, name: ScalarNode | None = None) -> MapNode:
    """`node` with one entry more, or another in its place."""
    keys = node.keys if key in node.keys else {**node.keys, key: name or _name_of(value, key)}
    return _replaced(node, {**node.entries, key: value}, keys)


def pruned(node: MapNode, path: tuple[str | int, ...]) -> MapNode:
    """`node` without the value at `path`; a value inside a list takes the list's key with it."""
    key = str(path[0])
    inner = node.entries.get(key)
    if len(path) == 1 or not isinstance(inner, MapNode):
        return without(node, {key})
    return with_entry(node, key, pruned(inner, path[1:]))


def _replaced(
    node: MapNode, entries: Mapping[str, Node], keys: Mapping[str, ScalarNode]
) -> MapNode:
    return MapNode(node.span, entries, {key: keys[key] for key in entries})


def _name_of(value: Node, key: str) -> ScalarNode:
    return ScalarNode(value.span, key, key)


def _overlay(
    base: MapNode, over: MapNode, problems: list[Diagnostic], path: tuple[str, ...]
) -> MapNode:
    dropped = _displaced(base, over, path)
    entries = {key: node for key, node in base if key not in dropped}
    keys = dict(base.keys)
    for key, node in over:
        under = entries.get(key)
        if is_null(node):
            if key not in base.entries:
                problems.append(_nothing_to_remove(over.keys[key], base))
            entries.pop(key, None)
            continue
        if isinstance(node, MapNode) and isinstance(under, MapNode):
            node = _overlay(under, node, problems, (*path, key))
        entries[key], keys[key] = node, over.keys[key]
    return MapNode(over.span, entries, {key: keys[key] for key in entries})


def _displaced(base: MapNode, over: MapNode, path: tuple[str, ...]) -> set[str]:
    """Keys of `base` that give way because `over` names another of the kind."""
    given = {key for key, node in over if not is_null(node)}
    if len(path) == 2 and path[0] == "rules" and given & set(MEASURES):
        gone = set(MEASURES) - given
        return gone | {"evidence"} if "ask" in gone else gone
    if len(path) == 3 and path[::2] == ("rules", "value"):
        if "parts" in given:
            return set(_ONE_FACT)
        return {"parts"} if given & _ONE_FACT else set()
    if len(path) == 2 and path[0] == "windows" and given & {"through", "until"}:
        return {"through", "until"} - given
    return set()


def _nothing_to_remove(key: ScalarNode, base: MapNode) -> Diagnostic:
    meant = nearest(key.text, list(base.entries))
    label = f"did you mean `{meant}`?" if meant else ""
    return Diagnostic("E029", f"there is no `{key.text}` that null could remove", key.span, label)


def apply_settings(
    packs: Mapping[str, MapNode], settings: Sequence[tuple[str, str]]
) -> tuple[dict[str, MapNode], tuple[Diagnostic, ...]]:
    """The packs with each `--set` pair in place, over all revisions, and the pairs that name nothing."""
    result, problems = dict(packs), list[Diagnostic]()
    for key, value in settings:
        parts = key.split(".")
        if len(parts) not in (2, 3) or not value.strip():
            problems.append(
                Diagnostic(
                    "E311",
                    f"--set {key}={value} has not the form of a setting",
                    notes=("write pack.param=value or pack.rule.require=value",),
                )
            )
            continue
        pack = result.get(parts[0])
        if pack is None:
            problems.append(_unknown(key, "pack", parts[0], list(result)))
            continue
        outcome = _with_setting(pack, key, parts[1:], value.strip())
        if isinstance(outcome, Diagnostic):
            problems.append(outcome)
        else:
            result[parts[0]] = outcome
    return result, tuple(problems)


def _unknown(setting: str, kind: str, name: str, known: list[str]) -> Diagnostic:
    meant = nearest(name, known)
    notes = [f"did you mean `{meant}`?"] if meant else []
    notes.append(f"{kind}s: {', '.join(known) or 'none'}")
    return Diagnostic("E310", f"--set {setting}: unknown {kind} `{name}`", notes=tuple(notes))


def _with_setting(
    pack: MapNode, setting: str, names: list[str], value: str
) -> MapNode | Diagnostic:
    section = "params" if len(names) == 1 else "rules"
    inside = pack.entries.get(section)
    known = (
        [key for key, node in inside if not is_null(node)] if isinstance(inside, MapNode) else []
    )
    if not isinstance(inside, MapNode) or names[0] not in known:
        return _unknown(setting, section[:-1], names[0], known)
    if section == "params":
        return with_entry(pack, section, with_entry(inside, names[0], _set_node(setting, value)))
    field, rule = names[1], inside.entries[names[0]]
    if field not in SETTABLE:
        return _unknown(setting, "field", field, list(SETTABLE))
    if field == "severity" and value not in ("error", "warning"):
        return Diagnostic("E311", f"--set {setting}: severity is error or warning, not `{value}`")
    if field == "min_sample" and not (value.isdecimal() and int(value) > 0):
        return Diagnostic(
            "E311", f"--set {setting}: min_sample is a whole number from 1, not `{value}`"
        )
    if not isinstance(rule, MapNode):
        return pack
    rule = with_entry(rule, field, _set_node(setting, value))
    revisions = rule.entries.get("revisions")
    if isinstance(revisions, SeqNode):
        kept = tuple(without(r, {field}) if isinstance(r, MapNode) else r for r in revisions.items)
        rule = with_entry(rule, "revisions", SeqNode(revisions.span, kept))
    return with_entry(pack, section, with_entry(inside, names[0], rule))


def _set_node(setting: str, value: str) -> ScalarNode:
    placed = PlacedText(f"--set {setting}", value)
    span = Span(placed.file, 1, 1, 1, len(value) + 1, value)
    plain = int(value) if setting.endswith(".min_sample") and value.isdecimal() else value
    return ScalarNode(span, plain, value, range(len(value) + 1), placed)
