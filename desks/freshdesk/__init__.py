"""The destination kind `freshdesk`."""

from desks.freshdesk.desk import build

__all__ = ["build"]
