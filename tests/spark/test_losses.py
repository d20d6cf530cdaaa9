"""What cannot be handed to an engine, and an engine that is gone, are told and judge nothing."""

from __future__ import annotations

import pytest

from checker.data.dataset import Dataset, OpenTable
from checker.data.losses import telling_losses
from checker.data.workspace import EngineLost


def test_large_data_are_not_sent_to_machines_that_cannot_see_their_files() -> None:
    pytest.importorskip("pyspark")
    from checker.data.handover import MOST_ROWS, hand_over

    large = OpenTable(
        "messages", None, frozenset(), {}, {}, {("x", None): MOST_ROWS + 1}, {}, frozenset()
    )  # type: ignore[arg-type]
    moved, found = hand_over(None, Dataset({"messages": large}), None, shared=False)  # type: ignore[arg-type]
    assert moved is None
    assert [d.code for d in found] == ["E535"]
    assert "1,000,001 rows" in found[0].message


def test_an_engine_that_is_gone_is_a_diagnostic() -> None:
    @telling_losses(None)
    def stage() -> object:
        raise EngineLost("the connection was closed")

    nothing, found = stage()  # type: ignore[misc]
    assert nothing is None
    assert [(d.code, d.level) for d in found] == [("E536", "error")]
