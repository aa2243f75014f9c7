"""What the tests of the surfaces share beside the house."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def no_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A working directory without a settings file, and no HANDRAIL_* variable but what a test sets; words alone."""
    for name in list(os.environ):
        if name.startswith("HANDRAIL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HANDRAIL_MEANING", "false")
    monkeypatch.chdir(tmp_path)
