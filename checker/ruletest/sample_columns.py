"""Columns of the sample tables: numpy arrays in, Arrow arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MISSING = np.iinfo(np.int64).min
"""Stands for a missing value in arrays of instants and numbers."""


def numbered(prefix: str, count: int) -> pa.Array:
    """`prefix` followed by 000000, 000001 …"""
    digits = pc.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), 6, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, pa.scalar(""))


def chosen(codes: npt.NDArray[Any], values: Sequence[str] | pa.Array) -> pa.Array:
    """The values at `codes`, dictionary-encoded; a negative code is a missing value."""
    narrow = codes.astype(np.int32)
    indices = pa.array(narrow, mask=narrow < 0)
    words = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return pa.DictionaryArray.from_arrays(indices, words)


def constant(value: str, rows: int) -> pa.Array:
    return chosen(np.zeros(rows, np.int32), (value,))


def instants(values: Ints, grain: int) -> pa.Array:
    """Naive timestamps in microseconds, cut down to the grain of the export."""
    mask = values == MISSING
    cut = np.where(mask, 0, values - values % grain)
    return pa.array(cut, mask=mask).cast(pa.timestamp("us"))


def numbers(values: npt.NDArray[Any]) -> pa.Array:
    wide = values.astype(np.int64)
    return pa.array(wide, mask=wide == MISSING)
