"""Ibis expressions as nested SELECTs: what Ibis makes of them, made in one walk.

Ibis lowers an expression by one walk after the other over all of its nodes, tries every pattern at each
of them and creates it anew in most walks; of an audit of small data that was a fifth of the time. Here a
node is created anew once for each way in which it is read, and a pattern is tried only where a node is of
a class that it is for. The patterns are Ibis' own, and what comes out is what
`ibis.backends.sql.rewrites.sqlize` returns; tests hold the two against each other.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import ibis.expr.operations as ops
from ibis.backends.sql import rewrites
from ibis.common.collections import FrozenDict, FrozenOrderedDict
from ibis.common.patterns import NoMatch, Pattern

from checker.data.nodes import (
    Children,
    Fitting,
    Known,
    created,
    fitting,
    matched_classes,
    replaced,
    upwards,
)

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
    children = Children()
    relations = _relations(root, children)
    patterns = tuple(pattern for walk in before for pattern in walk)
    classes = tuple(class_ for pattern in patterns for class_ in matched_classes(pattern))
    if any(isinstance(relation, classes) for relation in relations):
        # What a pattern makes of a relation is lowered, too, but no pattern of `before` is tried on it.
        for walk in filter(None, before):
            root = root.replace(reduce(operator.or_, walk))
        relations, patterns = _relations(root, children), ()
    lowering = _Lowering(fitting((*patterns, *_PATTERNS)), children)
    for relation in relations:
        lowering.add(relation)
    result = lowering.relations[root]
    for pattern in after:
        result = result.replace(pattern)
    return result


def _relations(root: Any, children: Children) -> list[Any]:
    """All relations of an expression, each after those that it reads."""
    found: list[Any] = []

    def seen(node: Any, _: object) -> None:
        if isinstance(node, ops.Relation):
            found.append(node)

    upwards(root, {}, children.__getitem__, seen)
    return found


class _Lowering:
    """`plain` is what became of relations, and of values that read them as they are lowered; `inlined`,
    by relation, of values that have in place of its fields what these are computed from."""

    def __init__(self, patterns: Fitting, children: Children) -> None:
        self.patterns, self.children = patterns, children
        self.relations: Known = {}
        self.plain: Known = {}
        self.inlined: dict[Any, Known] = {}
        self.weights: Known = {}
        self.standalone: Known = {}

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
        if isinstance(relation, ops.Project):
            selections = {k: self._of(v, self.plain) for k, v in relation.values.items()}
        else:
            selections = {k: created(ops.Field, {"rel": inner, "name": k}) for k in inner.schema}
        where, qualified, keys = (self._all(part, self.plain) for part in _parts(relation))
        distinct = isinstance(relation, ops.Distinct)
        return _select(inner, selections, where, qualified, keys, distinct)

    def _merged(self, relation: Any, inner: Any) -> Any | None:
        """The relation and the SELECT that it reads as one, where that is no more to compute."""
        projected = relation.values.values() if isinstance(relation, ops.Project) else ()
        where, qualified, keys = _parts(relation)
        own = (*projected, *where, *qualified, *keys)
        if any(map(self._is_standalone, own)) or self._is_standalone(inner):
            return None
        distinct = isinstance(relation, ops.Distinct)
        whole = not projected or _is_star(relation.parent, relation.values)
        if inner.distinct and not (distinct or whole):
            return None
        if relation.parent not in self.inlined:
            known = {**self.relations, relation.parent: inner.selections}
            self.inlined[relation.parent] = known
        known = self.inlined[relation.parent]
        selections = inner.selections
        if projected:
            selections = {k: self._of(v, known) for k, v in relation.values.items()}
        sorted_ = self._all(keys, known)
        again = {key.arg for key in sorted_}
        sorted_ += tuple(key for key in inner.sort_keys if key.arg not in again)
        made = _select(
            inner.parent,
            selections,
            tuple(dict.fromkeys((*inner.predicates, *self._all(where, known)))),
            tuple(dict.fromkeys((*inner.qualified, *self._all(qualified, known)))),
            tuple(key for key in sorted_ if not isinstance(key.arg, ops.Literal)),
            distinct or inner.distinct,
        )
        weight = 1 + self._weight(inner) + sum(map(self._weight, own))
        if not projected:
            weight += len(inner.selections)
        return made if self._weight(made) <= weight else None

    def _all(self, nodes: Iterable[Any], known: Known) -> tuple[Any, ...]:
        return tuple(self._of(node, known) for node in nodes)

    def _of(self, root: Any, known: Known) -> Any:
        """What becomes of a node, given what became of nodes below it."""

        def made(node: Any, _: object) -> Any:
            if isinstance(node, ops.Field):
                relation = known[node.rel]
                if isinstance(relation, FrozenDict):  # what a merged relation selects
                    return relation[node.name]
            node = replaced(node, known)
            for pattern in self.patterns(type(node)):
                found = pattern.match(node, {})
                node = node if found is NoMatch else found
            return node

        return upwards(root, known, self.children.__getitem__, made)

    def _is_standalone(self, root: Any) -> bool:
        """Whether a value, or one of those of a SELECT, keeps that SELECT from being merged."""

        def told(node: Any, below: Sequence[Any]) -> bool:
            return isinstance(node, _STANDALONE) or any(self.standalone[child] for child in below)

        found: bool = upwards(root, self.standalone, self._values_below, told)
        return found

    def _weight(self, root: Any) -> int:
        """How much there is to compute, as Ibis weighs it: a field is 1 whatever is behind it."""

        def weighed(node: Any, below: Sequence[Any]) -> int:
            unsure = isinstance(node, ops.Impure)
            return sys.maxsize if unsure else 1 + sum(self.weights[child] for child in below)

        found: int = upwards(root, self.weights, self._below, weighed)
        return found

    def _below(self, node: Any) -> Sequence[Any]:
        return () if isinstance(node, ops.Field) else self.children[node]

    def _values_below(self, node: Any) -> Sequence[Any]:
        return [child for child in self._below(node) if isinstance(child, ops.Value)]


def _parts(relation: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Conditions, conditions on windows, and keys of order of a relation, as they were written."""
    if isinstance(relation, ops.Filter):
        where, qualified = rewrites.partition_predicates(relation.predicates)
        return tuple(where), tuple(qualified), ()
    return (), (), relation.keys if isinstance(relation, ops.Sort) else ()


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
    return created(Select, {**arguments, "sort_keys": sort_keys, "distinct": distinct})


def _is_star(parent: Any, selections: Mapping[str, Any]) -> bool:
    return tuple(selections) == parent.schema.names and all(
        isinstance(v, ops.Field) and v.name == k and v.rel == parent for k, v in selections.items()
    )
