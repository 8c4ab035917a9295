"""The graphs of a vocabulary shortlist: the decoder step with a part of the output layer, and the part.

Gathering comes once for a batch and not at every step, hence two graphs. A row's logits are taken
out of the part in the order of the row's own list, and everything after that sees that list alone:
what its neighbours may say changes none of its numbers.
"""

from __future__ import annotations

import onnx

from traverba.contract import narrow_step, shortlist_graph
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.attention import attend_grouped
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.decoder_step import output_table, recurrent_layers
from traverba_export.model import EncoderDecoder


def build_narrow_step(model: EncoderDecoder, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.narrow_step` with this model's weights."""
    b = GraphBuilder()
    hidden = recurrent_layers(b, model, arithmetic, attend_grouped)
    log_probs = b.op("LogSoftmax", arithmetic.list_logits(b, hidden), axis=-1)  # (N, L)
    log_probs, columns = b.ops("TopK", 2, log_probs, "top_k", axis=-1)
    b.output("top_log_probs", log_probs)
    b.output("top_columns", columns)
    return b.build(narrow_step(arithmetic.stored), model.config)


def build_shortlist(model: EncoderDecoder, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.shortlist_graph` with this model's output layer."""
    b = GraphBuilder()
    table, bias = model.output.weight, model.output.bias
    for name, value in arithmetic.part(b, output_table(model), "part_ids", table, bias).items():
        b.output(name, value)
    return b.build(shortlist_graph(arithmetic.stored), model.config)
