"""Walks over the nodes of Ibis expressions, and nodes made of others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import ibis.expr.operations as ops
from ibis.common.patterns import AnyOf, Capture, InstanceOf, Object, Pattern, Replace

Known = dict[Any, Any]
"""What became of nodes."""


class Children(Known):
    """The nodes in the arguments of nodes, which Ibis looks for each time."""

    def __missing__(self, node: Any) -> Sequence[Any]:
        found: Sequence[Any] = node.__children__
        self[node] = found
        return found


def upwards(
    root: Any,
    known: Known,
    below: Callable[[Any], Sequence[Any]],
    made: Callable[[Any, Sequence[Any]], Any],
) -> Any:
    """What is made of the root after all nodes below it, of it and them; fills `known`."""
    # Without recursion: conditions may be chains of hundreds.
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if node not in known:
            children = below(node)
            if missing := [child for child in children if child not in known]:
                waiting += missing
                continue
            known[node] = made(node, children)
        waiting.pop()
    return known[root]


def replaced(node: Any, known: Known) -> Any:
    """The node with what became of the nodes in its arguments; itself where that is they themselves."""
    arguments = tuple(_with(argument, known) for argument in node.__args__)
    if _same(arguments, node.__args__):
        return node
    return created(type(node), dict(zip(node.__argnames__, arguments, strict=True)))


def created(class_: type, arguments: Mapping[str, Any]) -> Any:
    """A node of the class without the checks of Ibis: its arguments have passed them in other nodes."""
    return type.__call__(class_, **arguments)


def _with(part: Any, known: Known) -> Any:
    if isinstance(part, ops.Node):
        return known[part]
    if isinstance(part, tuple):
        items = tuple(_with(one, known) for one in part)
        return part if _same(items, part) else items
    if isinstance(part, dict):
        pairs = {key: _with(one, known) for key, one in part.items()}
        return part if _same(pairs.values(), part.values()) else type(part)(pairs)
    return part


def _same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    return all(map(operator.is_, some, others))


Fitting = Callable[[type], tuple[Pattern, ...]]


@cache
def fitting(patterns: tuple[Pattern, ...]) -> Fitting:
    """Which of the patterns may match nodes of a class."""

    @cache
    def of_class(class_: type) -> tuple[Pattern, ...]:
        return tuple(p for p in patterns if issubclass(class_, matched_classes(p)))

    return of_class


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
