"""Writing the result to a file: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from checker.cli.streams import put
from checker.diagnostics import Diagnostic


class Output:
    """Where `-o` points; None and `-` are stdout."""

    def __init__(self, path: Path | None) -> None:
        self.path = None if path is None or str(path) == "-" else path

    @property
    def to_file(self) -> bool:
        return self.path is not None

    def check(self, found: list[Diagnostic]) -> None:
        """Tries to write there, before the long run, and leaves nothing behind."""
        if self.path is None:
            return
        try:
            if self.path.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            if self.path.exists():
                if not os.access(self.path, os.W_OK):
                    raise PermissionError(0, "it is write-protected")
                if not self.path.is_file():
                    return  # a device or a named pipe: opening it may already have an effect
            with _folder(self.path.resolve().parent, keep=False) as folder:
                trial = _beside(folder / self.path.name)
                os.close(_create(trial))
                trial.unlink()
        except OSError as error:
            found.append(_refused(self.path, error))

    def write(self, text: str) -> tuple[Diagnostic, ...]:
        """Writes `text`, or says why not; a file that was there before then stays as it was."""
        if self.path is None:
            put(text)
            return ()
        data = text.encode("utf-8")
        try:
            if self.path.exists() and not self.path.is_file():
                self.path.write_bytes(data)
            else:
                _replace(self.path.resolve(), data)
        except OSError as error:
            return (_refused(self.path, error),)
        return ()


def _replace(target: Path, data: bytes) -> None:
    with _folder(target.parent, keep=True) as folder:
        partial = _beside(folder / target.name)
        try:
            with os.fdopen(_create(partial), "wb") as stream:
                stream.write(data)
            if target.exists():
                partial.chmod(target.stat().st_mode & 0o7777)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def _beside(target: Path) -> Path:
    """In the same folder, so that replacing is one step of the file system."""
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


@contextmanager
def _folder(folder: Path, *, keep: bool) -> Iterator[Path]:
    """The folder, made where it is missing; what was made goes again unless it is to be kept."""
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    done = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        done = keep
    finally:
        if not done:
            for path in made:
                with suppress(OSError):
                    path.rmdir()


def _refused(path: Path, error: OSError) -> Diagnostic:
    reason = error.strerror or str(error)
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = "a part of the path is a file"
    return Diagnostic("E309", f"cannot write {path}: {reason}", notes=("nothing was written",))
