"""Where the seven states and the lines between them are drawn: presentation only, no transition is written here.

A pair that the table has and this file has not is drawn as a straight line, so a new row is never invisible."""

from __future__ import annotations

from dataclasses import dataclass

from states.vocabulary import State

WIDTH, HEIGHT = 1000, 545
BOX_WIDTH, BOX_HEIGHT = 172, 74

S = State

CENTRES: dict[State, tuple[int, int]] = {
    S.BOT_HANDLING: (124, 120),
    S.GUARDED: (124, 400),
    S.TRIGGERED: (352, 262),
    S.HANDED_OFF: (612, 262),
    S.AGENT_VERIFYING: (866, 94),
    S.ESCALATED: (866, 262),
    S.RESOLVED: (866, 442),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """How one pair of states is joined: an SVG path, and where the middle of its label stands."""

    path: str
    at: tuple[float, float]
    anchor: str = "middle"
    """start, middle or end: which side of the label stands there."""
    plate_at: tuple[float, float] | None = None
    """Where the plate of a lit event stands in the compact drawing; beside the line rather than on it."""
    plate_anchor: str = "middle"
    """Which side of the plate stands there."""


LINES: dict[tuple[State, State], Line] = {
    (S.BOT_HANDLING, S.GUARDED): Line(path="M82,157V361", at=(82, 238), plate_at=(14, 208), plate_anchor="start"),
    (S.GUARDED, S.BOT_HANDLING): Line(path="M166,363V159", at=(166, 280), plate_at=(262, 318), plate_anchor="end"),
    (S.BOT_HANDLING, S.TRIGGERED): Line(
        path="M210,128C270,128 326,150 334,223", at=(288, 150), plate_at=(320, 132), plate_anchor="start"
    ),
    (S.GUARDED, S.TRIGGERED): Line(
        path="M210,392C270,392 326,372 334,301", at=(288, 372), plate_at=(326, 398), plate_anchor="start"
    ),
    (S.TRIGGERED, S.HANDED_OFF): Line(path="M438,262H524", at=(481, 209), plate_at=(482, 196)),
    (S.TRIGGERED, S.ESCALATED): Line(path="M392,299C422,372 734,372 808,301", at=(560, 353), plate_at=(540, 376)),
    (S.HANDED_OFF, S.AGENT_VERIFYING): Line(
        path="M626,225C638,138 704,94 778,90", at=(674, 132), plate_at=(646, 98), plate_anchor="end"
    ),
    (S.AGENT_VERIFYING, S.HANDED_OFF): Line(
        path="M796,131C784,172 712,172 676,223", at=(742, 170), plate_at=(722, 166)
    ),
    (S.HANDED_OFF, S.ESCALATED): Line(path="M698,250H778", at=(738, 229), plate_at=(738, 203)),
    (S.ESCALATED, S.HANDED_OFF): Line(path="M780,274H700", at=(738, 287), plate_at=(738, 322)),
    (S.AGENT_VERIFYING, S.ESCALATED): Line(
        path="M934,131V223", at=(929, 159), anchor="end", plate_at=(992, 158), plate_anchor="end"
    ),
    (S.ESCALATED, S.AGENT_VERIFYING): Line(
        path="M802,225V133", at=(807, 209), anchor="start", plate_at=(992, 198), plate_anchor="end"
    ),
    (S.AGENT_VERIFYING, S.RESOLVED): Line(
        path="M952,94H958Q968,94 968,104V432Q968,442 958,442H954",
        at=(964, 370),
        plate_at=(994, 334),
        plate_anchor="end",
    ),
    (S.ESCALATED, S.RESOLVED): Line(path="M836,299V401", at=(836, 344), plate_at=(826, 372), plate_anchor="end"),
    (S.RESOLVED, S.HANDED_OFF): Line(
        path="M780,430C690,422 634,378 622,301", at=(680, 396), plate_at=(644, 416), plate_anchor="end"
    ),
    (S.GUARDED, S.RESOLVED): Line(path="M210,412C380,466 600,464 778,454", at=(440, 447)),
    (S.BOT_HANDLING, S.RESOLVED): Line(
        path="M38,134H34Q24,134 24,144V498Q24,508 34,508H836Q846,508 846,498V479", at=(440, 508), plate_at=(440, 490)
    ),
    (S.RESOLVED, S.BOT_HANDLING): Line(
        path="M890,479V520Q890,530 880,530H20Q10,530 10,520V116Q10,106 20,106H36", at=(620, 530), plate_at=(620, 524)
    ),
    (S.AGENT_VERIFYING, S.BOT_HANDLING): Line(
        path="M830,57V52Q830,42 820,42H148Q138,42 138,52V81", at=(440, 42), plate_at=(440, 42)
    ),
    (S.ESCALATED, S.BOT_HANDLING): Line(
        path="M952,252H974Q984,252 984,242V26Q984,16 974,16H116Q106,16 106,26V81", at=(620, 16), plate_at=(640, 20)
    ),
}


def line_between(source: State, target: State) -> Line:
    """The hand-placed line, or a straight one between the borders of the boxes."""
    placed = LINES.get((source, target))
    if placed is not None:
        return placed
    (x1, y1), (x2, y2) = CENTRES[source], CENTRES[target]
    dx, dy = x2 - x1, y2 - y1
    part = min(BOX_WIDTH / 2 / abs(dx) if dx else 1, BOX_HEIGHT / 2 / abs(dy) if dy else 1)
    path = f"M{x1 + dx * part:.0f},{y1 + dy * part:.0f}L{x2 - dx * part:.0f},{y2 - dy * part:.0f}"
    return Line(path=path, at=((x1 + x2) / 2, (y1 + y2) / 2))
