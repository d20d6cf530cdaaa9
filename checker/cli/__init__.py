"""The command line: arguments in, API call, exit code out. One file per command."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

_HELP = (
    "Audit customer-service sessions against platform rules that are written in YAML.\n\n"
    "checker audit DATA judges a data set by the bundled rules; checker show lists them."
)


def app() -> typer.Typer:
    """The commands. Their modules import only Typer; the rest is loaded by the one that runs."""
    import typer

    from checker.cli import (
        audit,
        checklist,
        compile,
        diff,
        docs,
        explain,
        import_,
        init,
        lint,
        profile,
        sample,
        show,
        test,
        trend,
        version,
        watch,
        whatif,
    )

    commands = typer.Typer(
        name="checker",
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,  # Rich would cost every call a tenth of a second
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands.command()(audit.audit)
    commands.command()(explain.explain)
    commands.command()(watch.watch)
    commands.command()(checklist.checklist)
    commands.command()(show.show)
    commands.command()(trend.trend)
    commands.command()(whatif.whatif)
    commands.command("compile")(compile.compile_)
    commands.command()(profile.profile)
    commands.command()(diff.diff)
    commands.command("import")(import_.import_)
    commands.command()(lint.lint)
    commands.command()(test.test)
    commands.command()(init.init)
    commands.command()(sample.sample)
    commands.command()(version.version)
    commands.command(hidden=True)(docs.docs)
    return commands


def main() -> None:
    """Entry point of the console script. Ends the process with an exit code of `exits`."""
    from checker.cli.streams import prepare, say

    interrupted = False

    def interrupt(signum: int, frame: object) -> None:
        # The engine may turn the exception into an error of its own, so it is also noted here.
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    gc.set_threshold(100_000, 50, 100)  # an audit makes millions of objects and few cycles
    prepare()
    code: int | str | None = 0
    try:
        app()(prog_name="checker")
    except SystemExit as done:
        code = done.code
    except KeyboardInterrupt:
        interrupted = True
    except Exception as error:
        code = 2
        if not interrupted:
            say(_our_bug(error))
    # Where an interrupt broke off an `exec`, as dataclasses use it, CPython remembers and ends by the
    # signal itself, whatever code is asked for; an `exec` that ends well makes it forget.
    exec("")
    sys.exit(130 if interrupted else code)


def _our_bug(error: Exception) -> str:
    if os.environ.get("CHECKER_DEBUG") == "1":
        import traceback

        return "this is a bug in checker\n" + "".join(traceback.format_exception(error))
    what = " ".join(f"{type(error).__name__}: {error}".split())
    if len(what) > 300:
        what = what[:299] + "…"
    return f"this is a bug in checker: {what}\n  run again with CHECKER_DEBUG=1 for the details\n"
