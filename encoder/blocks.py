"""Numbers of 4 bits in blocks of 32 with one scale each: less than five bits a number, read by a few products."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 32
Floats = npt.NDArray[np.float32]


def blocks(rows: Floats) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """(R, C) → bits (R, C/32, 16) and scales (R, C/32, 1): in each block the number farthest from 0 is exact as -8.

    Numbers that were unpacked from such blocks come back unchanged.
    """
    cut = rows.reshape(len(rows), -1, BLOCK)
    far = np.take_along_axis(cut, np.abs(cut).argmax(-1)[..., None], -1)
    scale = (far / -8).astype(np.float16)
    used = scale.astype(np.float32)
    whole = np.where(used == 0, 0, np.round(cut / np.where(used == 0, 1, used)))
    kept = (np.clip(whole, -8, 7) + 8).astype(np.uint8)
    bits: npt.NDArray[np.uint8] = (kept[..., : BLOCK // 2] | kept[..., BLOCK // 2 :] << 4).astype(np.uint8)
    return bits, scale


def unpacked(bits: npt.NDArray[np.uint8], scale: npt.NDArray[np.float16]) -> Floats:
    """(R, C): the inverse of `blocks`."""
    halves = np.concatenate([bits & 15, bits >> 4], -1).astype(np.float32) - 8
    return np.asarray((halves * scale.astype(np.float32)).reshape(len(bits), -1), np.float32)


def in_bytes(
    bits: npt.NDArray[np.uint8], scale: npt.NDArray[np.float16], step: npt.NDArray[np.float32]
) -> npt.NDArray[np.int8]:
    """(inputs, outputs): the matrix whose turned rows the blocks are, in whole steps of each output."""
    return np.ascontiguousarray(np.clip(np.round(unpacked(bits, scale).T / step), -127, 127).astype(np.int8))
