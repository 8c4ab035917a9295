"""PyTorch on the same weights: the loop a careful user would write, eager or with a compiled step.

It encodes once, keeps memory, keys and state between steps, reorders the state by index for a beam,
and skips the softmax where greedy decoding does not need it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.systems import Sources
from traverba_export.corpora.batching import pad
from traverba_export.model import EncoderDecoder, Memory

Step = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


class PyTorch:
    """Greedy and beam search with `traverba_export.model`."""

    def __init__(
        self,
        name: str,
        model: EncoderDecoder,
        bos: int,
        eos: int,
        never: tuple[int, ...],
        compiled: bool = False,
        device: str = "cpu",
    ) -> None:
        self.name, self._model, self._bos = name, model.eval().to(device), bos
        self._device = torch.device(device)
        self._mask = torch.zeros(model.config.vocab_size, device=device)
        self._mask[[eos, *never]] = -torch.inf

        def step(
            prev: Tensor, state: Tensor, values: Tensor, keys: Tensor, bias: Tensor
        ) -> tuple[Tensor, Tensor]:
            """``prev`` (N, 1), ``state`` (N, W), the memory of each row -> logits (N, V), state (N, W)."""
            hidden, state, _ = model.decode(prev, state, Memory(values, keys, bias))
            return model.output(hidden[:, 0]), state

        self._step: Step = torch.compile(step, dynamic=False) if compiled else step

    @torch.inference_mode()
    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        with self._device:  # where tensors are made from here on
            src_ids = torch.from_numpy(pad(sources)).to(self._device)
            memory, state = self._model.encode(src_ids, torch.tensor([len(s) for s in sources]))
            search = self._greedy if beam_size == 1 else self._beam
            return search(memory, state, target_length, beam_size).tolist()

    def _greedy(self, memory: Memory, state: Tensor, length: int, beam_size: int) -> Tensor:
        """Ids (B, T)."""
        prev = torch.full((len(state), 1), self._bos)
        chosen = []
        for _ in range(length):
            logits, state = self._step(prev, state, memory.values, memory.keys, memory.bias)
            prev = (logits + self._mask).argmax(dim=-1, keepdim=True)
            chosen.append(prev)
        return torch.cat(chosen, dim=1)

    def _beam(self, memory: Memory, state: Tensor, length: int, beam_size: int) -> Tensor:
        """Ids (B, T) of the best of K hypotheses; all have one length, so no normalisation is needed."""
        sentences = torch.arange(len(state))
        rows = sentences.repeat_interleave(beam_size)  # (N,)
        memory, state = memory.select(rows), state[rows]
        prev = torch.full((len(rows), 1), self._bos)
        totals = torch.full((len(sentences), beam_size), -torch.inf)
        totals[:, 0] = 0.0  # at first all rows of a sentence are the same one
        history = torch.empty((len(rows), 0), dtype=torch.long)
        for _ in range(length):
            logits, state = self._step(prev, state, memory.values, memory.keys, memory.bias)
            scores = torch.log_softmax(logits, dim=-1) + self._mask
            candidates = (totals.view(-1, 1) + scores).view(len(sentences), -1)  # (B, K*V)
            totals, picked = candidates.topk(beam_size, dim=-1)
            vocab_size = logits.shape[1]
            parents = (sentences[:, None] * beam_size + picked // vocab_size).flatten()
            prev = (picked % vocab_size).view(-1, 1)
            state, history = state[parents], torch.cat((history[parents], prev), dim=1)
        return history.view(len(sentences), beam_size, -1)[:, 0]
