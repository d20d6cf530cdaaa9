"""Folders for passing things, gone with what they were made for or with the process."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import weakref
from pathlib import Path


class Scratch:
    """A new folder that only its owner reads, removed with this object or when the process ends.

    `tempfile.TemporaryDirectory` makes the folder before it sees to its end: a signal in between
    leaves it for ever.
    """

    path: Path

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.gettempdir(), prefix + secrets.token_hex(8))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700)
