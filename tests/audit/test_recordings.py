"""Reading recordings: one bad line never costs another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit.recordings import parse_recording, parse_turns, read_lines
from states.errors import BadInput


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "recorded.jsonl"
    path.write_bytes(content)
    return path


def test_bad_lines_are_reported_with_their_number_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b'{"id": 1}\n{bad\n\n[1]\n"text"\n\xff\xfe\n{"id": 7}\n' + b"[" * 100_000 + b"\n"
    lines = list(read_lines(_file(tmp_path, content)))
    assert [line.number for line in lines if line.value is not None] == [1, 7]
    problems = {line.number: line.problem for line in lines if line.value is None}
    assert sorted(problems) == [2, 4, 5, 6, 8]
    assert "not JSON" in problems[2]
    assert "list" in problems[4]
    assert "UTF-8" in problems[6]


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    lines = list(read_lines(_file(tmp_path, b'\xef\xbb\xbf{"id": 1}\r\n{"id": 2}\r\n')))
    assert [line.value["id"] for line in lines if line.value] == [1, 2]


def test_sizes_add_up_to_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, b'{"id": 1}\n{"id": 2}')
    assert sum(line.size for line in read_lines(path)) == path.stat().st_size


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"cannot be read|directory"):
        list(read_lines(tmp_path / name))


def test_user_and_customer_mean_the_same() -> None:
    turns = parse_turns([{"role": "User", "text": "a"}, {"role": "assistant", "text": None},
                         {"role": "customer", "text": "c"}])  # fmt: skip
    assert [turn.index for turn in turns if turn.by_customer] == [0, 2]


def test_a_single_text_is_a_conversation_of_one_turn() -> None:
    recording = parse_recording({"id": 5, "text": "hello", "language": "de"})
    assert (recording.id, recording.language) == ("5", "de")
    assert [turn.text for turn in recording.customer_turns] == ["hello"]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"id": None, "text": "a"},
        {"id": True, "text": "a"},
        {"id": " ", "text": "a"},
        {"id": "a"},
        {"id": "a", "turns": []},
        {"id": "a", "turns": "hello"},
        {"id": "a", "turns": ["hello"]},
        {"id": "a", "turns": [{"role": "king", "text": "a"}]},
        {"id": "a", "turns": [{"role": "user"}]},
        {"id": "a", "turns": [{"role": ["user"], "text": "a"}]},
    ],
)
def test_a_recording_that_cannot_be_used_is_refused_in_words(value: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        parse_recording(value)
