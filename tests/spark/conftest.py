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


@pytest.fixture(scope="session")
def spark_session() -> None:
    why = lacking()
    if why is None:
        return
    if os.environ.get("CHECKER_SPARK") == "required":
        pytest.fail(why)
    pytest.skip(why)
