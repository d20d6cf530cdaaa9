"""The command line: arguments in, API call, exit code out. One file per command."""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

_HELP = (
    "Audit customer-service sessions against platform rules that are written in YAML.\n\n"
    "checker audit DATA judges a data set by the bundled rules; checker show lists them."
)


# What each command is: its module in this package, and the function there; in the order of --help.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "audit": ("audit", "audit"),
    "explain": ("explain", "explain"),
    "watch": ("watch", "watch"),
    "checklist": ("checklist", "checklist"),
    "show": ("show", "show"),
    "trend": ("trend", "trend"),
    "whatif": ("whatif", "whatif"),
    "compile": ("compile", "compile_"),
    "profile": ("profile", "profile"),
    "diff": ("diff", "diff"),
    "import": ("import_", "import_"),
    "lint": ("lint", "lint"),
    "test": ("test", "test"),
    "init": ("init", "init"),
    "sample": ("sample", "sample"),
    "version": ("version", "version"),
    "docs": ("docs", "docs"),
}
_HIDDEN = ("docs",)


def app(words: Sequence[str] = ()) -> typer.Typer:
    """The commands; where `words` begin with the name of one, it alone: Typer takes longer to look at
    the options of all of them than most commands take. Their modules import only Typer; the rest is
    loaded by the one that runs."""
    import typer

    commands = typer.Typer(
        name="checker",
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,  # Rich would cost every call a tenth of a second
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands.callback()(lambda: None)  # so that one command alone is still called by its name
    for name in words[:1] if words and words[0] in _COMMANDS else _COMMANDS:
        module, function = _COMMANDS[name]
        command = getattr(import_module(f"checker.cli.{module}"), function)
        commands.command(name, hidden=name in _HIDDEN)(command)
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

    def lost(unraisable: sys.UnraisableHookArgs) -> None:
        # Of a finalizer, such as Ibis has, Python would tell it and go on; so it comes again in a moment.
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            threading.Timer(0.05, _thread.interrupt_main).start()
        else:
            sys.__unraisablehook__(unraisable)

    signal.signal(signal.SIGINT, interrupt)
    sys.unraisablehook = lost
    gc.set_threshold(500_000, 50, 100)  # an audit makes millions of objects and few cycles
    prepare()
    code: int | str | None = 0
    try:
        app(sys.argv[1:])(prog_name="checker")
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
    gc.freeze()  # the process ends: to look for cycles among all that it holds would be in vain
    sys.exit(130 if interrupted else code)


def _our_bug(error: Exception) -> str:
    if os.environ.get("CHECKER_DEBUG") == "1":
        import traceback

        return "this is a bug in checker\n" + "".join(traceback.format_exception(error))
    what = " ".join(f"{type(error).__name__}: {error}".split())
    if len(what) > 300:
        what = what[:299] + "…"
    return f"this is a bug in checker: {what}\n  run again with CHECKER_DEBUG=1 for the details\n"
