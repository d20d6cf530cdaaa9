"""An engine that is gone is told as a diagnostic, whichever stage it was in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from checker.data.workspace import EngineFailure, EngineLost
from checker.diagnostics import Diagnostic

F = TypeVar("F", bound=Callable[..., Any])


def lost(error: Exception) -> Diagnostic:
    """The engine failed as a whole, and not one statement of one rule."""
    note = "nothing was judged; the log of the engine says more"
    return Diagnostic("E536", f"the engine failed: {error}", notes=(note,))


def telling_losses(nothing: object) -> Callable[[F], F]:
    """For stages that return (value, diagnostics): `nothing` is the value where the engine is lost."""

    def decorated(stage: F) -> F:
        @wraps(stage)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return stage(*args, **kwargs)
            except (EngineFailure, EngineLost) as error:
                return nothing, (lost(error),)

        return cast(F, guarded)

    return decorated
