"""Which tests share a process: those of which one prepares what takes longer than they do.

Groups begin before single tests, the largest first, so that none is left over at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/spark/",  # starts Java
    "tests/browser/",
    "tests/cache/test_cache.py",
    "tests/compare/test_whatif.py",
    "tests/compile/test_compiled_figures.py",
    "tests/docs/test_pictures.py",
    "tests/history/test_history_with_reports.py",
    "tests/imports/test_chatwoot_postgres.py",
    "tests/verdicts/test_insights.py",
    "tests/watch/",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Our own, for `--dist loadgroup` forms no groups with pytest 9.2."""
    if config.getoption("dist") != "load":  # which is the default; another has been asked for
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((name for name in TOGETHER if nodeid.startswith(name)), nodeid)

    return Scheduling(config, log)
