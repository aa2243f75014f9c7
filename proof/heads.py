"""Signed heads of the Merkle log: Ed25519 over the tree head of RFC 6962, section 3.5, and one line of text for each.

The line can stand in a ticket, a file, a mail: whoever has kept one can tell later whether the log still begins so.
"""

from __future__ import annotations

import hashlib
import re
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY = 32
"""Bytes of a private key."""
_LINE = re.compile(r"handrail-head:1:(\d{1,19}):(\d{1,19}):([0-9a-f]{64}):([0-9a-f]{16}):([A-Za-z0-9+/]{86}==)")


@dataclass(frozen=True, kw_only=True)
class TreeHead:
    """How long the log was at a moment, and what it was then."""

    size: int
    milliseconds: int
    """Since 1970, in UTC."""
    root: str
    key_id: str
    signature: str
    """Base64."""

    def signed(self) -> bytes:
        """The bytes that are signed."""
        return _signed(self.size, self.milliseconds, self.root)

    def line(self) -> str:
        """One line that keeps it."""
        return f"handrail-head:1:{self.size}:{self.milliseconds}:{self.root}:{self.key_id}:{self.signature}"

    def is_signed_by(self, public: bytes) -> bool:
        """Whether this key signed it."""
        return self.key_id == key_id(public) and verifies(public, self.signed(), self.signature)


class Signer:
    """Signs with one private key."""

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    def sign(self, what: bytes) -> str:
        """The signature, in Base64."""
        return b64encode(self._key.sign(what)).decode()

    def head(self, size: int, milliseconds: int, root: str) -> TreeHead:
        """The signed head of a log."""
        return TreeHead(
            size=size, milliseconds=milliseconds, root=root, key_id=self.key_id,
            signature=self.sign(_signed(size, milliseconds, root)),
        )  # fmt: skip


def key_id(public: bytes) -> str:
    """What names a key in heads and bundles."""
    return hashlib.sha256(public).hexdigest()[:16]


def verifies(public: bytes, what: bytes, signature: str) -> bool:
    """Whether the signature is of this key, and in its only spelling."""
    try:
        raw = b64decode(signature, validate=True)
        if b64encode(raw).decode() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(raw, what)
    except (ValueError, InvalidSignature):
        return False
    return True


def heads_in(text: str) -> tuple[TreeHead, ...]:
    """The heads that stand in a text, whatever stands around them."""
    return tuple(
        TreeHead(size=int(size), milliseconds=int(at), root=root, key_id=key, signature=signature)
        for size, at, root, key, signature in _LINE.findall(text)
    )


def _signed(size: int, milliseconds: int, root: str) -> bytes:
    """version v1, signature_type tree_hash, timestamp, tree_size, sha256_root_hash."""
    return struct.pack(">BBQQ", 0, 1, milliseconds, size) + bytes.fromhex(root)
