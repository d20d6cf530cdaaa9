"""Writing reports to files: whole or not at all, and several of them all or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from checker.cli.streams import put, put_bytes
from checker.diagnostics import Diagnostic

Content = str | bytes


class Prepared(Protocol):
    """Something else that is to be done with the files or not at all."""

    def commit(self) -> tuple[Diagnostic, ...]: ...

    def undo(self) -> None: ...


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
            with _trial_folder(self.path.resolve().parent) as folder:
                trial = _beside(folder / self.path.name, "partial")
                os.close(_create(trial))
                trial.unlink()
        except OSError as error:
            found.append(_refused(self.path, error))

    def write(self, content: Content) -> tuple[Diagnostic, ...]:
        """Writes `content`, or says why not; a file that was there before then stays as it was."""
        return write_all([(self, content)])


def write_all(
    contents: Sequence[tuple[Output, Content]], also: Prepared | None = None
) -> tuple[Diagnostic, ...]:
    """Writes every report to its place, or says why not and leaves all places as they were.

    `also` is committed when the files are in place, and undone where they cannot be. What goes to
    stdout, to a device or into a pipe cannot be taken back and is written last.
    """
    staged: list[_Staged] = []
    path = Path()
    try:
        for output, content in contents:
            if output.path is not None and not _is_device(output.path):
                path = output.path
                staged.append(_Staged(path.resolve(), _encoded(content)))
        for one in staged:
            path = one.target
            one.take_place(keep_old=len(contents) > 1 or also is not None)
        for output, content in contents:
            if output.path is not None and _is_device(output.path):
                path = output.path
                path.write_bytes(_encoded(content))
        refused = also.commit() if also is not None else ()
    except BaseException as error:
        if also is not None:
            also.undo()
        for one in reversed(staged):
            one.undo()
        if isinstance(error, OSError):
            return (_refused(path, error),)
        raise
    if refused:
        for one in reversed(staged):
            one.undo()
        return refused
    for one in staged:
        one.settle()
    for output, content in contents:
        if output.path is None:
            put(content) if isinstance(content, str) else put_bytes(content)
    return ()


class _Staged:
    """A file that is complete beside its target, and then takes its place in one step."""

    def __init__(self, target: Path, data: bytes) -> None:
        self.target = target
        self.partial, self.old = _beside(target, "partial"), _beside(target, "old")
        self.made = _missing(target.parent)
        self.placed = False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(_create(self.partial), "wb") as stream:
                stream.write(data)
            if target.exists():
                self.partial.chmod(target.stat().st_mode & 0o7777)
        except BaseException:
            self.undo()
            raise

    def take_place(self, *, keep_old: bool) -> None:
        if keep_old and self.target.exists():
            try:
                os.link(self.target, self.old)
            except OSError:  # a file system without hard links
                self.target.replace(self.old)
        self.partial.replace(self.target)
        self.placed = True

    def undo(self) -> None:
        with suppress(OSError):
            if self.old.exists():
                self.old.replace(self.target)
                self.old.unlink(missing_ok=True)  # two names of one file are not replaced
            elif self.placed:
                self.target.unlink()
        with suppress(OSError):
            self.partial.unlink(missing_ok=True)
        _remove(self.made)

    def settle(self) -> None:
        with suppress(OSError):
            self.old.unlink(missing_ok=True)


def _encoded(content: Content) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def _beside(target: Path, what: str) -> Path:
    """In the same folder, so that replacing is one step of the file system."""
    return target.with_name(f".{target.name}.{os.getpid()}.{what}")


def _missing(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _remove(made: Sequence[Path]) -> None:
    for path in made:
        with suppress(OSError):
            path.rmdir()


@contextmanager
def _trial_folder(folder: Path) -> Iterator[Path]:
    """The folder, made where it is missing; what was made goes again."""
    made = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        _remove(made)


def _refused(path: Path, error: OSError) -> Diagnostic:
    reason = error.strerror or str(error)
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = "a part of the path is a file"
    return Diagnostic("E309", f"cannot write {path}: {reason}", notes=("nothing was written",))
