"""Ours: the engine over the exported graphs, from ids to ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.systems import Sources
from traverba.bundle import Manifest, open_bundle
from traverba.decoding import DecodeOptions, SpecialIds, decode
from traverba.decoding.model import DecoderStep
from traverba.graphs import CPU, policy_of
from traverba.loading import load_models

WHOLE, LISTED = ", whole vocabulary", ", shortlist"
"""Behind the name of a variant that chooses in the other way than its bundle does by default."""


class Traverba:
    """One variant of a bundle."""

    def __init__(self, name: str, model: DecoderStep, special: SpecialIds, *, shortlist: bool = True) -> None:
        self.name, self.model, self.special = name, model, special
        self._shortlist = shortlist

    @property
    def narrow(self) -> bool:
        """Whether it chooses among a shortlist."""
        return self._shortlist and self.model.shortlist is not None

    @property
    def precision(self) -> str:
        """What the graphs compute in."""
        return self.name.removeprefix("traverba ").partition(",")[0]

    def whole(self) -> Traverba:
        """The same without a shortlist."""
        return self.other() if self.narrow else self

    def other(self) -> Traverba:
        """The same with a shortlist if this has none, without if it has; only of a model with one."""
        name = f"{self.name}{WHOLE if self.narrow else LISTED}"
        return Traverba(name, self.model, self.special, shortlist=not self.narrow)

    def output_size(self, source_length: int) -> int:
        """Tokens that a row chooses among."""
        shortlist = self.model.shortlist
        return shortlist.width(source_length) if self.narrow and shortlist else self.model.vocab_size

    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        options = forced_length(target_length, beam_size, self.special.eos)
        options = replace(options, shortlist=self._shortlist)
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


def language_token(manifest: Manifest) -> int:
    """What opens a source: any of the model's target languages."""
    return manifest.target_tokens[target_language(manifest)]


def target_language(manifest: Manifest) -> str:
    """The one that is translated into."""
    return min(manifest.target_tokens)


def both_ways(variants: Sequence[Traverba]) -> list[Traverba]:
    """As a user gets them first; then those of models with a shortlist in the other way."""
    return [*variants, *(variant.other() for variant in variants if variant.model.shortlist is not None)]


def load_variants(path: Path, threads: int, precisions: Sequence[str] = ()) -> list[Traverba]:
    """The variants of the bundle at ``path`` that are for the CPU, or those of the named precisions.

    Each chooses among a shortlist if that is the bundle's default.
    """
    precisions = precisions or policy_of(CPU).precisions
    with open_bundle(path) as bundle:
        shortlist = bundle.manifest.decoding.get("shortlist") is not False
        return [
            Traverba(
                f"traverba {variant.precision}",
                load_models(bundle, (CPU,), variant.precision, threads)[0](target_language(bundle.manifest)),
                special_ids(bundle.manifest),
                shortlist=shortlist,
            )
            for variant in bundle.manifest.variants
            if variant.precision in precisions
        ]
