"""Draws the table: an SVG for pages and documents, Mermaid and Markdown for readers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from html import escape

from states.layout import BOX_HEIGHT, BOX_WIDTH, CENTRES, HEIGHT, WIDTH, Line, line_between
from states.properties import CHECKS
from states.table import BESIDE, CLOCKS, INITIAL, TABLE, VOICES, Transition
from states.vocabulary import Event, Role, State, Voice

FITTED = 0.58
"""Width of a letter, in parts of the font size, to which the names of lit events are fitted."""
PathStep = tuple[State, Event, State]
Pair = tuple[State, State]

_KINDS: dict[Voice, tuple[str, str, str]] = {
    Voice.ASSISTANT: ("assistant", "#dbeafe", "#2563eb"),
    Voice.APPROVED_ONLY: ("approved", "#e0f2fe", "#0891b2"),
    Voice.SCRIPT_ONLY: ("script", "#fee2e2", "#dc2626"),
    Voice.NOTICES_ONLY: ("notices", "#ffedd5", "#ea580c"),
    Voice.AGENT: ("agent", "#dcfce7", "#15803d"),
    Voice.SPECIALIST: ("specialist", "#ede9fe", "#7c3aed"),
    Voice.SURVEY_ONLY: ("survey", "#e9edf2", "#64748b"),
}
"""Class, fill and border of a state: blue where a machine speaks, red and orange nobody, green and violet a person."""

_LIGHT = {"paper": "#ffffff", "ink": "#334155", "line": "#94a3b8", "lit": "#be185d"}
_DARK = {"paper": "#0f172a", "ink": "#cbd5e1", "line": "#64748b", "lit": "#f472b6"}


def _colour(name: str) -> str:
    return f"var(--hr-{name},{_LIGHT[name]})"


def _root(compact: bool) -> str:
    """Class of the drawing: both sizes may stand on one page, and styles inside an SVG hold for the page."""
    return "hr-compact" if compact else "hr-large"


def _style(compact: bool) -> str:
    root = f".{_root(compact)}"
    name, label, voice, stroke = (26, 21, 0, 2.2) if compact else (16, 11.5, 11.5, 1.4)
    dark = "".join(f"--hr-{key}:{value};" for key, value in _DARK.items())
    kinds = "".join(f"{root} .{kind}{{fill:{fill};stroke:{edge}}}" for kind, fill, edge in _KINDS.values())
    return (
        f"{root} text{{font-family:Roboto,system-ui,sans-serif;text-anchor:middle}}"
        f"{root} .paper{{fill:{_colour('paper')}}}"
        f"{root} .box{{stroke-width:{1.3 * stroke:.1f}}}{kinds}"
        f"{root} .present{{stroke-width:{3.2 * stroke:.1f}}}"
        f"{root} .halo{{fill:none;stroke-opacity:.35;stroke-width:{8 * stroke:.0f}}}"
        f"{root} .name{{fill:#0f172a;font-size:{name}px;font-weight:700}}"
        f"{root} .voice{{fill:#334155;font-size:{voice}px}}{root} .stays{{fill:#475569;font-size:10px}}"
        f"{root} .here{{fill:#9d174d;font-weight:700;font-size:11px}}"
        f"{root} .line{{fill:none;stroke:{_colour('line')};stroke-width:{stroke}}}"
        f"{root} .dim{{stroke-opacity:.55}}"
        f"{root} .lit{{fill:none;stroke:{_colour('lit')};stroke-width:{2.4 * stroke:.1f}}}"
        f"{root} .label{{fill:{_colour('ink')};font-size:{label}px;"
        f"stroke:{_colour('paper')};stroke-width:4px;stroke-linejoin:round;paint-order:stroke}}"
        f"{root} .start{{text-anchor:start}}{root} .end{{text-anchor:end}}"
        f"{root} .told{{fill:{_colour('lit')};font-weight:700}}"
        f"{root} .badge{{fill:{_colour('lit')};stroke:{_colour('paper')};stroke-width:1.5}}"
        f"{root} .number{{fill:{_colour('paper')};font-size:{label}px;font-weight:700}}"
        f"{root} .tip{{fill:{_colour('line')}}}{root} .tip-lit{{fill:{_colour('lit')}}}"
        f".dark .hr-graph{{{dark}}}@media(prefers-color-scheme:dark){{svg.hr-graph:root{{{dark}}}}}"
    )


def _events_by_pair(table: Sequence[Transition]) -> dict[Pair, tuple[Event, ...]]:
    """The events that lead from one state to another, in the table's order."""
    pairs: dict[Pair, dict[Event, None]] = {}
    for row in table:
        pairs.setdefault((row.source, row.target), {})[row.event] = None
    return {pair: tuple(events) for pair, events in pairs.items()}


class _Drawing:
    """One SVG in the making."""

    def __init__(
        self, table: Sequence[Transition], present: State | None, path: Sequence[PathStep], compact: bool, first: int
    ) -> None:
        self.pairs = _events_by_pair(table)
        self.present = present
        self.compact = compact
        self.size = 21 if compact else 11.5
        self.lit: dict[Pair, list[tuple[int, Event]]] = {}
        for number, (source, event, target) in enumerate(path, first):
            self.lit.setdefault((source, target), []).append((number, event))

    def parts(self) -> Iterator[str]:
        """The elements, back to front."""
        moving = [pair for pair in self.pairs if pair[0] is not pair[1]]
        for pair in sorted(moving, key=lambda pair: pair in self.lit):
            yield self._line(pair)
        for state in CENTRES:
            yield self._state(state)
        for pair in sorted(self.pairs, key=lambda pair: pair in self.lit):
            if pair[0] is not pair[1]:
                yield from self._label(pair, line_between(*pair))

    def _line(self, pair: Pair) -> str:
        lit = pair in self.lit
        kind = "lit" if lit else "line dim" if self.lit else "line"
        tip = f"{_root(self.compact)}-tip{'-lit' if lit else ''}"
        return f'<path class="{kind}" d="{line_between(*pair).path}" marker-end="url(#{tip})"/>'

    def _state(self, state: State) -> str:
        x, y = CENTRES[state]
        kind = _KINDS[VOICES[state]][0]
        left, top = x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2
        frame = f'x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="14"'
        here = state is self.present
        halo = f'<rect class="{kind} halo" {frame}/>' if here else ""
        box = f'<rect class="{kind} box{" present" if here else ""}" {frame}/>'
        title = f"<title>{state.value}: {escape(VOICES[state].value)}</title>"
        return f"<g>{title}{halo}{box}{''.join(self._words(state, x, y))}</g>"

    def _words(self, state: State, x: int, y: int) -> Iterator[str]:
        """What stands in a box: its name, in the large drawing also the voice and the events that stay."""
        lit = self.lit.get((state, state), [])
        if lit:
            numbers = [number for number, _ in lit]
            yield self._badge(numbers, x - BOX_WIDTH / 2 + 6, y - BOX_HEIGHT / 2 + self.size * 0.35)
        if self.compact:
            yield from self._compact_words(state, x, y)
            return
        voice = _wrapped(VOICES[state].value, 24)
        stays = self.pairs.get((state, state), ())
        top = y + 6 - 7 * (len(voice) + bool(stays))
        yield _text("name", x, top, state.value)
        for index, line in enumerate(voice, 1):
            yield _text("voice", x, top + 2 + 14 * index, line)
        if stays:
            told = f"+ {len(stays)} event{'s stay' if len(stays) > 1 else ' stays'} here"
            text = lit[-1][1].value if lit else told
            yield _text("stays here" if lit else "stays", x, top + 2 + 14 * (len(voice) + 1), text)

    def _compact_words(self, state: State, x: int, y: int) -> Iterator[str]:
        lines = state.value.split("_")
        top = y + 9 - 13 * (len(lines) - 1)
        for index, line in enumerate(lines):
            yield _text("name", x, top + 27 * index, line)

    def _label(self, pair: Pair, line: Line) -> Iterator[str]:
        """The events of a line, one below the other; the lit ones with their numbers."""
        lit: dict[Event, list[int]] = {}
        for number, event in self.lit.get(pair, []):
            lit.setdefault(event, []).append(number)
        if self.compact:
            yield from self._plates(lit, line)
            return
        events = self.pairs[pair]
        step = self.size + 1.5
        top = line.at[1] - step * (len(events) - 1) / 2 + self.size * 0.35
        kind = "label" if line.anchor == "middle" else f"label {line.anchor}"
        for index, event in enumerate(events):
            y = top + step * index
            if event not in lit:
                yield _text(kind, line.at[0], y, event.value)
                continue
            left = _left(line.at[0], len(event.value) * self.size * FITTED, line.anchor)
            half = self._badge_width(lit[event]) / 2
            yield self._badge(lit[event], max(left - half - 2, half), y)
            yield self._fitted(kind, line.at[0], y, event)

    def _plates(self, lit: dict[Event, list[int]], line: Line) -> Iterator[str]:
        """A plate with number and name for each lit event; the name is fitted to it, whatever font there is."""
        x, middle = line.plate_at or line.at
        height = self.size * 1.4
        for index, (event, numbers) in enumerate(lit.items()):
            badge, name = self._badge_width(numbers), len(event.value) * self.size * FITTED
            centre = middle + (height + 2) * (index - (len(lit) - 1) / 2)
            left = _left(x, badge + name + 9, line.plate_anchor)
            y = centre + self.size * 0.35
            yield (
                f'<rect class="paper plate" x="{left:.1f}" y="{centre - height / 2:.1f}" '
                f'width="{badge + name + 9:.1f}" height="{height:.1f}" rx="{height / 2:.1f}"/>'
            )
            yield self._badge(numbers, left + badge / 2, y)
            yield self._fitted("label start", left + badge + 4, y, event)

    def _fitted(self, kind: str, x: float, y: float, event: Event) -> str:
        """A lit event's name, fitted to one width in every font, so that no number has to guess where it begins."""
        width = len(event.value) * self.size * FITTED
        return (
            f'<text class="{kind} told" x="{x:g}" y="{y:.1f}" textLength="{width:.1f}" '
            f'lengthAdjust="spacingAndGlyphs">{event.value}</text>'
        )

    def _badge_width(self, numbers: list[int]) -> float:
        return max(1.35, 0.6 + 0.56 * len(",".join(map(str, numbers)))) * self.size

    def _badge(self, numbers: list[int], x: float, y: float) -> str:
        text = ",".join(map(str, numbers))
        height, width = self.size * 1.35, self._badge_width(numbers)
        frame = f'x="{x - width / 2:.1f}" y="{y - self.size * 1.02:.1f}" width="{width:.1f}" height="{height:.1f}"'
        return f'<rect class="badge" {frame} rx="{height / 2:.1f}"/>{_text("number", x, y, text)}'


def _left(x: float, width: float, anchor: str) -> float:
    """Where something this wide begins whose start, middle or end stands at `x`."""
    return x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{round(y, 1):g}">{escape(text)}</text>'


def _wrapped(text: str, width: int) -> list[str]:
    """One line, or two split at the comma or word nearest to the middle."""
    if len(text) <= width:
        return [text]
    spaces = [found.start() for found in re.finditer(" ", text)]
    middle = min(spaces, key=lambda place: abs(place - len(text) / 2) - (6 if text[place - 1] == "," else 0))
    return [text[:middle], text[middle + 1 :]]


def svg(
    table: Sequence[Transition] = TABLE,
    *,
    present: State | None = None,
    path: Sequence[PathStep] = (),
    compact: bool = False,
    first: int = 1,
) -> str:
    """The graph as one SVG element without scripts; `present` glows, the steps of `path` are lit and numbered.

    `first` is the number of the first of them.

    Colours follow the page: a `.dark` ancestor, or `--hr-paper`, `--hr-ink`, `--hr-line`, `--hr-lit` set on it.
    `compact` has larger names and labels only for lit lines, to be read at 420 pixels.
    """
    shown = f"; the conversation is in {present.value}" if present else ""
    tips = "".join(
        f'<marker id="{_root(compact)}-{kind}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="{size}" '
        f'markerHeight="{size}" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="{kind}" d="M0,0L10,5L0,10L2.5,5z"/></marker>'
        for kind, size in (("tip", 11 if compact else 9), ("tip-lit", 15 if compact else 13))
    )
    body = "".join(_Drawing(table, present, path, compact, first).parts())
    return (
        f'<svg class="hr-graph {_root(compact)}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" '
        f'role="img" aria-label="The seven states of a conversation{shown}">'
        f"<style>{_style(compact)}</style><defs>{tips}</defs>"
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12"/>{body}</svg>'
    )


def png(svg_text: str, width: int = 1600) -> bytes:
    """The SVG as a PNG in light colours, with the fonts of the package `font_roboto` instead of the machine's."""
    import font_roboto  # only drawing a picture needs these two
    import resvg_py

    plain = re.sub(r"var\(--[\w-]+,([^)]*)\)", r"\1", svg_text)
    plain = re.sub(r"\.dark \.hr-graph\{[^}]*\}@media\([^)]*\)\{[^}]*\}\}", "", plain)
    plain = plain.replace('width="100%"', f'width="{WIDTH}"', 1)
    fonts = [font_roboto.Roboto, font_roboto.RobotoBold]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=plain, width=width, skip_system_fonts=True, font_files=fonts, font_family="Roboto"
        )
    )


def mermaid(table: Sequence[Transition] = TABLE) -> str:
    """The graph as a Mermaid state diagram; events that stay in a state are left out."""
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {INITIAL.value}"]
    lines += [f"    {state.value}: {state.value}<br/>{VOICES[state].value}" for state in State]
    for (source, target), events in _events_by_pair(table).items():
        if source is not target:
            lines.append(f"    {source.value} --> {target.value}: {'<br/>'.join(event.value for event in events)}")
    return "\n".join(lines) + "\n"


def markdown(table: Sequence[Transition] = TABLE) -> str:
    """The page `docs/states.md`."""
    states = [
        (
            f"`{state.value}`",
            VOICES[state].value,
            CLOCKS[state][0].value,
            f"`{CLOCKS[state][1].value}`",
            ", ".join(f"{clock.value}: `{event.value}`" for clock, event in BESIDE.get(state, ())) or "–",
        )
        for state in State
    ]
    rows = [
        (
            f"`{row.source.value}`",
            f"`{row.event.value}`",
            ", ".join(role.value for role in row.roles),
            row.guard.name,
            f"`{row.target.value}`",
            ", ".join(effect.value for effect in row.effects) or "–",
        )
        for row in table
    ]
    return "\n".join(
        [
            "# The states of a conversation\n",
            "Generated from `states/table.py` by `python -m states.diagram > docs/states.md`; a test compares them. "
            "What holds for every path through this table is proved by `python -m states.check`.\n",
            f"```mermaid\n{mermaid(table)}```\n",
            "## Who speaks, and which clock runs\n",
            _grid(("state", "voice", "clock", "the clock causes", "may run beside it"), states),
            "## Who may cause what\n",
            "A role may cause an event in the states named; empty means never.\n",
            _grid(("event", *(role.value for role in Role)), list(_matrix(table))),
            "## Every transition\n",
            _grid(("in", "when", "by", "if", "go to", "and"), rows),
            "## What is proved\n",
            "For every situation that any sequence of these events can reach, and every value of the facts:\n",
            "\n".join(f"- {statement}" for _, statement, _ in CHECKS) + "\n",
        ]
    )


def _matrix(table: Sequence[Transition]) -> Iterator[tuple[str, ...]]:
    for event in Event:
        cells = []
        for role in Role:
            sources = dict.fromkeys(row.source for row in table if row.event is event and role in row.roles)
            cells.append(", ".join(source.value for source in sources))
        yield (f"`{event.value}`", *cells)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
