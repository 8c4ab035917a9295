"""A smaller model's weights in a larger model's shapes, so that at first both compute the same.

After Net2Net (Chen et al. 2016, arXiv 1511.05641, section 2), with new units that begin unheard in
place of units that are split: what a new unit reads is drawn like any weight, what reads it is zero.
A new layer that adds its output to its input begins with an output of zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from traverba_export.model import EncoderDecoder
from traverba_export.model.cells import LstmCell

ONE_ROW_A_SUBWORD = ("target_embedding.weight", "source_embedding.weight", "output.weight", "output.bias")
READ_EMBEDDINGS = tuple(
    f"{cell}.input.weight" for cell in ("encoder.forward_cell", "encoder.backward_cell", "decoder.bottom")
)
READS_UNITS = "decoder.attention.direction"
"""A vector whose entries weigh units; other vectors have an entry for each unit that is theirs."""


def widened(weights: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """``weights`` of a model of fewer units, in the shapes of ``model``; as they are if the width agrees.

    Left out is what cannot be had: a parameter whose axes are not made of pieces as wide as the hidden
    size (gates one below the other, inputs side by side). Vectors of subwords keep their rows.
    """
    if not isinstance(model, EncoderDecoder) or READS_UNITS not in weights:
        return dict(weights)
    narrow, config = weights["decoder.bottom.recurrent.weight"].shape[1], model.config
    if narrow >= config.hidden_size:
        return dict(weights)
    found = {}
    for name, parameter in model.named_parameters():
        weight = weights.get(name)
        if weight is not None and name in ONE_ROW_A_SUBWORD:
            found[name] = _with_silent_columns(weight, parameter)
        elif weight is not None and weight.dim() == parameter.dim():
            placed = _placed(weight, parameter, narrow, config.hidden_size, name == READS_UNITS)
            if placed is not None:
                found[name] = placed
    if config.scale_embeddings:
        _unscale(found, narrow, config.embedding_scale)
    return found


def _with_silent_columns(weight: Tensor, parameter: Tensor) -> Tensor:
    """``weight`` (V, narrow) or (V,) -> as wide as ``parameter``, with zeros: their gradient wakes them."""
    if parameter.dim() == 1:
        return weight
    return torch.cat((weight, weight.new_zeros(len(weight), parameter.shape[1] - weight.shape[1])), dim=1)


def _placed(weight: Tensor, parameter: Tensor, narrow: int, wide: int, reads: bool) -> Tensor | None:
    """``weight`` in the corner of each piece of a copy of ``parameter``; None if they have no such pieces."""
    placed = parameter.detach().clone()
    old, new = _as_matrix(weight, reads), _as_matrix(placed, reads)
    rows, columns = (_pieces(o, n, narrow, wide) for o, n in zip(old.shape, new.shape, strict=True))
    if not rows or not columns:
        return None
    pieces = new.view(rows, new.shape[0] // rows, columns, new.shape[1] // columns)
    height, width = old.shape[0] // rows, old.shape[1] // columns
    pieces[:, :height] = 0.0  # the old units do not hear the new ones
    pieces[:, :height, :, :width] = old.reshape(rows, height, columns, width).to(placed)
    return placed


def _as_matrix(parameter: Tensor, reads: bool) -> Tensor:
    """Rows are units that hear, columns what they hear; a vector is a column unless it ``reads``."""
    if parameter.dim() == 2:
        return parameter
    return parameter.reshape(1, -1) if reads else parameter.reshape(-1, 1)


def _pieces(old: int, new: int, narrow: int, wide: int) -> int:
    """Of how many pieces an axis is made; 0 if it is not."""
    if old == new:
        return 1
    return old // narrow if old * wide == new * narrow and old % narrow == 0 else 0


def _unscale(weights: dict[str, Tensor], narrow: int, scale: float) -> None:
    """Wider embeddings are multiplied by more (`ModelConfig.embedding_scale`): their readers take it back."""
    for name in READ_EMBEDDINGS:
        if name in weights:
            weights[name][..., :narrow] *= narrow**0.5 / scale


@torch.no_grad()
def silence_new_layers(model: nn.Module, initialised: Collection[str]) -> None:
    """Layers with a parameter among ``initialised`` that add their output to their input add zero at first.

    That is so in the encoder, which starts from a state of zeros; a decoder may start from another.
    The candidate's weights wake by their gradient.
    """
    if not isinstance(model, EncoderDecoder) or model.config.residual_from is None:
        return
    for side, layers in (("encoder", model.encoder.upper), ("decoder", model.decoder.upper)):
        for index, cell in enumerate(layers):
            new = any(name.startswith(f"{side}.upper.{index}.") for name in initialised)
            if new and index + 1 >= model.config.residual_from and isinstance(cell, LstmCell):
                for parameter in (cell.input.weight, cell.input.bias, cell.recurrent.weight):
                    parameter[3 * cell.hidden_size :] = 0.0
