"""A bundle of evidence: one conversation with everything that proves it, checked without us and without a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proof.archive import pack, unpack
from proof.canonical import canonical
from proof.chain import GENESIS
from proof.check import Checked, Finding, check
from proof.copies import Copy, copy_of
from proof.envelope import read_envelope, sha256, sign_files
from proof.exhibit import Exhibit
from proof.heads import Signer, TreeHead, heads_in, key_id
from proof.merkle import includes, leaf_hash
from proof.report import report
from states.errors import BadInput

EXHIBIT, PROOF, KEY, ENVELOPE, REPORT = "exhibit.json", "proof.json", "public_key.hex", "envelope.json", "report.html"
POLICIES = "policies/"


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """That the log has taken in the head of a chain: its entry, where, and the path to a signed head."""

    entry: Mapping[str, str]
    position: int
    path: tuple[str, ...]
    head: TreeHead

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "entry": dict(self.entry), "position": self.position, "path": list(self.path), "head": self.head.line(),
        }  # fmt: skip

    @staticmethod
    def from_json(given: Mapping[str, Any]) -> Inclusion:
        """From JSON. ValueError for another form."""
        (head,) = heads_in(given["head"])
        if head.line() != given["head"] or given.keys() != {"entry", "position", "path", "head"}:
            raise ValueError("the proof has another form")
        return Inclusion(entry=given["entry"], position=given["position"], path=tuple(given["path"]), head=head)

    def holds(self) -> bool:
        """Whether the path leads from the entry to the root of the head."""
        try:
            root, path = bytes.fromhex(self.head.root), tuple(map(bytes.fromhex, self.path))
            return includes(root, self.head.size, self.position, leaf_hash(canonical(self.entry)), path)
        except (TypeError, ValueError):
            return False


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a bundle says, and whether that holds."""

    conversation_id: str
    copy: str
    made_at: str
    made_by: str
    key_id: str
    head: TreeHead
    checked: Checked
    findings: tuple[Finding, ...]


def make_bundle(
    exhibit: Exhibit,
    policies: Mapping[str, str],
    inclusion: Inclusion,
    signer: Signer,
    *,
    copy: Copy,
    made_at: str,
    made_by: str,
) -> bytes:
    """The bundle's bytes. `policies`: hash → canonical text of those that decided; a customer's copy has none.

    BadInput where such a copy cannot be made."""
    shown = copy_of(exhibit, copy)
    about = {"conversation": exhibit.conversation_id, "copy": copy.value, "made_at": made_at, "made_by": made_by}
    files = {
        EXHIBIT: canonical(shown.to_json()),
        PROOF: canonical(inclusion.to_json()),
        KEY: signer.public.hex().encode(),
        REPORT: report(shown, inclusion.head, about).encode(),
    }
    if copy is not Copy.CUSTOMER:
        files |= {f"{POLICIES}{name}.json": text.encode() for name, text in policies.items()}
    return pack({**files, ENVELOPE: sign_files(files, about, signer)})


def open_bundle(data: bytes) -> Opened:
    """Reads and checks a bundle. BadInput for a file that is none, or whose bytes are not as they were signed."""
    files = unpack(data)
    try:
        public = bytes.fromhex(files[KEY].decode())
        statement = read_envelope(files.pop(ENVELOPE), public)
        about = statement["predicate"]
        named = [(one["name"], one["digest"]["sha256"]) for one in statement["subject"]]
        if named != [(name, sha256(files[name])) for name in sorted(files)]:
            raise ValueError("its files are not those that were signed")
        exhibit = Exhibit.from_json(json.loads(files[EXHIBIT]))
        inclusion = Inclusion.from_json(json.loads(files[PROOF]))
        policies = {name: text for name, text in files.items() if name.startswith(POLICIES)}
        checked = check(exhibit)
        return Opened(
            conversation_id=about["conversation"],
            copy=about["copy"],
            made_at=about["made_at"],
            made_by=about["made_by"],
            key_id=key_id(public),
            head=inclusion.head,
            checked=checked,
            findings=(*checked.findings, *_at_large(exhibit, inclusion, policies, public, about)),
        )
    except (ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        raise BadInput(f"the bundle is not as it was made: {error or type(error).__name__}") from None


def _at_large(
    exhibit: Exhibit, inclusion: Inclusion, policies: Mapping[str, bytes], public: bytes, about: Mapping[str, Any]
) -> Iterator[Finding]:
    def found(what: str) -> Finding:
        return Finding(conversation_id=exhibit.conversation_id, what=what)

    journal = exhibit.journal[-1]["hash"] if exhibit.journal else GENESIS
    entry = {"chain": exhibit.conversation_id, "event": exhibit.head_hash, "journal": journal}
    if about["conversation"] != exhibit.conversation_id:
        yield found("the bundle is of another conversation than it says")
    if dict(inclusion.entry) != entry:
        yield found("the log has taken in another head of this conversation")
    if not inclusion.holds():
        yield found("the path does not lead to the signed head")
    if not inclusion.head.is_signed_by(public):
        yield found("the head of the log is not signed by the key of the bundle")
    for name, text in policies.items():
        if hashlib.sha256(text).hexdigest() != name.removeprefix(POLICIES).removesuffix(".json"):
            yield found(f"{name} is not what its name says")
    if about["copy"] != Copy.CUSTOMER:
        there = {name.removeprefix(POLICIES).removesuffix(".json") for name in policies}
        for name in sorted({str(one.says["policy_hash"]) for one in exhibit.events} - there):
            yield found(f"policy {name[:12]} is missing")
