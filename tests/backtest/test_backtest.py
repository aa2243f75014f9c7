"""What a policy would do with recorded rows: the same sums however they are divided, and in whoever's hands."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import distributed
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import main
from audit.backtest import tally as tallies
from audit.backtest.judged import Pair
from audit.backtest.page import page
from audit.backtest.parts import Plan, plan
from audit.backtest.run import Kept, backtest
from audit.backtest.stored import Stored
from audit.backtest.tally import Became, Flip, Tally, flipped
from audit.backtest.work import Judged, Maker, here, in_processes, judge_part, on_dask
from audit.confusion import Labels
from audit.evaluation import evaluate
from audit.record_file import read_records
from audit.recorded_turn import RecordedRules
from audit.recordings import parse_line, read_lines
from policy.loader import LoadedPolicy
from states.errors import BadInput, DependencyFault
from tests.audit.recorded.record import FILE
from tests.backtest import pairs
from tests.components import SOAK

SECRET = "Sommer2024"
SOONER = "handover sooner"


def _file(folder: Path, count: int = 230, extra: bytes = b"") -> Path:
    path = folder / "rows.jsonl"
    lines = [json.dumps(row).encode() + b"\n" for row in pairs.rows(count)]
    lines.insert(count // 2, b"{no json\n\n")
    path.write_bytes(b"".join(lines) + extra)
    return path


def _run(path: Path, parts: Plan, work: Any, folder: Path, flips: Path | None = None) -> Tally:
    kept = Kept.under(folder, parts, "key")
    return backtest(parts, kept, work, flips, lambda size: None)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _file(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def parts(rows: Path) -> Plan:
    return plan(rows, rows=20)


@pytest.fixture(scope="module")
def alone(rows: Path, parts: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("alone")
    return _run(rows, parts, lambda missing: here(pairs.maker(), missing, rows), folder).figures()


@given(st.binary(max_size=400), st.integers(min_value=1, max_value=5))
def test_parts_are_the_file_and_their_lines_are_its_lines(tmp_path_factory: Any, content: bytes, most: int) -> None:
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_bytes(content)
    found = plan(path, rows=most)
    assert b"".join(part.read(path) for part in found.parts) == content
    assert all(one.start + one.size == two.start for one, two in pairwise(found.parts))
    assert [line for part in found.parts for line in part.lines(part.read(path))] == [*read_lines(path)]


def test_sums_do_not_depend_on_how_the_rows_are_divided(rows: Path, tmp_path: Path, alone: dict[str, Any]) -> None:
    pair = pairs.pair()
    whole = Tally()
    flips = [*pair.judge(read_lines(rows), whole)]
    assert whole.figures() == alone
    assert whole.examples.keys() == whole.flips.keys()
    assert len(flips) == sum(whole.flips.values()) > 50
    for size in (1, 7, 1000):
        total = Tally()
        for part in reversed(plan(rows, rows=size).parts):
            found = Tally()
            assert all(isinstance(one, Flip) for one in pair.judge(part.lines(part.read(rows)), found))
            total.add(Tally.read(json.loads(json.dumps(found.as_json()))))
        assert total == whole


def test_each_side_is_what_an_evaluation_of_its_policy_finds(rows: Path, alone: dict[str, Any]) -> None:
    pair = pairs.pair()
    for side, judge in (("old", pair.old), ("new", pair.new)):
        figures, found = evaluate(read_lines(rows), judge, io.StringIO()).figures(), alone[side]
        messages, conversations = figures["messages"], figures["conversations"]
        for name in ("recall", "false_positive_rate", "leak_rate", "answered_of_routine"):
            assert found["messages"][name] == messages[name]
        for name in ("recall", "false_positive_rate"):
            assert found["conversations"][name] == conversations[name]
        assert found["timing"]["moments"] == conversations["moments"]
        assert found["timing"]["GT-II"] == conversations["timing"]["GT-II"]


def test_what_flips_is_told_with_its_rules_and_its_direction(rows: Path, parts: Plan, tmp_path: Path) -> None:
    target = tmp_path / "flips.jsonl"
    found = _run(rows, parts, lambda missing: here(pairs.maker(), missing, rows), tmp_path / "kept", target)
    flips = [json.loads(line) for line in target.read_text().splitlines()]
    texts = {str(row["id"]): json.dumps(row) for row in pairs.rows(230)}
    assert {one["id"] for one in flips} == {name for name, row in texts.items() if re.search("human please|blue", row)}
    assert all(one["toward"] == ("blue" in texts[one["id"]]) for one in flips)
    assert all(one["gained"] if one["toward"] else one["lost"] for one in flips)
    assert [one["line"] for one in flips] == sorted(one["line"] for one in flips)
    assert not any("text" in one for one in flips)
    assert found.right == {"worse": len(flips)}, "the change is for the worse by every label"
    assert found.bad == 1
    assert found.problems[0][0] == 116
    assert not [*(tmp_path / "kept").iterdir()], "what was kept meanwhile is gone"


def test_two_processes_find_the_same_also_where_one_is_killed(
    rows: Path, parts: Plan, tmp_path: Path, alone: dict[str, Any]
) -> None:
    marker = tmp_path / "died"
    found = _run(rows, parts, lambda missing: in_processes(pairs.maker(marker), missing, rows, 2), tmp_path / "kept")
    assert marker.exists()
    assert found.figures() == alone


def test_a_part_that_kills_every_process_is_named(rows: Path, parts: Plan) -> None:
    with pytest.raises(DependencyFault, match="the lines from 1;"):
        assert not [*in_processes(Maker(key="deadly", make=pairs.deadly), parts.parts[:1], rows, 1)]


def test_an_interrupted_run_goes_on_where_it_was(
    rows: Path, parts: Plan, tmp_path: Path, alone: dict[str, Any]
) -> None:
    asked: list[int] = []

    def interrupted(missing: Any) -> Iterator[Judged]:
        for number, part in enumerate(missing):
            if number == 4:
                raise KeyboardInterrupt
            asked.append(part.number)
            yield judge_part(pairs.maker(), part, part.read(rows))

    def rest(missing: Any) -> Iterator[Judged]:
        asked.extend(part.number for part in missing)
        return here(pairs.maker(), missing, rows)

    target = tmp_path / "flips.jsonl"
    with pytest.raises(KeyboardInterrupt):
        _run(rows, parts, interrupted, tmp_path / "kept", target)
    assert not target.exists()
    assert _run(rows, parts, rest, tmp_path / "kept", target).figures() == alone
    assert asked == [part.number for part in parts.parts], "nothing is judged twice"


def test_another_policy_or_another_file_does_not_go_on_with_these_parts(
    rows: Path, parts: Plan, tmp_path: Path
) -> None:
    folders = {Kept.under(tmp_path, parts, "key").folder, Kept.under(tmp_path, parts, "other").folder}
    rows.touch()
    changed = _file(tmp_path, extra=b"{}\n")
    folders.add(Kept.under(tmp_path, plan(changed, rows=20), "key").folder)
    assert len(folders) == 3
    assert Kept.under(tmp_path, plan(rows, rows=20), "key").folder in folders


@pytest.mark.parametrize("dies", [False, True] if SOAK else [False])
def test_a_dask_cluster_finds_the_same(
    dies: bool, rows: Path, parts: Plan, tmp_path: Path, alone: dict[str, Any]
) -> None:
    """In threads of this process; for the campaign in processes of their own, the first of which dies."""
    marker = tmp_path / "died" if dies else None
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=dies,
        dashboard_address=None,
        **({"host": "127.0.0.1"} if dies else {}),
    )
    try:
        work = partial(on_dask, pairs.maker(marker), path=rows, address=cluster.scheduler_address)
        found = _run(rows, parts, work, tmp_path / "kept")
    finally:
        cluster.close()
    assert marker is None or marker.exists()
    assert found.figures() == alone


def test_a_scheduler_that_does_not_answer_is_named(rows: Path, parts: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.backtest.work.SCHEDULER_WITHIN", "500ms")
    with pytest.raises(BadInput, match="no Dask scheduler answers"):
        assert not [*on_dask(pairs.maker(), parts.parts, rows, "tcp://127.0.0.1:1")]


@pytest.mark.parametrize(
    ("old", "new", "toward", "told"),
    [
        (Became(outcome="answer"), Became(outcome="guard"), True, ("answer", "guard")),
        (Became(outcome="handover"), Became(outcome="answer"), False, ("handover", "answer")),
        (Became(outcome="kept"), Became(outcome="handover", turn=4), True, ("kept", "handover")),
        (Became(outcome="handover", turn=4), Became(outcome="kept"), False, ("handover", "kept")),
        (Became(outcome="handover", turn=4), Became(outcome="handover", turn=2), True, ("handover", SOONER)),
        (
            Became(outcome="handover", turn=2),
            Became(outcome="handover", turn=4),
            False,
            ("handover sooner", "handover"),
        ),
        (Became(outcome="held"), Became(outcome="said"), False, ("held", "said")),
    ],
)
def test_a_flip_has_a_direction(old: Became, new: Became, toward: bool, told: tuple[str, str]) -> None:
    flip = flipped(1, {"id": "a"}, "message", (old, new), str)
    assert flip is not None
    assert (flip.toward, (flip.old, flip.new)) == (toward, told)
    assert flipped(1, {}, "message", (old, old), str) is None


@pytest.mark.parametrize(("right", "better"), [(2, {"better": 1}), (4, {"worse": 1}), (3, {}), (None, {})])
def test_of_two_handovers_the_nearer_to_the_right_turn_is_the_better(right: int | None, better: dict[str, int]) -> None:
    sides = Became(outcome="handover", turn=4), Became(outcome="handover", turn=2)
    labels = Labels(label="handover", triggers=frozenset(), tier="", source="", handoff_turn=right)
    tally = Tally()
    tally.count(flipped(1, {}, "conversation", sides, str), "conversation", sides, labels)
    assert tally.right == better


def test_examples_are_masked_bounded_and_escaped_on_the_page() -> None:
    tally, texts = Tally(), [f"human please <script>{number}</script>, my password is {SECRET}" for number in range(40)]
    lines = io.StringIO("".join(json.dumps({"id": "<u>", "text": text}) + "\n" for text in texts)).getvalue()
    part = plan_of(lines)
    flips = [*pairs.pair().judge(part, tally)]
    about = {"new": {"name": "<i>", "hash": "0" * 64}, "old": {"name": "old", "hash": "1" * 64},
             "closed_world": False, "recogniser": False, "seconds": 1.0}  # fmt: skip
    made = page(about, tally)
    assert len(flips) == 40
    assert len(tally.examples[f"message: {flips[0].old} → {flips[0].new}"]) == tallies.EXAMPLES
    assert SECRET not in made
    assert SECRET not in json.dumps(tally.as_json())
    assert not re.search(r"<(script|u|i)>", made)
    assert "&lt;script&gt;" in made
    assert not re.search(r"https?://", made), "the page stands by itself"


def plan_of(text: str) -> Any:
    """The lines of a text."""
    return [parse_line(number, line.encode()) for number, line in enumerate(text.splitlines(), 1)]


def test_recorded_conversations_are_lived_again_under_the_other_policy() -> None:
    records = [one for one in read_records(FILE) if len({event.policy_hash for event in one.events}) == 1]
    policies = RecordedRules()
    own = {one.id: policies.of(one, one.events[0].policy_hash).loaded for one in records}
    same, other = Stored(), Stored()
    assert [flip for one in records for flip in same.live([one], own[one.id])] == [], "each under its own policy"
    sooner = [flip for one in records for flip in other.live([one], _changed(own[one.id], guard={"misses": 1}))]
    assert same.conversations == other.conversations == len(records) > 50
    assert len(sooner) > 5
    assert {flip.toward for flip in sooner} == {True}
    assert other.tally.gained["answer.second_miss"] > 5
    before, then = (one.figures()["handovers"] for one in (other.tally.old, other.tally.new))
    assert 5 < then - before <= len(sooner)
    assert same.tally.rows > 100
    deaf = Stored()
    for one in records:
        others = tuple(trigger for trigger in own[one.id].policy.triggers if trigger.id != "person.request")
        assert [*deaf.live([one], _changed(own[one.id], triggers=others))] == []
    lost = sum(deaf.unknown.values())
    assert lost > 0, "what nobody asked the recogniser then is not known, and not made up"
    assert deaf.tally.rows + lost == same.tally.rows


def _changed(loaded: LoadedPolicy, guard: dict[str, Any] | None = None, **changes: Any) -> LoadedPolicy:
    """The policy with other values, under a hash of its own."""
    changes |= {"guard": loaded.policy.guard.model_copy(update=guard)} if guard else {}
    return replace(loaded, policy=loaded.policy.model_copy(update=changes), hash=f"{len(repr(changes)):064}")


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        main(["backtest", *arguments])
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_writes_page_flips_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = tmp_path / "mine.yaml"
    child.write_text(
        "handrail: 1\nname: mine\nextends: default\ntriggers:\n  - id: house.tortoise\n    family: contract_terms\n"
        "    reason: Tortoises are for a person.\n    any: [{phrases: {en: [tortoise]}}]\n    action: handover\n"
        "    severity: low\n    sla: standard\n    route: {team: pets}\n"
        "    vectors: {positive: [my tortoise], negative: [hello there]}\n"
    )
    file = tmp_path / "rows.jsonl"
    rows = [
        {"id": number, "text": text} for number, text in enumerate(["my tortoise is slow", "thanks", "a human please"])
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    target, html = tmp_path / "flips.jsonl", tmp_path / "page.html"
    code, out, _ = _told(
        capsys, str(child), "--data", str(file), "--words", "--workers", "1", "--json",
        "--data-dir", str(tmp_path / "d"), "--flips", str(target), "--html", str(html),
    )  # fmt: skip
    figures = json.loads(out)
    assert code == 0
    assert figures["flips"] == {"message: answer → handover": 1}
    assert figures["gained"] == {"house.tortoise": 1}
    assert figures["new"]["teams"]["pets"] == 1
    assert "pets" not in figures["old"]["teams"]
    assert json.loads(target.read_text())["id"] == "0"
    assert "house.tortoise" in html.read_text()
    assert os.listdir(tmp_path / "d" / "backtests") == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["default"], "--data FILE"),
        (["default", "--data", "x", "--store"], "--store"),
        (["default", "--store", "--words"], "leave out"),
        (["default", "--data", "nowhere.jsonl"], "cannot be read"),
        (["nowhere", "--data", "x"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(
    arguments: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _told(capsys, *arguments, "--data-dir", str(tmp_path))
    assert (code, out) == (2, "")
    assert why in err


def test_a_pair_is_made_once_in_a_process(rows: Path, parts: Plan) -> None:
    made: list[Pair] = []

    def counted() -> Pair:
        made.append(pairs.pair())
        return made[-1]

    assert len([*here(Maker(key="counted", make=partial(counted)), parts.parts, rows)]) == len(parts.parts)
    assert len(made) == 1
