"""The Java that Spark runs on: where it is, and whether it is new enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from checker.diagnostics import Diagnostic

OLDEST = 17
"""Spark 4 runs on Java 17 and 21."""
_INSTALL = (
    "Debian, Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk@17; "
    "Windows: winget install EclipseAdoptium.Temurin.17.JRE"
)
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_PATIENCE_S = 30


def check_java(environment: Mapping[str, str] = os.environ) -> tuple[Diagnostic, ...]:
    """Nothing where JAVA_HOME or PATH has a Java that Spark can use; else what to install."""
    home = environment.get("JAVA_HOME")
    if home:
        java: str | None = str(Path(home) / "bin" / "java")
        where = f"JAVA_HOME is `{home}`"
        if shutil.which(str(java)) is None:
            note = f"there is no bin/java in it: correct JAVA_HOME, or unset it. {_INSTALL}"
            return (_lacking(f"{where}, which holds no Java", note),)
    else:
        java = shutil.which("java", path=environment.get("PATH"))
        if java is None:
            return (_lacking("neither JAVA_HOME nor PATH has one", _INSTALL),)
        where = f"`{java}`"
    try:
        said = subprocess.run(
            [str(java), "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return (_lacking(f"{where} cannot be run: {error}", _INSTALL),)
    found = _VERSION.search(said.stderr + said.stdout)
    if found is None:
        return (_lacking(f"{where} does not say its version", _INSTALL),)
    if int(found[1]) < OLDEST:
        return (_lacking(f"{where} is Java {found[1]}", _INSTALL),)
    return ()


def _lacking(why: str, note: str) -> Diagnostic:
    message = f"Spark needs Java {OLDEST} or later: {why}"
    return Diagnostic("E532", message, notes=(note,))
