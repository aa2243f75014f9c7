"""The Merkle tree against the known answers of Certificate Transparency, and against the definition itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.merkle import EMPTY, Tree, extends, includes, leaf_hash, node_hash

# The leaves, roots and paths that the reference implementation of RFC 6962 is tested with.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
PROOFS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
SIZES = st.integers(1, 70)


def tree(size: int = 8) -> Tree:
    return Tree([leaf_hash(bytes.fromhex(one)) for one in LEAVES[:size]])


def made(size: int) -> Tree:
    return Tree([leaf_hash(str(number).encode()) for number in range(size)])


def defined(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def test_the_root_of_nothing() -> None:
    assert Tree([]).root() == EMPTY
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_known_ones(size: int) -> None:
    assert tree(size).root().hex() == tree().root(size).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("where", PATHS)
def test_paths_are_the_known_ones(where: tuple[int, int]) -> None:
    index, size = where
    path = tree().inclusion(index, size)
    assert [one.hex() for one in path] == PATHS[where]
    assert includes(bytes.fromhex(ROOTS[size - 1]), size, index, leaf_hash(bytes.fromhex(LEAVES[index])), path)


@pytest.mark.parametrize("where", PROOFS)
def test_consistency_proofs_are_the_known_ones(where: tuple[int, int]) -> None:
    old, size = where
    proof = tree().consistency(old, size)
    assert [one.hex() for one in proof] == PROOFS[where]
    assert extends(bytes.fromhex(ROOTS[old - 1]), old, bytes.fromhex(ROOTS[size - 1]), size, proof)


@given(SIZES)
@settings(max_examples=40)
def test_roots_are_those_of_the_definition(size: int) -> None:
    assert made(size).root() == defined([leaf_hash(str(number).encode()) for number in range(size)])


@given(SIZES, st.data())
@settings(max_examples=150)
def test_a_path_proves_its_leaf_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    log, leaf = made(70), leaf_hash(str(index).encode())
    path = log.inclusion(index, size)
    assert includes(log.root(size), size, index, leaf, path)
    assert not includes(log.root(size), size, index, leaf_hash(b"x"), path)
    assert not includes(log.root(size), size, index + 1, leaf, path)
    assert not includes(log.root(size), size, index, leaf, (*path, leaf))
    assert not path or not includes(log.root(size), size, index, leaf, path[:-1])
    assert not path or not includes(log.root(size), size, index, leaf, (node_hash(leaf, leaf), *path[1:]))


@given(SIZES, st.data())
@settings(max_examples=150)
def test_a_consistency_proof_proves_its_beginning_and_no_other(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    log = made(70)
    proof = log.consistency(old, size)
    assert extends(log.root(old), old, log.root(size), size, proof)
    other = made(70).root(old)[::-1]
    assert not extends(other, old, log.root(size), size, proof)
    assert not extends(log.root(old), old, other, size, proof)
    assert not extends(log.root(old), old, log.root(size), size, (*proof, other))
    assert not proof or not extends(log.root(old), old, log.root(size), size, proof[:-1])


def test_what_there_is_no_proof_for_is_refused() -> None:
    for ask in (lambda: tree().root(9), lambda: tree().inclusion(8, 8), lambda: tree().consistency(0, 8)):
        with pytest.raises(ValueError, match=r"there is no|entries and not"):
            ask()
    assert not includes(b"", 0, 0, b"", ())
    assert not extends(b"", 0, b"", 8, ())
