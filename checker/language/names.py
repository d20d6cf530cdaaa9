"""Names in expressions: columns, columns of parents, params, parts and windows."""

from __future__ import annotations

from checker.language import functions as fn
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language.catalog import PARENT_TABLE
from checker.language.faults import Fault, at, did_you_mean, listing
from checker.language.scope import Scope


def name(scope: Scope, node: s.Name) -> tr.Tree:
    if len(node.parts) > 2:
        raise Fault("E110", node, "a row has parents, but not grandparents", "one dot at most")
    if len(node.parts) == 2:
        return _parent_column(scope, node)
    word = node.parts[0]
    if word in scope.parts:
        return tr.PartValue(scope.parts[word], word, **at(node))
    table = scope.table
    if table and not scope.aggregate and (column := table.column(word)):
        return tr.Col(column.type, word, **at(node))
    if word in scope.params:
        lit = scope.params[word]
        return tr.Lit(lit.type, lit.value, **at(node))
    if scope.aggregate and table and table.column(word):
        raise Fault(
            "E112",
            node,
            f"`{word}` belongs to one row, `is` needs one figure for all rows",
            f"aggregate it: sum({word}), mean({word}), max({word}) …",
        )
    raise _unknown(scope, node, word)


FOREIGN = {
    "null": "write `is missing` or `is present`",
    "none": "write `is missing` or `is present`",
    "true": "write `true` in small letters",
    "false": "write `false` in small letters",
    "now": "rules do not know the time of the run; open turns are pending by themselves",
}


def known(scope: Scope, word: str) -> bool:
    """A bare word names something here."""
    column = scope.table and scope.table.column(word)
    relation = scope.is_relation(word) or word in scope.windows or word == fn.ALWAYS
    return bool(column or relation or word in scope.params or word in scope.parts)


def resembles(scope: Scope, word: str) -> bool:
    """A bare word is most likely a name of this place, misspelt."""
    columns = [c.name for c in scope.table.columns] if scope.table else []
    return bool(did_you_mean(word, [*columns, *scope.params, *scope.parts]))


def _unknown(scope: Scope, node: s.Name, word: str) -> Fault:
    table = scope.table
    if table and word in table.relations:
        return Fault(
            "E109",
            node,
            f"`{word}` is a relation of {table.name}, not a value",
            f"any({word}), count({word}) …",
        )
    if word in scope.windows or word == fn.ALWAYS:
        return Fault("E106", node, f"`{word}` is a window, not a value", f"… in {word}")
    if instead := FOREIGN.get(word.lower()):
        raise Fault("E106", node, f"`{word}` is not a value of the language", instead)
    columns = [c.name for c in table.columns] if table else []
    meant = did_you_mean(word, [*columns, *scope.params, *scope.parts])
    if table is None:
        params = (listing("params", scope.params),) if scope.params else ()
        parts = (listing("parts", scope.parts),) if scope.parts else ()
        return Fault("E106", node, f"unknown name `{word}`", meant, *parts, *params)
    if scope.aggregate and meant and meant[len("did you mean `") : -2] in columns:
        meant = ""  # a formula over rows cannot name a bare column
    notes = [listing(f"columns of {table.name}", columns)]
    if scope.params:
        notes.append(listing("params", scope.params))
    return Fault("E105", node, f"unknown column `{word}` in {table.name}", meant, *notes)


def _parent_column(scope: Scope, node: s.Name) -> tr.Tree:
    parent, word = node.parts
    table = scope.table
    parents = table.parents if table and not scope.aggregate else ()
    if parent not in parents:
        if table and parent in (table.name, table.name.removesuffix("s")) and table.column(word):
            message = f"`{word}` is a column of the row itself"
            raise Fault("E110", node, message, f"write `{word}`")
        meant = did_you_mean(parent, parents)
        meant = f"{meant[:-2]}.{word}`?" if meant else ""
        where = (
            listing(f"parents of {scope.of}", parents)
            if parents
            else f"{scope.of} has no parents here"
        )
        raise Fault("E110", node, f"`{parent}.{word}` cannot be reached from here", meant, where)
    home = scope.catalog[PARENT_TABLE[parent]]
    column = home.column(word)
    if column is None:
        known = [c.name for c in home.columns]
        meant = did_you_mean(word, known, f"{parent}.")
        notes = listing(f"columns of {home.name}", known)
        raise Fault("E105", node, f"unknown column `{word}` in {home.name}", meant, notes)
    return tr.Col(column.type, word, parent, **at(node))


def window(scope: Scope, node: s.Syntax) -> str:
    """The window that `node` names."""
    if not isinstance(node, s.Name) or len(node.parts) != 1:
        raise Fault(
            "E114",
            node,
            "the name of a window is needed here",
            "",
            listing("windows", [*sorted(scope.windows), fn.ALWAYS]),
        )
    word = node.parts[0]
    if word in scope.windows or word == fn.ALWAYS:
        return word
    raise Fault(
        "E114",
        node,
        f"unknown window `{word}`",
        did_you_mean(word, scope.windows),
        listing("windows", [*sorted(scope.windows), fn.ALWAYS]),
    )
