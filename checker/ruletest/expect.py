"""What a test expects: the values below `expect`, read into expectations."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.diagnostics import Diagnostic, nearest
from checker.language.syntax import parse_literal
from checker.language.types import Kind
from checker.packs.access import is_null
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode
from checker.packs.typed import TypedPack
from checker.ruletest.model import Expectation, Figure
from checker.verdicts.model import Outcome

PICKS = (
    *("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday"),
    *("hour", "day", "week", "month"),
)
COUNTS = (
    *("numerator", "denominator", "pending", "offender_count"),
    *("shortfall", "recover_with", "spare"),
)
WORDS = ("reason", "basis")
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_MEASURES = frozenset({Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION, Kind.TIME})


def read_expectations(
    node: MapNode, pack: TypedPack, found: list[Diagnostic]
) -> Iterator[Expectation]:
    """One expectation for each mapping, bare value or bare outcome below a rule's id."""
    ids = [rule.rule.id for rule in pack.rules]
    for key, wanted in node:
        id_ = key.removeprefix(f"{pack.pack.name}/")
        if id_ not in ids:
            meant = nearest(id_, ids)
            label = f"did you mean `{meant}`?" if meant else ""
            notes = (f"rules of {pack.pack.name}: {', '.join(ids)}",)
            message = f"the pack `{pack.pack.name}` has no rule `{key}`"
            found.append(Diagnostic("E406", message, node.keys[key].span, label, notes))
            continue
        rule = f"{pack.pack.name}/{id_}"
        for one in wanted.items if isinstance(wanted, SeqNode) else (wanted,):
            yield _expectation(rule, one, found)


def _expectation(rule: str, node: Node, found: list[Diagnostic]) -> Expectation:
    if not isinstance(node, MapNode):
        outcome = _outcome(node)
        figure = None if outcome is not None else _figure(node, found)
        return Expectation(rule, {}, figure, outcome, None, {}, {}, node.span)
    given = {key: value for key, value in node if isinstance(value, ScalarNode)}
    blamed = node.get("offenders")
    return Expectation(
        rule=rule,
        picks={key: given[key].text for key in PICKS if key in given},
        figure=_figure(given["value"], found) if "value" in given else None,
        outcome=_outcome(given["outcome"]) if "outcome" in given else None,
        offenders=frozenset(item.text for item in blamed.items if isinstance(item, ScalarNode))
        if isinstance(blamed, SeqNode)
        else None,
        counts={key: int(given[key].text) for key in COUNTS if _whole(given.get(key))},
        words={key: given[key].text for key in WORDS if key in given},
        span=node.span,
    )


def _whole(node: ScalarNode | None) -> bool:
    return node is not None and isinstance(node.value, int) and not isinstance(node.value, bool)


def _outcome(node: Node) -> Outcome | None:
    text = node.text if isinstance(node, ScalarNode) else ""
    return Outcome(text) if text in _OUTCOMES else None


def _figure(node: Node, found: list[Diagnostic]) -> Figure | None:
    """The figure that is written: a literal, or two with a stroke between them, exactly."""
    if not isinstance(node, ScalarNode):
        return None
    if is_null(node):
        return Figure("no value", None, None)
    text = node.text
    parts = [parse_literal(part) for part in text.split("/")]
    figures = [p for p in parts if p is not None and p.type.kind in _MEASURES]
    values = [Fraction(p.value) for p in figures]
    # A value over a whole number keeps its unit (`130s/3`); a whole number over another has none.
    over = all(p.type.kind is Kind.INT for p in figures[1:])
    if len(figures) != len(parts) or len(parts) > 2 or not over or 0 in values[1:]:
        meant = nearest(text, _OUTCOMES)
        label = f"did you mean `{meant}`?" if meant else "write 80%, 18.6s, 42 or 140/150"
        message = f"`{text}` is neither a value nor an outcome"
        found.append(
            Diagnostic("E407", message, node.span, label, (f"outcomes: {', '.join(_OUTCOMES)}",))
        )
        return None
    kind = figures[0].type.kind
    if len(parts) == 1:
        return Figure(text, kind, values[0])
    return Figure(text, None if kind is Kind.INT else kind, values[0] / values[1])
