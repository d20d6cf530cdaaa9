"""A PostgreSQL server of the system, started on loopback in a folder of its own and stopped again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cret/@:%42"  # every character that an address would have to quote


@dataclass(frozen=True)
class Server:
    port: int
    folder: Path
    bin: Path
    user: str | None

    def url(self, user: str, database: str, port: int | None = None) -> str:
        return f"postgres://{user}@127.0.0.1:{port or self.port}/{database}"

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def run(self, *command: str) -> None:
        """A program of the server, as the user that it belongs to: none of them runs as root."""
        subprocess.run(
            (str(self.bin / command[0]), *command[1:]),
            user=self.user,
            cwd=self.folder,
            check=True,
            capture_output=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
        )


def programs() -> Path | None:
    """Where the newest server's programs are, of Debian or on the path."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running(bin_: Path) -> Iterator[Server]:
    """A server whose superuser is `owner`; TCP on loopback only, passwords are asked for."""
    with tempfile.TemporaryDirectory(prefix="checker-postgres-") as made:
        folder = Path(made)
        user = None
        if os.geteuid() == 0:
            known = {one.pw_name for one in pwd.getpwall()}
            user = "postgres" if "postgres" in known else "nobody"
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = Server(port, folder, bin_, user)
        data = str(folder / "data")
        server.run(
            *("initdb", "-D", data, "-U", "owner", "--auth=scram-sha-256", "--no-sync"),
            *("--pwfile", str(folder / "password"), "-E", "UTF8", "--locale=C"),
        )
        options = (
            f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories= -c fsync=off"
        )
        server.run(
            *("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log")),
            *("-o", f"{options} -c log_statement=all", "start"),
        )
        try:
            yield server
        finally:
            server.run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
