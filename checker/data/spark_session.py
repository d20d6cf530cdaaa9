"""Sessions of Spark: one of our own, a cluster's, or a Spark Connect server's."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import socket
import sys
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.data.java import check_java
from checker.diagnostics import Diagnostic

if TYPE_CHECKING:
    from checker.data.engines import Spark
    from checker.data.spark import SparkWorkspace

_APP = {
    "spark.app.name": "checker",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
}
_LOCAL = {
    **_APP,
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
_QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_HASTY = {
    "spark.driver.extraJavaOptions": _QUICK_JAVA,
    "spark.executor.extraJavaOptions": _QUICK_JAVA,
}
_HOSTS = re.compile(r"(sc|spark)://([^/;?]+)[/;?]?.*")
_PORTS = {"sc": "15002", "spark": "7077"}
_PATIENCE_S = 10
_PACKAGES = ("pyspark", "pandas", "pyarrow")
_CONNECT_PACKAGES = (*_PACKAGES, "grpc", "grpc_status", "google.rpc")


def connect_spark(
    engine: Spark, *, small: bool = False
) -> tuple[SparkWorkspace | None, tuple[Diagnostic, ...]]:
    """A workspace on the engine's session; one process has one session of a kind, which is shared.

    `small` data are over before Java has compiled itself: then it is told not to try hard.
    """
    lacking = [n for n in (_CONNECT_PACKAGES if engine.remote else _PACKAGES) if not _has(n)]
    if lacking:
        note = "install it with: pip install 'checker[spark]'"
        message = f"Spark is reached with {', '.join(lacking)}, which is not installed"
        return None, (Diagnostic("E531", message, notes=(note,)),)
    if engine.remote is None:
        found = check_java()
        if found:
            return None, found
    from checker.data.spark import SparkWorkspace

    # What fails is told as a diagnostic or as a reason; PySpark also writes it to stderr, as JSON.
    for logger in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(logger).disabled = True
    try:
        _knock(engine.place)
        session = _remote(engine) if engine.remote else _own(engine, small)
    except Exception as error:  # Java, Py4J, gRPC and Spark each have errors of their own
        return None, (_refused(engine, error),)
    return SparkWorkspace.on(session, local=engine.local), ()


def _has(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _knock(place: str) -> None:
    """Fails at once where nobody listens; Spark itself would try for minutes."""
    found = _HOSTS.fullmatch(place)
    if found is None:
        return
    last: Exception | None = None
    for one in found[2].split(","):  # the masters of a cluster stand by for each other
        host, _, port = one.rpartition(":") if ":" in one else (one, "", _PORTS[found[1]])
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_S).close()
        except (OSError, ValueError) as error:
            last = error
        else:
            return
    if last is not None:
        raise last


def _remote(engine: Spark) -> Any:
    from pyspark.sql.connect.session import SparkSession

    assert engine.remote is not None
    session = SparkSession.builder.remote(engine.remote).getOrCreate()
    for key, value in engine.settings.items():
        session.conf.set(key, value)
    assert session.version  # the server is asked something before anything depends on it
    return session


def _own(engine: Spark, small: bool) -> Any:
    from pyspark import SparkConf, SparkContext, java_gateway
    from pyspark.sql.session import SparkSession

    settings: Mapping[str, str] = {
        **(_LOCAL if engine.local else _APP),
        **(_HASTY if small and engine.local else {}),
        **({"spark.driver.memory": f"{_half_of_memory()}m"} if engine.local else {}),
        "spark.master": engine.master or "local[*]",
        **engine.settings,
    }
    launch_gateway: Any = java_gateway.launch_gateway
    running = SparkContext._active_spark_context
    if running is not None and running.master != settings["spark.master"]:
        running.stop()
    if SparkContext._active_spark_context is None:
        conf = SparkConf().setAll(list(settings.items()))
        if SparkContext._gateway is None:
            # What Java writes while it starts is of no interest unless it fails to.
            with tempfile.TemporaryFile() as log:
                try:
                    gateway = launch_gateway(conf, popen_kwargs={"stderr": log})
                except Exception as error:
                    log.seek(0)
                    said = log.read().decode(errors="replace").strip().splitlines()
                    raise RuntimeError(said[-1] if said else str(error)) from error
            SparkContext(conf=conf, gateway=gateway)
        else:
            SparkContext(conf=conf)
    return SparkSession.builder.getOrCreate()


def _half_of_memory() -> int:
    """Mebibytes that Java may take where nobody says: half of the machine, at least a gibibyte."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # no such system call on this machine
        return 1024
    return max(pages >> 21, 1024)


def _refused(engine: Spark, error: Exception) -> Diagnostic:
    from checker.data.spark import complaint

    notes = ["see that it runs and that this machine can reach it"] if not engine.local else []
    if "pyspark" in sys.modules and engine.remote is None and not engine.local:
        notes.append("its version of Spark must be the one of pyspark here")
    return Diagnostic(
        "E534", f"there is no Spark at `{engine.place}`: {complaint(error)}", notes=tuple(notes)
    )
