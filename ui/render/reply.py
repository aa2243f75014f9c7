"""An approved reply before it is sent: its words, with the places that are still open."""

from __future__ import annotations

import re

from service.views import TemplateView
from ui.render.text import esc

_OPEN = re.compile(r"\{(\w+)\}")


def filled_in(text: str) -> frozenset[str]:
    """The names of the places that are open in it."""
    return frozenset(_OPEN.findall(text))


def preview(template: TemplateView | None) -> str:
    """The words as they will be sent, with the open places marked; what to do where none is chosen."""
    if template is None:
        return '<p class="hr-dim hr-pad">A regulated case: choose an approved reply.</p>'
    pieces = _OPEN.split(template.text)
    body = "".join(f"<mark>{esc(one)}</mark>" if number % 2 else esc(one) for number, one in enumerate(pieces))
    return f'<blockquote class="hr-approved" title="approved words">{body}</blockquote>'
