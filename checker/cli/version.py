"""`checker version`: what is installed."""

from __future__ import annotations


def version() -> None:
    """Print what is installed."""
    import platform
    from importlib.metadata import version as installed

    from checker import __version__
    from checker.cli.streams import put

    put(
        f"checker {__version__}\n"
        f"ibis {installed('ibis-framework')}, duckdb {installed('duckdb')}, "
        f"python {platform.python_version()}\n"
    )
