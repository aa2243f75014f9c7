"""The Merkle tree of RFC 6962, section 2.1: roots, audit paths and consistency proofs over SHA-256.

Leaves are hashed behind a zero byte, nodes behind a one, so that no node can be shown as a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry of the log."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree over hashes of leaves. Whole subtrees are kept, so that roots of many sizes cost little."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        # Level n holds the roots of the whole subtrees of 2**n leaves, from the left.
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append([node_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)])

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves. ValueError for more than there are."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"the log has {self.size} entries and not {size}")
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The audit path of a leaf in the tree of that size, from the leaf upward. ValueError where there is none."""
        if not 0 <= index < size <= self.size:
            raise ValueError(f"there is no path of leaf {index} in a tree of {size}")
        return tuple(self._path(index, 0, size))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """What shows that the tree of `old` leaves begins the one of `size`. ValueError where it does not."""
        if not 0 < old <= size <= self.size:
            raise ValueError(f"there is no proof between trees of {old} and {size}")
        return tuple(self._proof(old, 0, size, whole=True))

    def _over(self, begin: int, end: int) -> bytes:
        width = end - begin
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            return self._levels[level][begin >> level]
        split = _split(width)
        return node_hash(self._over(begin, begin + split), self._over(begin + split, end))

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        split = _split(end - begin)
        if index < split:
            return [*self._path(index, begin, begin + split), self._over(begin + split, end)]
        return [*self._path(index - split, begin + split, end), self._over(begin, begin + split)]

    def _proof(self, old: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end - begin:
            return [] if whole else [self._over(begin, end)]
        split = _split(end - begin)
        if old <= split:
            return [*self._proof(old, begin, begin + split, whole=whole), self._over(begin + split, end)]
        return [*self._proof(old - split, begin + split, end, whole=False), self._over(begin, begin + split)]


class Frontier:
    """The roots of the whole subtrees from the left, largest first: what a root of all leaves needs, and no leaf."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        self.size = size
        self._nodes = list(nodes)

    def after(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier with further leaves."""
        found = Frontier(self.size, self._nodes)
        for leaf in leaves:
            found._append(leaf)
        return found

    def _append(self, leaf: bytes) -> None:
        node, size = leaf, self.size
        while size & 1:
            node, size = node_hash(self._nodes.pop(), node), size >> 1
        self._nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves."""
        if not self._nodes:
            return EMPTY
        found = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            found = node_hash(node, found)
        return found


def _split(width: int) -> int:
    """The largest power of two that is smaller than the width."""
    return 1 << ((width - 1).bit_length() - 1)


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path leads from the leaf to the root (RFC 9162, section 2.1.3.2, which says it as steps)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def extends(old_root: bytes, old: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `old` leaves is the beginning of the one of `size` (RFC 9162, section 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(one, first), node_hash(one, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, root)
