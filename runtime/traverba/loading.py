"""From a name or a path to a `Translator`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from traverba.bundle import Bundle, Manifest, Variant, find_bundle, open_bundle
from traverba.bundle.manifest import TOKENIZER_FILE
from traverba.decoding import DecodeOptions
from traverba.errors import BundleFormatError, OptionError, ProviderUnavailableError
from traverba.graphs import (
    CPU,
    OnnxModel,
    available_providers,
    choose_providers,
    default_threads,
    distributions_clash,
)
from traverba.text import BpeTokenizer
from traverba.translator import Translator

logger = logging.getLogger(__name__)


def load_translator(
    name_or_path: str | os.PathLike[str] | None = None,
    *,
    device: str = "auto",
    providers: Sequence[str] | None = None,
    precision: str | None = None,
    threads: int | None = None,
    verify: bool = False,
) -> Translator:
    """Load a bundle: the built-in one, one installed under a name, or one at a path (folder or file).

    ``device`` is "auto", "cpu" or "cuda"; ``providers`` names execution providers of
    onnxruntime instead. ``precision`` picks among those the bundle has, ``threads`` bounds
    the CPU threads of one call. ``verify`` compares the hash of every file first.
    """
    if threads is not None and (isinstance(threads, bool) or threads < 1):
        raise OptionError(f"threads must be a whole number of at least 1, not {threads!r}")
    threads = threads or default_threads()
    with open_bundle(find_bundle(name_or_path), verify_hashes=verify) as bundle:
        manifest = bundle.manifest
        variant = _choose_variant(manifest, precision)
        tokenizer = _load_tokenizer(bundle)
        model = _load_model(bundle, variant, device, providers, threads)
        return Translator(
            model,
            tokenizer,
            manifest,
            options=_default_options(manifest),
            provider=model.provider,
            precision=variant.precision,
            threads=threads,
        )


def _load_model(
    bundle: Bundle, variant: Variant, device: str, providers: Sequence[str] | None, threads: int
) -> OnnxModel:
    """On what was asked for; "auto" logs its choice and alone may turn to the CPU."""
    chosen = choose_providers(device, providers, available_providers(), clash=distributions_clash())
    automatic = device == "auto" and providers is None
    try:
        model = OnnxModel.load(bundle.folder, variant, bundle.manifest.vocab_size, chosen, threads)
    except ProviderUnavailableError as error:
        if not automatic:
            raise
        logger.warning("%s; device 'auto' uses the CPU instead", error)
        model = OnnxModel.load(bundle.folder, variant, bundle.manifest.vocab_size, (CPU,), threads)
    if automatic:
        logger.info("device 'auto' chose %s", model.provider)
    return model


def _load_tokenizer(bundle: Bundle) -> BpeTokenizer:
    manifest = bundle.manifest
    special = manifest.special_tokens
    reserved = {special.pad, special.bos, special.eos, *manifest.target_tokens.values()}
    tokenizer = BpeTokenizer(bundle.folder / TOKENIZER_FILE, reserved)
    if tokenizer.vocab_size != manifest.vocab_size:
        raise BundleFormatError(
            f"{TOKENIZER_FILE} has {tokenizer.vocab_size} tokens, the manifest says {manifest.vocab_size}; "
            "export the bundle again"
        )
    return tokenizer


def _choose_variant(manifest: Manifest, precision: str | None) -> Variant:
    for variant in manifest.variants:
        if precision in (None, variant.precision):
            return variant
    offered = ", ".join(variant.precision for variant in manifest.variants)
    raise OptionError(f"precision must be one that {manifest.name} has ({offered}), not {precision!r}")


def _default_options(manifest: Manifest) -> DecodeOptions:
    try:
        return DecodeOptions(**manifest.decoding)
    except (TypeError, OptionError) as error:
        raise BundleFormatError(
            f"the manifest's decoding defaults cannot be used ({error}); "
            "upgrade traverba or export the bundle again"
        ) from error
