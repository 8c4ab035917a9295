"""Ours: the engine over the exported graphs, from ids to ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems import Sources
from traverba.bundle import Manifest, Variant, open_bundle
from traverba.decoding import DecodeOptions, SpecialIds, decode
from traverba.decoding.model import DecoderStep
from traverba.graphs import CPU, OnnxModel


class Traverba:
    """One variant of a bundle."""

    def __init__(self, name: str, model: DecoderStep, special: SpecialIds) -> None:
        self.name, self.model, self.special = name, model, special

    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        options = forced_length(target_length, beam_size, self.special.eos)
        return [list(answer.best.ids) for answer in decode(self.model, sources, options, self.special)]


def forced_length(target_length: int, beam_size: int, eos: int) -> DecodeOptions:
    """Exactly that many tokens, whatever the model wants.

    The end token is suppressed like other special ids, which costs no more than they do. Guards are
    off: random weights repeat themselves, and must not end a run.
    """
    return DecodeOptions(
        beam_size=beam_size,
        max_length=target_length,
        max_length_offset=target_length,
        suppressed_ids=(eos,),
        guards="off",
    )


def special_ids(manifest: Manifest) -> SpecialIds:
    """The ids that are not text, language tokens among them."""
    special = manifest.special_tokens
    never = tuple(sorted({special.pad, special.bos, *manifest.target_tokens.values()}))
    return SpecialIds(special.pad, special.bos, special.eos, never)


def load_variants(path: Path, threads: int, precisions: Sequence[str] = ()) -> list[Traverba]:
    """Every variant of the bundle at ``path``, or those of the named precisions."""
    with open_bundle(path) as bundle:
        return [
            Traverba(
                f"traverba {variant.precision}",
                load_model(bundle.folder, variant, bundle.manifest, threads),
                special_ids(bundle.manifest),
            )
            for variant in bundle.manifest.variants
            if not precisions or variant.precision in precisions
        ]


def load_model(folder: Path, variant: Variant, manifest: Manifest, threads: int) -> OnnxModel:
    """The two graphs on the CPU provider."""
    return OnnxModel.load(folder, variant, manifest.vocab_size, (CPU,), threads)
