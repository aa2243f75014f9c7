"""What two policies made of the rows so far: sums that add up, however the rows were divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from audit.confusion import HANDOVER, ROUTINE, Labels
from audit.metrics import Share, timing

EXAMPLES = 12
"""Flips of each kind that are kept with their words, chosen by chance, the same whatever the parts."""
PROBLEMS = 20
"""Lines that could not be read and are told one by one."""
TOLERANCES = (1, 2, 3)
RANK = {"answer": 0, "said": 0, "kept": 0, "guard": 1, "handover": 2, "held": 2}
"""How near a person each outcome is."""


@dataclass(frozen=True, kw_only=True)
class Became:
    """What one policy makes of one row."""

    outcome: str
    """answer, guard, handover of a message; kept or handover of a conversation; said or held of a reply."""
    turn: int | None = None
    """Of a conversation that is handed over: its 0-based turn."""
    rules: tuple[str, ...] = ()
    team: str = ""
    sla: str = ""


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A row of which two policies make different things."""

    line: int
    id: str
    kind: str
    old: str
    new: str
    toward: bool
    """The new policy calls a person, or calls one sooner, where the old one does not."""
    gained: tuple[str, ...]
    """Rules that fire under the new policy alone."""
    lost: tuple[str, ...]
    text: str = ""
    """The words, masked and cut."""

    @property
    def chance(self) -> str:
        """By which examples are chosen: of all flips those with the least."""
        return sha256(f"{self.line} {self.id}".encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    def without_words(self) -> dict[str, Any]:
        """The same without what the customer wrote."""
        return {name: value for name, value in self.as_json().items() if name != "text"}


@dataclass(kw_only=True)
class Side:
    """What one policy made of all rows."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """`message.answer`, `conversation.kept`, `reply.held` ... → rows."""
    rules: Counter[str] = field(default_factory=Counter)
    teams: Counter[str] = field(default_factory=Counter)
    """Handovers of messages and conversations by team."""
    classes: Counter[str] = field(default_factory=Counter)
    """The same by class of deadlines."""
    labelled: Counter[str] = field(default_factory=Counter)
    """`message.handover.answer`: what rows with a label came to."""
    moments: Counter[str] = field(default_factory=Counter)
    """on_time, early, late, missed, unwanted, rightly_none."""
    timing: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    """Sums of GT-I, GT-II and GT-III over the conversations whose right turn is known."""

    def count(self, kind: str, became: Became, labels: Labels) -> None:
        """One row more."""
        self.outcomes[f"{kind}.{became.outcome}"] += 1
        self.rules.update(became.rules)
        if became.outcome == HANDOVER and became.team:
            self.teams[became.team] += 1
            self.classes[became.sla] += 1
        if not labels.label:
            return
        self.labelled[f"{kind}.{labels.label}.{became.outcome}"] += 1
        if kind == "conversation" and (labels.label == ROUTINE or labels.handoff_turn is not None):
            self._time(labels.handoff_turn, became.turn)

    def _time(self, right: int | None, turn: int | None) -> None:
        gold, found = (() if one is None else (one,) for one in (right, turn))
        for at, tolerance in enumerate(TOLERANCES):
            self.timing[at] += timing(gold, found, tolerance)
        if right is None or turn is None:
            moment = ("rightly_none" if turn is None else "unwanted") if right is None else "missed"
        else:
            moment = "on_time" if turn == right else "early" if turn < right else "late"
        self.moments[moment] += 1

    def add(self, other: Side) -> None:
        """What another part counted."""
        for name in ("outcomes", "rules", "teams", "classes", "labelled", "moments"):
            getattr(self, name).update(getattr(other, name))
        self.timing = [a + b for a, b in zip(self.timing, other.timing, strict=True)]

    def share(self, kind: str, label: str, outcome: str) -> Share:
        """Of the rows of a kind with a label, those that came to this."""
        of = sum(count for name, count in self.labelled.items() if name.startswith(f"{kind}.{label}."))
        return Share(hits=self.labelled[f"{kind}.{label}.{outcome}"], of=of)

    def figures(self) -> dict[str, Any]:
        """Everything as plain JSON, shares with their intervals."""
        called = (count for name, count in self.outcomes.items() if name.endswith(f".{HANDOVER}"))
        found: dict[str, Any] = {
            "outcomes": dict(sorted(self.outcomes.items())), "handovers": sum(called),
            "teams": dict(self.teams.most_common()), "classes": dict(self.classes.most_common()),
        }  # fmt: skip
        for kind, wanted, kept in (
            ("message", HANDOVER, "answer"),
            ("conversation", HANDOVER, ""),
            ("reply", "held", ""),
        ):
            needing, other = ("block", "allow") if kind == "reply" else (HANDOVER, ROUTINE)
            shares = {
                "recall": self.share(kind, needing, wanted),
                "false_positive_rate": self.share(kind, other, wanted),
            }
            if kept:
                shares["leak_rate"] = self.share(kind, needing, kept)
                shares["answered_of_routine"] = self.share(kind, other, kept)
            if any(one.of for one in shares.values()):
                found[f"{kind}s"] = {name: one.as_json() for name, one in shares.items()}
                positive = shares["recall"].hits
                called_rows = positive + shares["false_positive_rate"].hits
                found[f"{kind}s"]["precision"] = Share(hits=positive, of=called_rows).as_json()
        timed = sum(self.moments.values())
        if timed:
            means = {f"GT-{'I' * t}": round(total / timed, 4) for t, total in zip(TOLERANCES, self.timing, strict=True)}
            found["timing"] = {"conversations": timed, **means, "moments": dict(sorted(self.moments.items()))}
        return found


@dataclass(kw_only=True)
class Tally:
    """Both sides, and where they differ."""

    rows: int = 0
    bad: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    """The first lines that could not be judged; both policies give them to a person, so they are no flip."""
    old: Side = field(default_factory=Side)
    new: Side = field(default_factory=Side)
    flips: Counter[str] = field(default_factory=Counter)
    """`message: answer → handover` → rows."""
    gained: Counter[str] = field(default_factory=Counter)
    """Rule of the new policy → flips toward a person in which it alone fires."""
    lost: Counter[str] = field(default_factory=Counter)
    """Rule of the old policy → flips away from a person in which it alone fired."""
    examples: dict[str, list[Flip]] = field(default_factory=dict)
    right: Counter[str] = field(default_factory=Counter)
    """Flips of labelled rows: `better` where the new policy agrees with the label, `worse` where the old one did."""

    def count(self, flip: Flip | None, kind: str, sides: tuple[Became, Became], labels: Labels) -> None:
        """One row more."""
        self.rows += 1
        self.old.count(kind, sides[0], labels)
        self.new.count(kind, sides[1], labels)
        if flip is None:
            return
        name = f"{kind}: {flip.old} → {flip.new}"
        self.flips[name] += 1
        self.gained.update(flip.gained if flip.toward else ())
        self.lost.update(() if flip.toward else flip.lost)
        self.examples[name] = _kept((*self.examples.get(name, ()), flip))
        better = is_better(flip, sides, labels)
        if better is not None:
            self.right["better" if better else "worse"] += 1

    def unread(self, line: int, problem: str) -> None:
        """One line that nobody can judge."""
        self.bad += 1
        self.problems = sorted((*self.problems, (line, problem)))[:PROBLEMS]

    def add(self, other: Tally) -> None:
        """What another part counted."""
        self.rows, self.bad = self.rows + other.rows, self.bad + other.bad
        self.problems = sorted((*self.problems, *other.problems))[:PROBLEMS]
        self.old.add(other.old)
        self.new.add(other.new)
        for name in ("flips", "gained", "lost", "right"):
            getattr(self, name).update(getattr(other, name))
        for name, flips in other.examples.items():
            self.examples[name] = _kept((*self.examples.get(name, ()), *flips))

    def as_json(self) -> dict[str, Any]:
        """Everything that `read` needs."""
        sides = {name: _plain(vars(getattr(self, name))) for name in ("old", "new")}
        examples = {name: [one.as_json() for one in flips] for name, flips in self.examples.items()}
        return {**_plain(vars(self)), **sides, "examples": examples}

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Tally:
        """A tally that was written."""
        kept = {name: [Flip(**_tuples(one)) for one in several] for name, several in value["examples"].items()}
        return cls(
            rows=value["rows"], bad=value["bad"], problems=[(line, text) for line, text in value["problems"]],
            old=_side(value["old"]), new=_side(value["new"]), examples=kept,
            **{name: Counter(value[name]) for name in ("flips", "gained", "lost", "right")},
        )  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """What is shown, as plain JSON."""
        return {
            "rows": self.rows, "bad_lines": self.bad, "problems": [list(one) for one in self.problems],
            "flips": dict(self.flips.most_common()), "flipped": sum(self.flips.values()),
            "labelled_flips": dict(self.right), "gained": dict(self.gained.most_common()),
            "lost": dict(self.lost.most_common()), "old": self.old.figures(), "new": self.new.figures(),
        }  # fmt: skip


def flipped(
    line: int, row: Mapping[str, Any], kind: str, sides: tuple[Became, Became], text: Callable[[], str]
) -> Flip | None:
    """The flip of a row, if the two policies make different things of it."""
    old, new = sides
    if (old.outcome, old.turn) == (new.outcome, new.turn):
        return None
    nearer = RANK[new.outcome] - RANK[old.outcome]
    # Of two handovers of a conversation the earlier one is nearer to a person.
    toward = nearer > 0 or (nearer == 0 and (new.turn or 0) < (old.turn or 0))
    was, now = set(old.rules), set(new.rules)
    gained, lost = (one for one in new.rules if one not in was), (one for one in old.rules if one not in now)
    return Flip(
        line=line, id=str(row.get("id", line)), kind=kind, old=_told(old, new), new=_told(new, old), toward=toward,
        gained=tuple(gained), lost=tuple(lost), text=text(),
    )  # fmt: skip


def is_better(flip: Flip, sides: tuple[Became, Became], labels: Labels) -> bool | None:
    """Whether the new policy agrees better with the label; None where there is none, or none that tells."""
    if not labels.label:
        return None
    old, new = (one.turn for one in sides)
    if old is None or new is None:
        return flip.toward == (labels.label in (HANDOVER, "block"))
    # Both call a person: the one whose turn is nearer to the right one, if that is known.
    right = labels.handoff_turn
    if right is None or abs(old - right) == abs(new - right):
        return None
    return abs(new - right) < abs(old - right)


def _told(one: Became, other: Became) -> str:
    if one.turn is None or other.turn is None:
        return one.outcome
    return "handover" if one.turn > other.turn else "handover sooner"


def _kept(flips: Iterable[Flip]) -> list[Flip]:
    return sorted(flips, key=lambda one: one.chance)[:EXAMPLES]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(found) if isinstance(found, Counter) else found for name, found in values.items()}


def _side(value: Mapping[str, Any]) -> Side:
    counters = {name: Counter(found) for name, found in value.items() if name != "timing"}
    return Side(timing=list(value["timing"]), **counters)


def _tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(found) if isinstance(found, list) else found for name, found in value.items()}
