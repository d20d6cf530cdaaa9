"""Commands without their start: one process has everything imported and forks for each of them.

What a command is given – words, folder, environment, streams – and how it ends are those of a process
of its own; but starting Python and importing what it needs, which takes longer than most commands,
is done once. This is the server and, as a script, what stands in for `checker` and asks it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

_ONE_MESSAGE = 1 << 20


class Forks:
    """A server that lives as long as this process; `command` is what stands in for `checker`."""

    def __init__(self, environment: dict[str, str]) -> None:
        import subprocess
        import tempfile

        address = Path(tempfile.mkdtemp(prefix="forks-")) / "socket"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
            listening.bind(str(address))
            listening.listen()
            # It ends when its stdin does, and that is held open by this process only.
            self._server = subprocess.Popen(
                [sys.executable, "-P", __file__, "serve", str(listening.fileno()), str(address)],
                stdin=subprocess.PIPE,
                pass_fds=[listening.fileno()],
                env=environment | _ONE_THREAD,
            )
        self.command = f'"{sys.executable}" -IS "{__file__}" ask "{address}"'


def _ask(address: str, words: list[str]) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(address)
        asked = json.dumps([words, str(Path.cwd()), dict(os.environ)])
        socket.send_fds(server, [asked.encode("ascii")], [0, 1, 2])
        return int(server.recv(_ONE_MESSAGE))


_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""What libraries begin as they are imported, and what no fork would have."""


_EXTRAS = ("pyspark", "psycopg")
"""What may be missing: some modules are for those who have it."""


def _import_everything() -> None:
    """No engine runs, for that would begin threads; but what is built once in a process is built."""
    import contextlib
    import importlib
    import io
    import pkgutil

    import checker
    from checker.cli import app

    for module in pkgutil.walk_packages(checker.__path__, "checker."):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:
            if missing.name is None or missing.name.partition(".")[0] not in _EXTRAS:
                raise
    for words in (["show"], ["compile", "douyin/satisfaction", "--dialect", "duckdb"]):
        with contextlib.redirect_stdout(io.StringIO()):
            app()(words, standalone_mode=False)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork would lack these threads"


def _serve(listening: socket.socket) -> None:
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    processes = get_context("fork")
    running: dict[int, tuple[ForkProcess, socket.socket]] = {}
    while True:
        for ready in wait([0, listening, *running]):
            if ready == 0:
                for process, _ in running.values():
                    process.kill()
                return
            if isinstance(ready, int):
                process, asker = running.pop(ready)
                process.join()
                code = process.exitcode or 0
                with asker:
                    asker.send(str(code if code >= 0 else 128 - code).encode())
            else:
                asker, _ = listening.accept()
                asked, streams, _, _ = socket.recv_fds(asker, _ONE_MESSAGE, 3)
                words, folder, environment = json.loads(asked)
                process = processes.Process(target=_run, args=(words, folder, environment, streams))
                process.start()
                running[process.sentinel] = (process, asker)
                for stream in streams:
                    os.close(stream)


def _run(words: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    import atexit
    import random
    import time

    from checker.cli import main

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    sys.argv = ["checker", *words]
    try:
        main()
    finally:
        atexit._run_exitfuncs()


def _main(descriptor: int, address: Path) -> None:
    import gc
    import shutil

    _import_everything()
    gc.freeze()  # so that no fork looks through what all share
    try:
        with socket.socket(fileno=descriptor) as listening:
            _serve(listening)
    finally:
        gc.unfreeze()
        shutil.rmtree(address.parent)


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        sys.exit(_ask(sys.argv[2], sys.argv[3:]))
    _main(int(sys.argv[2]), Path(sys.argv[3]))
