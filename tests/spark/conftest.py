"""Spark where it is to be had; required, and no skip, where CHECKER_SPARK says so."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable

import pytest

from checker.data.java import check_java

NEEDS = ("pyspark", "pandas", "grpc")


def lacking() -> str | None:
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed: pip install -e '.[spark]'"
    found = check_java()
    return found[0].message if found else None


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """All tests with a session run in one process: Java starts once."""
    for item in items:
        if "spark_session" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def spark_session() -> None:
    why = lacking()
    if why is None:
        return
    if os.environ.get("CHECKER_SPARK") == "required":
        pytest.fail(why)
    pytest.skip(why)
