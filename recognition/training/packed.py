"""Takes the matrices out of a model that computes in int8, to keep them in 4 bits beside it: half the size on disk.

`encoder.encoder` unpacks them when it opens the model.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, external_data_helper, numpy_helper

from encoder.blocks import blocks


def taken(quantised: ModelProto, whole: ModelProto) -> dict[str, npt.NDArray[Any]]:
    """Empties each int8 matrix of a quantised model and gives its blocks, from the weights of the model in floats.

    The result has `name/bits`, `name/scale` and `name/step`, the latter how large a whole number of an output is.
    """
    floats = {one.name: one for one in whole.graph.initializer}
    steps = {one.name: one for one in quantised.graph.initializer}
    found: dict[str, npt.NDArray[Any]] = {}
    for one in quantised.graph.initializer:
        name = one.name.removesuffix("_quantized")
        if name == one.name or name not in floats:
            continue
        matrix = numpy_helper.to_array(floats[name]).astype(np.float32)
        bits, scale = blocks(np.ascontiguousarray(matrix.T))
        step = numpy_helper.to_array(steps[f"{name}_scale"]).reshape(-1).astype(np.float32)
        found |= {f"{one.name}/bits": bits, f"{one.name}/scale": scale, f"{one.name}/step": step}
        external_data_helper.set_external_data(one, "beside", 0, matrix.size)
        one.data_location = TensorProto.EXTERNAL
        one.ClearField("raw_data")
    return found


def as_file(arrays: dict[str, npt.NDArray[Any]]) -> bytes:
    """The arrays as the bytes of an npz."""
    target = io.BytesIO()
    np.savez(target, **arrays)  # type: ignore[arg-type]  # names are strings
    return target.getvalue()
