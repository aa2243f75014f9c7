"""The destination kind `servicenow`."""

from desks.servicenow.desk import build

__all__ = ["build"]
