"""Ibis expressions as nested SELECTs: what Ibis makes of them, made in one walk.

Ibis lowers an expression by one walk after the other over all of its nodes, tries every pattern at each
of them and creates it anew in most walks; of a small audit that took a fifth of the time. Here a node is
created anew at most once for each way in which it is read, and a pattern is tried only where a node is
of a class that it is for. The patterns are Ibis' own, and what comes out is equal to what
`ibis.backends.sql.rewrites.sqlize` returns; tests hold the two against each other.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
from typing import Any

import ibis.expr.operations as ops
from ibis.backends.sql import rewrites
from ibis.common.collections import FrozenDict, FrozenOrderedDict
from ibis.common.patterns import AnyOf, Capture, InstanceOf, NoMatch, Object, Pattern, Replace

Known = dict[Any, Any]
"""What became of nodes."""

_STANDALONE = (
    ops.WindowFunction,
    ops.ExistsSubquery,
    ops.InSubquery,
    ops.Unnest,
    ops.Impure,
)
"""A SELECT with one of these is not merged with the one around it, nor with the one inside it."""

_SELECTING = (ops.Project, ops.Filter, ops.Sort, ops.Distinct)

_PATTERNS = (
    rewrites.remove_aliases,
    rewrites.fill_null_to_select,
    rewrites.drop_null_to_select,
    rewrites.drop_columns_to_select,
    rewrites.first_to_firstvalue,
)
"""Those of `sqlize`; what they do to `_SELECTING` is written out here."""


class Select(rewrites.Select):  # type: ignore[misc]
    """Ibis creates a field for every column of the parent to tell whether all of them are selected."""

    def is_star_selection(self) -> bool:
        return _is_star(self.parent, self.selections)


def lowered(root: Any, before: Sequence[Sequence[Pattern]], after: Sequence[Pattern]) -> Any:
    """The root as a node whose relations are SELECTs, joins, aggregates and unions.

    `before` are the patterns of an engine for what is lowered, in the walks in which Ibis tries them;
    `after` are those for finished SELECTs.
    """
    relations = _relations(root)
    patterns = [pattern for walk in before for pattern in walk]
    classes = tuple(class_ for pattern in patterns for class_ in matched_classes(pattern))
    if any(isinstance(relation, classes) for relation in relations):
        # What a pattern makes of a relation is lowered, too, but no pattern of `before` is tried on it.
        for walk in filter(None, before):
            root = root.replace(reduce(operator.or_, walk))
        relations, patterns = _relations(root), []
    lowering = _Lowering((*patterns, *_PATTERNS))
    for relation in relations:
        lowering.add(relation)
    result = lowering.relations[root]
    for pattern in after:
        result = result.replace(pattern)
    return result


def _relations(root: Any) -> list[Any]:
    """All relations of an expression, each after those that it reads."""
    found: list[Any] = []

    def seen(node: Any, _: object) -> None:
        if isinstance(node, ops.Relation):
            found.append(node)

    _upwards(root, {}, _all_below, seen)
    return found


class _Lowering:
    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        self.relations: Known = {}
        self.plain: Known = {}  # relations, and values over their lowered relations
        self.inlined: dict[Any, Known] = {}  # by relation that is merged into what reads it
        self.weights: dict[Any, int] = {}
        self.alone: dict[Any, bool] = {}
        self.fitting: dict[type, tuple[Pattern, ...]] = {}

    def add(self, relation: Any) -> None:
        """Lowers a relation whose parents are lowered."""
        self.relations[relation] = self.plain[relation] = self._lowered(relation)

    def _lowered(self, relation: Any) -> Any:
        if not isinstance(relation, _SELECTING):
            made = self._of(relation, self.plain)
            found = rewrites.merge_select_select.match(made, {})
            return made if found is NoMatch else found
        inner = self.plain[relation.parent]
        merged = self._merged(relation, inner) if isinstance(inner, rewrites.Select) else None
        return merged or self._apart(relation, inner)

    def _apart(self, relation: Any, inner: Any) -> Any:
        """A SELECT from the lowered parent of a relation."""
        known = self.plain
        if isinstance(relation, ops.Project):
            selections = {k: self._of(v, known) for k, v in relation.values.items()}
        else:
            selections = {k: _anew(ops.Field, {"rel": inner, "name": k}) for k in inner.schema}
        where, qualified, keys = (self._all(part, known) for part in self._parts(relation))
        distinct = isinstance(relation, ops.Distinct)
        return _select(inner, selections, where, qualified, keys, distinct)

    def _merged(self, relation: Any, inner: Any) -> Any | None:
        """The relation and the SELECT that it reads as one, where that is no more to compute."""
        projected = relation.values.values() if isinstance(relation, ops.Project) else ()
        where, qualified, keys = self._parts(relation)
        own = (*projected, *where, *qualified, *keys)
        if any(map(self._is_alone, own)) or self._is_alone(inner):
            return None
        distinct = isinstance(relation, ops.Distinct)
        whole = not projected or _is_star(relation.parent, relation.values)
        if inner.distinct and not (distinct or whole):
            return None

        known = self._inlined(relation.parent, inner)
        if projected:
            selections = {k: self._of(v, known) for k, v in relation.values.items()}
        else:
            selections = inner.selections
        sorted_ = self._all(keys, known)
        again = {key.arg for key in sorted_}
        sorted_ += tuple(key for key in inner.sort_keys if key.arg not in again)
        made = _select(
            inner.parent,
            selections,
            _unique(inner.predicates, self._all(where, known)),
            _unique(inner.qualified, self._all(qualified, known)),
            tuple(key for key in sorted_ if not isinstance(key.arg, ops.Literal)),
            distinct or inner.distinct,
        )
        apart = 1 + self._weight(inner) + sum(map(self._weight, own))
        if not projected:
            apart += len(inner.selections)
        return made if self._weight(made) <= apart else None

    def _inlined(self, relation: Any, select: Any) -> Known:
        """What is known where the relation, which became the SELECT, is merged into what reads it."""
        if relation not in self.inlined:
            self.inlined[relation] = {**self.relations, relation: select.selections}
        return self.inlined[relation]

    def _parts(self, relation: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
        """Conditions, conditions on windows, and keys of order, as they were written."""
        if isinstance(relation, ops.Filter):
            where, qualified = rewrites.partition_predicates(relation.predicates)
            return tuple(where), tuple(qualified), ()
        return (), (), relation.keys if isinstance(relation, ops.Sort) else ()

    # -- nodes -------------------------------------------------------------------------------------

    def _all(self, nodes: Iterable[Any], known: Known) -> tuple[Any, ...]:
        return tuple(self._of(node, known) for node in nodes)

    def _of(self, root: Any, known: Known) -> Any:
        """What becomes of a node, given what became of nodes below it."""

        def created(node: Any, _: Sequence[Any]) -> Any:
            return self._created(node, known)

        return _upwards(root, known, _all_below, created)

    def _created(self, node: Any, known: Known) -> Any:
        if isinstance(node, ops.Field) and isinstance(values := known[node.rel], FrozenDict):
            return values[node.name]
        arguments = tuple(_with(argument, known) for argument in node.__args__)
        if not _same(arguments, node.__args__):
            node = _anew(type(node), dict(zip(node.__argnames__, arguments, strict=True)))
        for pattern in self._fitting(type(node)):
            found = pattern.match(node, {})
            if found is not NoMatch:
                node = found
        return node

    def _fitting(self, class_: type) -> tuple[Pattern, ...]:
        if class_ not in self.fitting:
            self.fitting[class_] = tuple(
                p for p in self.patterns if any(issubclass(class_, c) for c in matched_classes(p))
            )
        return self.fitting[class_]

    def _is_alone(self, root: Any) -> bool:
        """Whether a value, or one of those of a SELECT, keeps that SELECT from being merged."""

        def told(node: Any, below: Sequence[Any]) -> bool:
            return isinstance(node, _STANDALONE) or any(self.alone[child] for child in below)

        found: bool = _upwards(root, self.alone, _values_below, told)
        return found

    def _weight(self, root: Any) -> int:
        """How much there is to compute, as Ibis weighs it: a field is 1 whatever is behind it."""

        def weighed(node: Any, below: Sequence[Any]) -> int:
            unsure = isinstance(node, ops.Impure)
            return sys.maxsize if unsure else 1 + sum(self.weights[child] for child in below)

        found: int = _upwards(root, self.weights, _below, weighed)
        return found


def _all_below(node: Any) -> Sequence[Any]:
    children: Sequence[Any] = node.__children__
    return children


def _below(node: Any) -> Sequence[Any]:
    return () if isinstance(node, ops.Field) else _all_below(node)


def _values_below(node: Any) -> Sequence[Any]:
    return [child for child in _below(node) if isinstance(child, ops.Value)]


def _upwards(
    root: Any,
    known: Known,
    children: Callable[[Any], Sequence[Any]],
    made: Callable[[Any, Sequence[Any]], Any],
) -> Any:
    """What is made of the root, after all nodes below it, from them; fills `known`."""
    # Without recursion: conditions may be chains of hundreds.
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if node not in known:
            below = children(node)
            if missing := [child for child in below if child not in known]:
                waiting += missing
                continue
            known[node] = made(node, below)
        waiting.pop()
    return known[root]


def _select(
    parent: Any,
    selections: Mapping[str, Any],
    predicates: tuple[Any, ...],
    qualified: tuple[Any, ...],
    sort_keys: tuple[Any, ...],
    distinct: bool,
) -> Any:
    arguments = {"parent": parent, "selections": FrozenOrderedDict(selections)}
    arguments |= {"predicates": predicates, "qualified": qualified}
    return _anew(Select, {**arguments, "sort_keys": sort_keys, "distinct": distinct})


def _anew(class_: Any, arguments: Mapping[str, Any]) -> Any:
    """A node of the class without the checks of Ibis: its arguments have passed them before."""
    return type.__call__(class_, **arguments)


def _with(part: Any, known: Known) -> Any:
    """An argument of a node with its nodes replaced; the same object where none is."""
    if isinstance(part, ops.Node):
        return known[part]
    if isinstance(part, tuple):
        items = tuple(_with(one, known) for one in part)
        return part if _same(items, part) else items
    if isinstance(part, dict):
        pairs = {k: _with(v, known) for k, v in part.items()}
        return part if _same(pairs.values(), part.values()) else type(part)(pairs)
    return part


def _same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    return all(map(operator.is_, some, others))


def _is_star(parent: Any, selections: Mapping[str, Any]) -> bool:
    return tuple(selections) == parent.schema.names and all(
        isinstance(v, ops.Field) and v.name == k and v.rel == parent for k, v in selections.items()
    )


def _unique(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))


@cache
def matched_classes(pattern: Pattern) -> tuple[type, ...]:
    """The classes of nodes that a pattern can match; of a kind of pattern not known here: every one."""
    if isinstance(pattern, InstanceOf):
        return (pattern.type,)
    if isinstance(pattern, Object):
        return matched_classes(pattern.type)
    if isinstance(pattern, Replace):
        return matched_classes(pattern.matcher)
    if isinstance(pattern, Capture):
        return matched_classes(pattern.pattern)
    if isinstance(pattern, AnyOf):
        return tuple(c for one in pattern.patterns for c in matched_classes(one))
    return (ops.Node,)
