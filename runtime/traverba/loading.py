"""From a name or a path to a `Translator`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from traverba.bundle import Bundle, Manifest, find_bundle, home, open_bundle
from traverba.bundle.manifest import SHORTLIST_FILE, TOKENIZER_FILE
from traverba.bundle_words import BundleWords
from traverba.call_making import ModelInto
from traverba.decoding import DecodeOptions
from traverba.errors import BundleFormatError, OptionError, ProviderUnavailableError
from traverba.graphs import (
    CPU,
    Choice,
    GraphModels,
    available_providers,
    choose_precision,
    choose_providers,
    clash_of,
    default_threads,
    import_onnxruntime,
    installed_distributions,
    open_models,
    read_choice,
)
from traverba.shortlist_file import read_shortlist
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
    cuda_graphs: bool = False,
) -> Translator:
    """Load a bundle: the built-in one, one installed under a name, or one at a path (folder or file).

    ``device`` is "auto", "cpu", "cuda" or another of `traverba.graphs.DEVICES`; ``providers``
    names execution providers of onnxruntime instead. ``precision`` picks among those the
    bundle has; without it, the provider's policy does. ``threads`` bounds the CPU threads of
    one call. ``verify`` compares the hash of every file first. ``cuda_graphs`` records the decoder
    step on a CUDA device in fp16 and replays it: one launch for a step; calls from several threads
    then take turns.
    """
    if threads is not None and (isinstance(threads, bool) or threads < 1):
        raise OptionError(f"threads must be a whole number of at least 1, not {threads!r}")
    with open_bundle(find_bundle(name_or_path), verify_hashes=verify) as bundle:
        automatic = device == "auto" and providers is None
        measured = _measured(bundle.manifest) if automatic and precision is None else None
        chosen = _choose(device, providers, measured)
        if measured and measured.provider == chosen[0]:
            precision, threads = measured.precision, threads or measured.threads
        threads = threads or default_threads()
        try:
            models, precision = load_models(bundle, chosen, precision, threads, cuda_graphs=cuda_graphs)
        except ProviderUnavailableError as error:
            if not automatic or chosen == (CPU,) or cuda_graphs:
                raise
            logger.warning("%s; device 'auto' uses the CPU instead", error)
            models, precision = load_models(bundle, (CPU,), None, threads)
        provider = models.one.provider
        if automatic:
            logger.info("device 'auto' chose %s in %s with %d threads", provider, precision, threads)
        return make_translator(bundle, models, provider, precision, threads)


def make_translator(
    bundle: Bundle, models: ModelInto, provider: str, precision: str, threads: int
) -> Translator:
    """A translator around the graphs of a bundle, or around whatever stands in front of them."""
    return Translator(
        models,
        _load_tokenizer(bundle),
        bundle.manifest,
        options=_default_options(bundle.manifest),
        provider=provider,
        precision=precision,
        threads=threads,
        words=BundleWords(bundle),
    )


def _measured(manifest: Manifest) -> Choice | None:
    """What ``traverba bench --remember`` chose for this model on this machine."""
    choice = read_choice(home(), f"{manifest.name} {manifest.version}", import_onnxruntime().__version__)
    offered = {variant.precision for variant in manifest.variants}
    return choice if choice and choice.precision in offered else None


def _choose(device: str, providers: Sequence[str] | None, measured: Choice | None) -> tuple[str, ...]:
    distributions = installed_distributions()
    if clash := clash_of(distributions):
        logger.warning("%s", clash)
    # Looking for plugins means walking through all installed packages: only for who asks for more.
    plugins = providers is not None or device not in ("auto", "cpu") or measured is not None
    return choose_providers(
        device,
        providers,
        available_providers(plugins=plugins),
        measured=measured.provider if measured else None,
        distributions=distributions,
    )


def load_models(
    bundle: Bundle,
    providers: Sequence[str],
    precision: str | None,
    threads: int,
    *,
    cuda_graphs: bool = False,
) -> tuple[GraphModels, str]:
    """The graphs, and the precision that the provider's policy took."""
    manifest = bundle.manifest
    precision = choose_precision(providers[0], [v.precision for v in manifest.variants], precision)
    variant = next(v for v in manifest.variants if v.precision == precision)
    shortlist = None
    if variant.narrow_step is not None:
        shortlist = read_shortlist(bundle.folder / SHORTLIST_FILE, manifest.vocab_size)
    models = open_models(
        bundle.folder, variant, manifest.vocab_size, providers, threads, shortlist, cuda_graphs=cuda_graphs
    )
    if bundle.unpacked:
        models.open_all()
    return models, precision


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


def _default_options(manifest: Manifest) -> DecodeOptions:
    try:
        return DecodeOptions(**manifest.decoding)
    except (TypeError, OptionError) as error:
        raise BundleFormatError(
            f"the manifest's decoding defaults cannot be used ({error}); "
            "upgrade traverba or export the bundle again"
        ) from error
