"""The encoders: pinned, total, one pass a message; every failure of them is a DependencyFault."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoder.artefact import MANIFEST, MULTILINGUAL, SHIPPED, Artefact
from encoder.encoder import DIMENSIONS, KEPT, Encoder, Session, multilingual, shipped
from encoder.windows import MOST, WINDOW
from states.errors import DependencyFault, SettingsError


class Scripted:
    """A part that gives the same number everywhere, and counts."""

    def __init__(self, value: float = 1.0, error: Exception | None = None) -> None:
        self.value, self.error = value, error
        self.asked: list[tuple[int, ...]] = []

    def run(self, outputs: None, given: dict[str, Any], /) -> list[Any]:
        if self.error is not None:
            raise self.error
        mask = given["attention_mask"]
        self.asked.append(mask.shape)
        shape = (*mask.shape, DIMENSIONS) if "input_ids" in given else (mask.shape[0], DIMENSIONS)
        return [np.full(shape, self.value, np.float32)]


def scripted(session: Session) -> Encoder:
    return Encoder(Artefact.open(), lambda _, __: session)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = shipped()
    assert found is not None, "the shipped encoder cannot be loaded"
    return found


def test_what_means_the_same_lies_nearer_than_what_does_not(encoder: Encoder) -> None:
    person, human, delivery = (
        encoder.encode(text).meaning
        for text in ("I want to talk to a human", "let me speak with a person", "what does delivery cost")
    )
    assert person @ human > 0.5 > person @ delivery + 0.2


def test_vectors_have_length_one(encoder: Encoder) -> None:
    for text in ("", "?", "Where is my parcel?", "so " * 3000):
        encoded = encoder.encode(text)
        assert encoded.meaning.shape == (DIMENSIONS,)
        np.testing.assert_allclose(np.linalg.norm(encoded.meaning), 1.0, atol=1e-5)


def test_the_same_text_gives_the_same_numbers_in_any_thread_and_order(encoder: Encoder) -> None:
    texts = [f"order {number} has not come" for number in range(12)]
    fresh = shipped()
    assert fresh is not None
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: fresh.encode(text).meaning, reversed(texts)))
    for text, vector in zip(reversed(texts), found, strict=True):
        np.testing.assert_array_equal(encoder.encode(text).meaning, vector)


def test_a_text_is_passed_once_for_all_who_ask() -> None:
    session = Scripted()
    encoder = scripted(session)
    first = encoder.encode("hello")
    assert encoder.encode("hello") is first
    assert first.meaning is encoder.encode("hello").meaning
    assert len(session.asked) == 2  # the lower part and one upper part


def test_what_is_kept_is_bounded_and_holds_no_text() -> None:
    encoder = scripted(Scripted())
    for number in range(KEPT + 10):
        encoder.encode(f"my card is {number}")
    assert len(encoder._kept) == KEPT
    assert all(isinstance(key, bytes) and b"card" not in key for key in encoder._kept)


@pytest.mark.parametrize("length", [0, 1, 200, 4_000, 20_000])
def test_a_pass_costs_a_bounded_number_of_pieces_however_long_the_text(length: int) -> None:
    session = Scripted()
    encoded = scripted(session).encode(("garden " * length)[:length])
    rows, width = session.asked[0]
    assert rows <= MOST
    assert width <= WINDOW + 2
    assert encoded.whole is (length <= 1_000)


@pytest.mark.parametrize(
    "broken", [Scripted(float("nan")), Scripted(float("inf")), Scripted(error=ValueError("secret"))]
)
def test_whatever_goes_wrong_is_a_fault_without_words(broken: Scripted) -> None:
    with pytest.raises(DependencyFault) as raised:
        _ = scripted(broken).encode("my PIN is 4711").meaning
    assert "4711" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_vector_without_length_is_a_fault() -> None:
    encoded = scripted(Scripted(0.0)).encode("hello")
    with pytest.raises(DependencyFault):
        _ = encoded.meaning


def test_a_sentence_and_its_translation_lie_nearer_than_two_sentences_of_one_language() -> None:
    encoder = multilingual()
    assert encoder is not None, "the encoder of many languages cannot be loaded"
    pairs = [
        ("I want to speak to a person", "quiero hablar con una persona"),
        ("where is my parcel", "wo ist mein Paket"),
        ("my doctor has changed my pills", "mon médecin a changé mes cachets"),
        ("somebody took money from my account", "alguém tirou dinheiro da minha conta"),
    ]
    vectors = np.concatenate([encoder.encode(text).sense for pair in pairs for text in pair])
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = vectors @ vectors.T - 2 * np.eye(len(vectors))
    assert [int(row.argmax()) for row in nearest] == [1, 0, 3, 2, 5, 4, 7, 6]


def test_the_mean_of_a_window_leaves_what_is_beyond_its_end_out() -> None:
    session = Scripted()
    encoder = Encoder(Artefact.open(MULTILINGUAL), lambda _, __: session)
    sense = encoder.encode("where is my parcel? " * 40).sense
    assert sense.shape == (MOST, DIMENSIONS)
    np.testing.assert_allclose(sense, 1.0)


@pytest.mark.parametrize(
    ("artefact", "name"),
    [
        (SHIPPED, "lower.onnx"), (SHIPPED, "meaning.onnx"), (SHIPPED, "vocab.txt"),
        (MULTILINGUAL, "lower.onnx"), (MULTILINGUAL, "lower.npz"), (MULTILINGUAL, "pieces.tsv"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_the_pinned_one_is_not_loaded(
    artefact: Path, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "artefact"
    shutil.copytree(artefact, folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(SettingsError, match="pinned"):
        Artefact.open(folder).read(name)
    assert shipped(folder) is None
    assert "encoder_missing" in caplog.text


def test_where_the_model_is_missing_it_is_said_loudly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert shipped(tmp_path) is None
    assert "encoder_missing" in caplog.text


@pytest.mark.parametrize("folder", [SHIPPED, MULTILINGUAL])
def test_every_file_of_an_artefact_is_pinned(folder: Path) -> None:
    pinned = json.loads((folder / MANIFEST).read_text())["files"]
    assert {path.name for path in folder.iterdir()} == {MANIFEST, "README.md", *pinned}
