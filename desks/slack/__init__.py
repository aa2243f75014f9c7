"""The destination kind `slack`."""

from desks.slack.desk import build

__all__ = ["build"]
