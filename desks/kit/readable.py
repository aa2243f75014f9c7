"""Texts that people read in a ticket: the packet as lines, what agents typed as plain text.

A packet that is only data is not read by somebody who has two minutes before a customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

_BREAKS = frozenset({"p", "br", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "pre"})
_SILENT = frozenset({"script", "style", "head", "title"})


def packet_text(packet: Mapping[str, Any]) -> str:
    """The packet as indented lines in its own order; what is empty is left out."""
    return "\n".join(_lines(packet, 0))


def _lines(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for name, item in value.items():
        if item is None or item == "" or item == [] or item == {} or item == ():
            continue
        label = str(name).replace("_", " ")
        if isinstance(item, Mapping):
            yield f"{pad}{label}:"
            yield from _lines(item, depth + 1)
        elif isinstance(item, list | tuple):
            yield f"{pad}{label}:"
            yield from (f"{pad}  - {_entry(one)}" for one in item)
        else:
            yield f"{pad}{label}: {item}"


def _entry(item: Any) -> str:
    """An element of a list on one line."""
    if isinstance(item, Mapping):
        return "; ".join(f"{str(name).replace('_', ' ')}: {_entry(part)}" for name, part in item.items() if part != "")
    if isinstance(item, list | tuple):
        return ", ".join(_entry(part) for part in item)
    return str(item)


def storable(text: str) -> str:
    """Text that every database and every JSON reader takes: without control characters and lone surrogates."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(c if c in "\n\t" or c.isprintable() or ord(c) >= 160 else "\ufffd" for c in whole)


def plain_text(html: str) -> str:
    """What an agent wrote in a rich-text editor, as text for a customer; nothing of it is markup any more."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects visible text; blocks begin a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
