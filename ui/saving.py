"""Files between the page and whoever reads it: one to save, one to try. Neither touches a disk of this machine."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, dataclass

import gradio as gr

from audit.export import Export
from ui.render.text import esc
from ui.style import html

LONGEST = 2_000_000
"""Characters of a file that are taken."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A file for the browser to save."""

    number: int
    """Of the look under which it was made: no two are the same."""
    name: str
    media_type: str
    base64: str

    @staticmethod
    def of(file: Export, number: int) -> Saved:
        """As the browser takes it."""
        return Saved(
            number=number, name=file.name, media_type=file.media_type, base64=b64encode(file.content).decode()
        )  # fmt: skip

    def text(self) -> str:
        """As the browser reads it (`static/audit.js`)."""
        return json.dumps(asdict(self))


def saver() -> gr.HTML:
    """The component whose value is the last `Saved`; it shows nothing."""
    return html(
        html_template="<i hidden></i>", js_on_load="watch('value', () => handrail.save(props.value))", visible="hidden"
    )


def file_box(label: str, *, accept: str, elem_id: str) -> gr.HTML:
    """A button that lets a text file be chosen and sends what stands in it."""
    drawn = (
        f'<label class="hr-file hr-chip">{esc(label)}'
        f'<input type="file" accept="{esc(accept)}" aria-label="{esc(label)}"></label>'
    )
    return html(drawn, js_on_load="handrail.file(element, trigger)", elem_id=elem_id)


def file_of(event: gr.EventData) -> tuple[str, str] | None:
    """Text and name of the file that was chosen; None if it was something else."""
    text, name = getattr(event, "text", None), getattr(event, "name", None)
    if not isinstance(text, str) or not isinstance(name, str) or len(text) > LONGEST:
        return None
    return text, name[:100]
