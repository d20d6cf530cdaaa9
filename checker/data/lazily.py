"""Ibis, imported when something is first asked of it, and no more of it than is needed.

It takes a fifth of the time of a run whose figures are all in the cache: such a run puts no question.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis as ibis
    import ibis.expr.operations as ops
    import ibis.expr.schema as sch
    import ibis.expr.types as ir
else:

    class _Module:
        """What stands for a module until then."""

        def __init__(self, name: str) -> None:
            self.__dict__["__name__"] = name

        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module(self.__dict__["__name__"]), name)
            self.__dict__[name] = found  # is not asked for again
            return found

    ibis = _Module("ibis")
    ops = _Module("ibis.expr.operations")
    sch = _Module("ibis.expr.schema")
    ir = _Module("ibis.expr.types")

__all__ = ["ibis", "ir", "ops", "sch"]

_COMPILERS = "ibis.backends.sql.compilers"


def _sparing() -> None:
    """Lets the package of Ibis' compilers run only where more is asked of it than its modules: it imports
    those of twenty engines, of which a run uses one."""
    top = find_spec("ibis")
    if _COMPILERS in sys.modules or top is None or top.submodule_search_locations is None:
        return
    folders = [str(Path(one, "backends", "sql")) for one in top.submodule_search_locations]
    spec = PathFinder.find_spec(_COMPILERS, folders)
    if spec is None or spec.loader is None:
        return  # of another make than we know
    package, loader = module_from_spec(spec), spec.loader

    def whole(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, name)

    package.__getattr__ = whole  # type: ignore[method-assign]
    sys.modules[_COMPILERS] = package


_sparing()
