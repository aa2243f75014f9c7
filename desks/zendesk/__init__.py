"""The destination kind `zendesk`."""

from desks.zendesk.desk import build

__all__ = ["build"]
