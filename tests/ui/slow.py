"""An assistant that takes its time, so that people type while it thinks."""

from __future__ import annotations

from time import sleep
from typing import Any

THINKS_S = 1.5


class Slow:
    """Knows nothing, slowly."""

    def invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Words that no article supports, after a while."""
        sleep(THINKS_S)
        return {"text": f"About {len(asked['question'])} letters.", "confidence": 0.1}


assistant = Slow()
