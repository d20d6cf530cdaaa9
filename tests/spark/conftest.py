"""Spark where it is to be had; required, and no skip, where CHECKER_SPARK says so."""

from __future__ import annotations

import importlib.util
import os

import pytest

from checker.data.java import check_java

NEEDS = ("pyspark", "pandas", "grpc")


def lacking() -> str | None:
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed: pip install -e '.[spark]'"
    found = check_java()
    return found[0].message if found else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests with a session run in one process, for Java starts once; and first, for they take long."""
    for item in items:
        if _needs_session(item):
            item.add_marker(pytest.mark.xdist_group("spark"))
    items.sort(key=_needs_session, reverse=True)


def _needs_session(item: pytest.Item) -> bool:
    return "spark_session" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def spark_session() -> None:
    why = lacking()
    if why is None:
        return
    if os.environ.get("CHECKER_SPARK") == "required":
        pytest.fail(why)
    pytest.skip(why)
