"""`checker init`: a pack of one's own, with its test."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    dir_: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    extends: Annotated[
        str | None,
        typer.Option("--extends", metavar="PACK", help="Inherit the rules of this bundled pack."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the pack. Default: the folder's."),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            "--platform",
            metavar="P",
            help="Platform that it judges. Default: that of PACK, else any.",
        ),
    ] = None,
) -> None:
    """Write a pack of your own, with a test that passes.

    The folder must be new or empty; it is written whole or not at all.
    """
    from checker.cli.exits import WRONG_INPUT
    from checker.cli.streams import put, tell
    from checker.ruletest.newpack import write_pack

    made, diagnostics = write_pack(dir_, extends=extends, name=name, platform=platform)
    tell(diagnostics)
    if made is None:
        raise typer.Exit(WRONG_INPUT)
    place = shlex.quote(dir_.as_posix())
    named = f" --pack {made.name}" if made.platform == "any" else ""
    steps = [
        (f"checker lint {place}", "is every name, unit and key right?"),
        (f"checker test {place}", "do the rules say what the tests expect?"),
        (f"checker audit DATA --rules {place}{named}", "judge a data set by them"),
    ]
    if extends is not None:
        steps.append((f"checker diff bundled {place}", "what is different from the bundled pack?"))
        steps.append((f"checker whatif DATA --rules {place}{named}", "which verdicts would flip?"))
    wide = max(len(command) for command, _ in steps)
    listed = "".join(f"  {dir_ / file}\n" for file in made.files)
    if wide <= 36:
        told = "".join(f"  {command:<{wide}}  {why}\n" for command, why in steps)
    else:
        told = "".join(f"  {command}\n      {why}\n" for command, why in steps)
    put(f"wrote the pack {made.name}:\n{listed}\nEdit {dir_ / 'pack.yaml'}, and then:\n{told}")
