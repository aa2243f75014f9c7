"""Which version runs; a checkout that was never installed has none of its own."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def running_version() -> str:
    """The installed version, or `0+source` where the packages run from a checkout, as in `make demo`."""
    try:
        return version("handrail")
    except PackageNotFoundError:
        return "0+source"
