"""Evidence that leaves the house: a bundle is checked without us, and every bit of it counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.cli import main
from proof.archive import pack, unpack
from proof.bundle import ENVELOPE, EXHIBIT, KEY, POLICIES, PROOF, REPORT, open_bundle
from proof.canonical import canonical
from proof.copies import Copy
from proof.envelope import sign_files
from proof.heads import Signer, heads_in
from service.anchor import Anchor
from service.evidence import Evidence
from service.log import Log
from states.errors import BadInput, ForbiddenRole, NotFound
from tests.components import SOAK
from tests.graph.example import ANNA
from tests.house import AUDITOR, House
from tests.service.test_verify import fill

FLIPS = 10_000 if SOAK else 150
SIGNER = Signer(b"\x07" * 32)
WORD = "human please"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    fill(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def evidence(house: House) -> Evidence:
    anchor = Anchor(house.settings.data_dir / "heads.txt")
    return Evidence(house.store, Log(house.store, SIGNER, house.clock, (anchor,)), house.clock)


@pytest.fixture(scope="module")
def bundle(evidence: Evidence) -> bytes:
    return evidence.export("case", Copy.FULL, AUDITOR)


@pytest.mark.parametrize("copy", Copy)
def test_every_copy_holds_and_says_what_it_is(evidence: Evidence, copy: Copy) -> None:
    opened = open_bundle(evidence.export("case", copy, AUDITOR))
    assert opened.findings == ()
    assert (opened.conversation_id, opened.copy, opened.made_by) == ("case", copy.value, AUDITOR.id)
    assert opened.key_id == SIGNER.key_id
    assert opened.checked.covered >= 10


def test_a_redacted_copy_has_no_words_and_no_names(evidence: Evidence) -> None:
    data = evidence.export("case", Copy.REDACTED, AUDITOR)
    words = b"".join(text for name, text in unpack(data).items() if not name.startswith(POLICIES))
    for private in (WORD, "Anna", "anna", "cus-1", "a charge that came twice"):
        assert private.encode() not in words, private
    assert b"claimed" in data


def test_the_customers_copy_has_the_words_and_nobody_of_the_staff(evidence: Evidence) -> None:
    data = evidence.export("case", Copy.CUSTOMER, AUDITOR)
    assert WORD.encode() in data
    assert b"Yes, Anna here" in data
    for private in (b'"anna"', b"a charge that came twice", b"trigger_id", b"policies/"):
        assert private not in data, private


def test_no_bit_of_a_bundle_can_change(bundle: bytes) -> None:
    random, passed = Random(6962), []
    for _ in range(FLIPS):
        at, bit = random.randrange(len(bundle)), random.randrange(8)
        changed = bytearray(bundle)
        changed[at] ^= 1 << bit
        if _holds(bytes(changed)):
            passed.append((at, bit))
    assert passed == []
    assert _holds(bundle)


@pytest.mark.parametrize("cut", [b"", b"x", b"PK\x05\x06" + bytes(18)])
def test_nothing_can_be_put_behind_or_before_it_or_taken_off(bundle: bytes, cut: bytes) -> None:
    for changed in (cut, bundle + (cut or b"\n"), (cut or b"\n") + bundle, bundle[:-1], bundle[: len(bundle) // 2]):
        assert not _holds(changed)


def _holds(data: bytes) -> bool:
    try:
        return open_bundle(data).findings == ()
    except BadInput:
        return False


@pytest.mark.parametrize("name", [EXHIBIT, PROOF, KEY, ENVELOPE, REPORT, POLICIES])
def test_no_file_can_be_taken_out_or_exchanged(bundle: bytes, name: str) -> None:
    files = unpack(bundle)
    (path,) = (one for one in files if one.startswith(name))
    assert not _holds(pack({one: text for one, text in files.items() if one != path}))
    assert not _holds(pack({**files, path: files[path] + b" "}))
    assert not _holds(pack({**files, f"{path}.more": b""}))


# What a signature does not tell: somebody with the key signs something else


def _signed_anew(data: bytes, change: Callable[[dict[str, bytes]], None], signer: Signer = SIGNER) -> bytes:
    files = unpack(data)
    about = open_bundle(data)
    del files[ENVELOPE]
    change(files)
    predicate = {
        "conversation": about.conversation_id, "copy": about.copy, "made_at": about.made_at, "made_by": about.made_by,
    }  # fmt: skip
    return pack({**files, ENVELOPE: sign_files(files, predicate, signer)})


def _json(files: dict[str, bytes], name: str, change: Callable[[Any], None]) -> None:
    value = json.loads(files[name])
    change(value)
    files[name] = canonical(value)


def _word(files: dict[str, bytes]) -> None:
    def change(exhibit: Any) -> None:
        exhibit["messages"][0]["words"]["value"]["text"] = "something else"

    _json(files, EXHIBIT, change)


def _entry(files: dict[str, bytes]) -> None:
    _json(files, PROOF, lambda proof: proof["entry"].update(event="0" * 64))


def _path(files: dict[str, bytes]) -> None:
    _json(files, PROOF, lambda proof: proof.update(position=proof["position"] + 1))


def _head(files: dict[str, bytes]) -> None:
    def change(proof: Any) -> None:
        head = open_head(proof["head"])
        proof["head"] = Signer(b"\x08" * 32).head(head.size, head.milliseconds, head.root).line()

    _json(files, PROOF, change)


def open_head(line: str) -> Any:
    return heads_in(line)[0]


def _policy(files: dict[str, bytes]) -> None:
    path = next(one for one in files if one.startswith(POLICIES))
    files[path] += b" "


def _no_policy(files: dict[str, bytes]) -> None:
    del files[next(one for one in files if one.startswith(POLICIES))]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_word, "is not what its hash says"),
        (_entry, "another head"),
        (_path, "does not lead"),
        (_head, "not signed by the key of the bundle"),
        (_policy, "is not what its name says"),
        (_no_policy, "is missing"),
    ],
)
def test_what_is_signed_must_hold_too(bundle: bytes, change: Callable[[dict[str, bytes]], None], told: str) -> None:
    assert open_bundle(_signed_anew(bundle, lambda files: None)).findings == ()
    assert any(told in one.what for one in open_bundle(_signed_anew(bundle, change)).findings)


def test_another_key_shows_as_another_key(bundle: bytes) -> None:
    other = Signer(b"\x09" * 32)

    def change(files: dict[str, bytes]) -> None:
        files[KEY] = other.public.hex().encode()
        _json(files, PROOF, lambda proof: proof.update(head=_by(other, proof["head"])))

    opened = open_bundle(_signed_anew(bundle, change, other))
    assert opened.findings == ()
    assert opened.key_id == other.key_id != SIGNER.key_id


def _by(signer: Signer, line: str) -> str:
    head = open_head(line)
    return signer.head(head.size, head.milliseconds, head.root).line()


def test_the_report_tells_what_was_said_and_runs_nothing(bundle: bytes, house: House) -> None:
    page = unpack(bundle)[REPORT].decode()
    for said in (WORD, "Yes, Anna here", "claimed", "default-src 'none'"):
        assert said in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_unknown_conversation_is_refused(evidence: Evidence) -> None:
    with pytest.raises(NotFound):
        evidence.export("nobody", Copy.FULL, AUDITOR)


def test_whoever_may_export_does_so_at_the_door(house: House) -> None:
    opened = open_bundle(house.door.export(AUDITOR, "case", Copy.FULL))
    assert (opened.findings, opened.made_by) == ((), AUDITOR.id)
    with pytest.raises(ForbiddenRole):
        house.door.export(ANNA, "case", Copy.FULL)


# The commands


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_a_bundle_is_checked_without_the_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    made = House(data)
    fill(made)
    made.close()
    next(data.glob("*.db")).rename(data / "handrail.db")
    target = tmp_path / "case.zip"
    code, _, err = _run(capsys, "export", "case", "-o", str(target), "--data-dir", str(data))
    assert (code, "a full copy" in err) == (0, True)
    assert _run(capsys, "verify", "--all", "--data-dir", str(data))[0] == 0
    heads = data / "heads.txt"
    assert (data / "log.key").stat().st_mode & 0o777 == 0o600
    (data / "handrail.db").unlink()
    code, out, err = _run(capsys, "verify", str(target), "--head", str(heads))
    assert (code, "nothing is wrong" in out) == (0, True)
    assert _run(capsys, "verify", str(target), "--key", "0" * 16)[0] == 1
    key = json.loads(_run(capsys, "verify", str(target), "--json")[1])["key"]
    assert _run(capsys, "verify", str(target), "--key", key)[0] == 0
    target.write_bytes(target.read_bytes()[:-1])
    code, _, err = _run(capsys, "verify", str(target))
    assert (code, "no bundle" in err) == (1, True)
    assert _run(capsys, "verify", str(tmp_path / "none.zip"))[0] == 2
