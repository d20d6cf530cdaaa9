"""`checker show`: what the rules and the diagnostic codes say."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from checker.cli import completion
from checker.cli import options as o

_CODE = re.compile(r"[EWew]\d{1,4}")


def show(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="RULE|CODE",
            help="As in douyin/reply-3m-session, or E105.",
            autocompletion=completion.rules_or_codes,
        ),
    ] = None,
    rules: o.Rules = None,
    pack: o.Packs = None,
    lang: o.Lang = None,
) -> None:
    """List the rules, show one, or explain a code."""
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.streams import colored, paper, put, tell, width
    from checker.diagnostics import Diagnostic, has_errors
    from checker.reports import rulebook

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)
    console, page = paper(colored(sys.stdout), width())
    if name is not None and _CODE.fullmatch(name):
        from checker.diagnostics.explanations import explanation

        explained, unknown = explanation(name.upper())
        if explained is None:
            tell(unknown)
            raise typer.Exit(WRONG_INPUT)
        rulebook.show_code(name.upper(), explained, console)
        put(page.getvalue())
        raise typer.Exit(OK)

    from checker.rulesets import load_packs

    packs, diagnostics = load_packs(tuple(rules or ()), ())
    if has_errors(diagnostics):
        tell(diagnostics)
        raise typer.Exit(WRONG_INPUT)
    chosen, wrong = rulebook.chosen(packs, tuple(pack or ()), name)
    tell(wrong)
    if wrong:
        raise typer.Exit(WRONG_INPUT)
    if name is None:
        rulebook.list_rules(chosen, console, language)
    else:
        for typed in chosen:
            rulebook.show_rule(typed, name, console, language)
    put(page.getvalue())
