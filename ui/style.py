"""How the page looks: theme, style sheet and the small scripts, all from this machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("page.js", "compose.js", "desk.js", "queue.js", "audit.js")

PICK = "handrail.pick(element, trigger)"
"""Lets a list of buttons inside `gr.HTML` tell the server which one was clicked."""

FLEETING = """
watch('value', () => {
  clearTimeout(element.handrailFades);
  element.handrailFades = setTimeout(() => element.replaceChildren(), 60000);
});
"""
"""Takes what `gr.HTML` shows off the page after a minute."""

_SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def html(value: str = "", **options: Any) -> gr.HTML:
    """HTML of our own making in our own style sheet: without Gradio's prose styles and padding."""
    return gr.HTML(value, apply_default_css=False, **options)


@cache
def css() -> str:
    """The style sheet."""
    return (STATIC / "page.css").read_text(encoding="utf-8")


@cache
def head() -> str:
    """The scripts of the clocks, the boxes and the desk, for the page's head: inside `gr.HTML` no script runs."""
    return "".join(f"<script>{(STATIC / name).read_text(encoding='utf-8')}</script>" for name in SCRIPTS)


def theme() -> gr.themes.Base:
    """Quiet colours and the system's own fonts; nothing is downloaded."""
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        radius_size=gr.themes.sizes.radius_md,
        spacing_size=gr.themes.sizes.spacing_md,
        text_size=gr.themes.sizes.text_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        body_background_fill="#f3f5f9",
        body_background_fill_dark="#0b1120",
        block_border_width="1px",
        block_label_text_weight="600",
        button_large_text_weight="600",
        button_small_text_weight="600",
    )


def mount_options() -> dict[str, Any]:
    """Arguments for `gr.mount_gradio_app` or `launch`."""
    return {
        "theme": theme(),
        "css": css(),
        "head": head(),
        "footer_links": [],
        "show_error": False,
        "auth_message": "Sign in with your id and your token.",
    }
