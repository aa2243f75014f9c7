"""What the desk shows of the keyboard, and the way back to the list on a phone; `static/queue.js` does it."""

from __future__ import annotations

KEYS: tuple[tuple[str, str], ...] = (
    ("j", "next case"),
    ("k", "case before"),
    ("c", "claim the open case"),
    ("r", "write a reply"),
    ("/", "choose an approved reply"),
    ("n", "take the most urgent case"),
    ("f", "search cases"),
    ("Esc", "leave a field; on a phone, back to the list"),
    ("?", "these keys"),
)
"""Key → what it does; a test compares it with the script."""

BACK = '<button type="button" class="hr-chip hr-back" data-do="list">‹ Cases</button>'
HELP = (
    '<dialog id="hr-keys" aria-label="Keys"><h3>Keys</h3><dl class="hr-rows">'
    + "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in KEYS)
    + '</dl><form method="dialog"><button class="hr-chip">Close</button></form></dialog>'
)
