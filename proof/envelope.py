"""A DSSE envelope with an in-toto statement: which files, by digest, and who signed that.

https://github.com/secure-systems-lab/dsse and https://in-toto.io/Statement/v1.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from proof.canonical import canonical
from proof.heads import Signer, key_id, verifies

PAYLOAD = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:handrail:evidence:1"


def sign_files(files: Mapping[str, bytes], predicate: Mapping[str, Any], signer: Signer) -> bytes:
    """The envelope over these files."""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": sha256(files[name])}} for name in sorted(files)],
        "predicateType": PREDICATE,
        "predicate": dict(predicate),
    }
    payload = canonical(statement)
    signature = {"keyid": signer.key_id, "sig": signer.sign(_encoded(payload))}
    return canonical({"payload": b64encode(payload).decode(), "payloadType": PAYLOAD, "signatures": [signature]})


def read_envelope(data: bytes, public: bytes) -> dict[str, Any]:
    """The statement of an envelope. ValueError where this key did not sign it, or it is written in another way."""
    envelope = json.loads(data)
    payload = b64decode(envelope["payload"], validate=True)
    (signature,) = envelope["signatures"]
    if canonical(envelope) != data or b64encode(payload).decode() != envelope["payload"]:
        raise ValueError("the envelope is not in its canonical form")
    if envelope.keys() != {"payload", "payloadType", "signatures"} or signature.keys() != {"keyid", "sig"}:
        raise ValueError("the envelope has other parts than it may have")
    if envelope["payloadType"] != PAYLOAD or signature["keyid"] != key_id(public):
        raise ValueError("the envelope is of another type or key")
    if not verifies(public, _encoded(payload), signature["sig"]):
        raise ValueError("the signature of the envelope is not of this key")
    statement: dict[str, Any] = json.loads(payload)
    if statement["_type"] != STATEMENT or statement["predicateType"] != PREDICATE:
        raise ValueError("the statement is of another type")
    return statement


def sha256(content: bytes) -> str:
    """The digest of a file."""
    return hashlib.sha256(content).hexdigest()


def _encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)
