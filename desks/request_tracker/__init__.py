"""The destination kind `request_tracker`."""

from desks.request_tracker.desk import build

__all__ = ["build"]
