"""Signed heads: as RFC 6962 and RFC 8032 say, in one spelling, and found in any text."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.archive import pack, unpack
from proof.envelope import PAYLOAD, read_envelope, sign_files
from proof.heads import Signer, heads_in, key_id, verifies
from states.errors import BadInput

SIGNER = Signer(b"k" * 32)
ROOT = "ab" * 32
HEAD = SIGNER.head(7, 1_700_000_000_000, ROOT)


def test_a_signature_is_that_of_the_standard() -> None:
    """RFC 8032, section 7.1, test 2."""
    signer = Signer(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert b64decode(signer.sign(b"\x72")).hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_what_is_signed_is_the_tree_head_of_the_standard() -> None:
    """RFC 6962, section 3.5: version, type, timestamp, size, root."""
    assert HEAD.signed().hex() == "00" + "01" + f"{1_700_000_000_000:016x}" + f"{7:016x}" + ROOT


def test_a_line_is_found_in_any_text() -> None:
    other = SIGNER.head(8, 1_700_000_000_001, ROOT)
    assert heads_in(f"Handed over.\n> {HEAD.line()}\n<p>{other.line()}</p>") == (HEAD, other)
    assert heads_in(HEAD.line()[:-1]) == ()
    assert len(HEAD.line()) < 250


@pytest.mark.parametrize("place", range(5))
def test_whatever_changes_in_a_head_it_is_not_signed_any_more(place: int) -> None:
    assert HEAD.is_signed_by(SIGNER.public)
    parts = HEAD.line().split(":")
    parts[2 + place] = parts[2 + place][:-3] + ("111" if place < 2 else "fed" if place < 4 else "A==")
    (changed,) = heads_in(":".join(parts))
    assert changed != HEAD
    assert not changed.is_signed_by(SIGNER.public)


def test_a_signature_has_one_spelling() -> None:
    signature = SIGNER.sign(b"x")
    assert verifies(SIGNER.public, b"x", signature)
    last = signature[-3]
    other = signature[:-3] + chr(ord(last) + 1) + "=="
    assert b64decode(other) == b64decode(signature)
    assert not verifies(SIGNER.public, b"x", other)
    assert not verifies(SIGNER.public, b"x", signature + "\n")
    assert not verifies(b"short", b"x", signature)
    assert key_id(SIGNER.public) == SIGNER.key_id != key_id(Signer(b"j" * 32).public)


# Envelopes


def test_an_envelope_says_what_it_was_made_of() -> None:
    data = sign_files({"b": b"2", "a": b"1"}, {"copy": "full"}, SIGNER)
    statement = read_envelope(data, SIGNER.public)
    assert [one["name"] for one in statement["subject"]] == ["a", "b"]
    assert statement["predicate"] == {"copy": "full"}
    payload = b64decode(json.loads(data)["payload"])
    signed = f"DSSEv1 {len(PAYLOAD)} {PAYLOAD} {len(payload)} ".encode() + payload
    assert verifies(SIGNER.public, signed, json.loads(data)["signatures"][0]["sig"])


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one | {"payloadType": "text/plain"},
        lambda one: one | {"more": 1},
        lambda one: one | {"signatures": [one["signatures"][0] | {"keyid": "0" * 16}]},
        lambda one: one | {"signatures": one["signatures"] * 2},
        lambda one: one | {"payload": one["payload"][:-4] + "AAAA"},
    ],
)
def test_another_envelope_is_refused(change: object) -> None:
    envelope = json.loads(sign_files({"a": b"1"}, {}, SIGNER))
    changed = json.dumps(change(envelope), sort_keys=True, separators=(",", ":")).encode()  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"\w"):
        read_envelope(changed, SIGNER.public)
    spaced = json.dumps(envelope).encode()
    with pytest.raises(ValueError, match="canonical"):
        read_envelope(spaced, SIGNER.public)


# Archives


@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(str.isprintable), st.binary(max_size=50), min_size=1))
@settings(max_examples=50)
def test_an_archive_gives_back_what_was_packed(files: dict[str, bytes]) -> None:
    assert unpack(pack(files)) == files


@given(st.data())
@settings(max_examples=150)
def test_an_archive_has_one_form(data: st.DataObject) -> None:
    made = pack({"a.json": b"{}", "b/c.html": b"<p>"})
    at = data.draw(st.integers(0, len(made) * 8 - 1))
    changed = bytearray(made)
    changed[at // 8] ^= 1 << (at % 8)
    try:
        found = unpack(bytes(changed))
    except BadInput:
        return
    assert found != {"a.json": b"{}", "b/c.html": b"<p>"}, "the same files, written in another way"
