"""Names of files as tools outside of this process know them: below the folder of the run, with slashes."""

from __future__ import annotations

import os
from pathlib import Path


def relative(file: str, here: Path) -> str:
    """`file` relative to `here` where it lies below it, else as it is."""
    path = Path(os.path.normpath(here / file))
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
