"""A whole bundle with a shortlist: the trained tiny model, exported anew with a table for its languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from traverba import Batching, DecodeOptions, Translation, Translator, load_translator
from traverba.bundle import Manifest, open_bundle
from traverba.decoding import Lexicon, Shortlist
from traverba_export.alignment.model1 import learn_lexical_table
from traverba_export.bundling import export_bundle
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.graphs.sharing import SMALLEST_SHARED_BYTES
from traverba_export.model import ModelConfig
from traverba_export.recipe import Recipe
from traverba_export.reimport import load_model
from traverba_export.subwords import EOS, Subwords

DATA = Path(__file__).parents[1] / "data"
LINES = [line.split("\t") for line in (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()]
TO_QAB = [(source, target) for of, to, source, target in LINES if (of, to) == ("qaa", "qab")]
TEXTS = [source for source, _ in TO_QAB]
GREEDY, BEAM = DecodeOptions(beam_size=1), DecodeOptions(beam_size=4, num_hypotheses=2)
WHOLE = DecodeOptions(beam_size=1, shortlist=False)
LIKELY, PER_POSITION = 6, 6


def make_shortlist(subwords: Subwords) -> Shortlist:
    """Bytes on every list, words by alignment: small enough to leave a fifth of the tiny vocabulary out."""
    pairs = defaultdict(list)
    for _, to, source, target in LINES:
        pairs[to].append(tuple(subwords.encode_batch([source, target])))
    single = [i for i in range(subwords.vocab_size) if len(subwords.tokenizer.piece(i)) == 1]
    lexicons = {}
    for to, known in pairs.items():
        table, likely = learn_lexical_table(known), np.zeros((subwords.vocab_size, LIKELY), np.int64)
        for source in np.unique(table.source[table.source >= 0]).tolist():
            best = table.best(source, LIKELY)
            likely[source, : len(best)] = best
        lexicons[subwords.language_token(to)] = Lexicon(np.array([EOS, *single]), likely, np.arange(6, 390))
    return Shortlist(lexicons, subwords.vocab_size, PER_POSITION)


def recipe_of(manifest: Manifest) -> Recipe:
    directions = {f"{d.source}-{d.target}": 1.0 for d in manifest.directions}
    corpora = (
        CorpusSpec(
            ("made-up.tsv",), ("qaa", "qab"), directions={d: 1.0 for d in directions if "qac" not in d}
        ),
        CorpusSpec(("made-up.tsv",), ("qaa", "qac"), directions={d: 1.0 for d in directions if "qac" in d}),
    )
    return Recipe("tiny", ModelConfig(**manifest.model), corpora, (), vocab_size=manifest.vocab_size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, in both precisions."""
    scratch = tmp_path_factory.mktemp("shortlisted")
    with open_bundle(DATA / "tiny.traverba") as bundle:
        model, recipe = load_model(bundle), recipe_of(bundle.manifest)
        (scratch / "tokenizer.json").write_bytes((bundle.folder / "tokenizer.json").read_bytes())
    torch.save(
        {"config": model.config.to_dict(), "model": model.state_dict(), "dev": []}, scratch / "final.pt"
    )
    export_bundle(
        scratch / "final.pt",
        scratch / "tokenizer.json",
        recipe,
        scratch / "bundle",
        calibration=[(to, source) for _, to, source, _ in LINES[::6]],
        shortlist=make_shortlist(Subwords(scratch / "tokenizer.json")),
        precisions=("fp32", "int8"),
    )
    return scratch / "bundle"


@pytest.fixture(scope="module", params=["fp32", "int8"])
def translator(request: pytest.FixtureRequest, folder: Path) -> Iterator[Translator]:
    with load_translator(folder, device="cpu", precision=request.param, threads=1) as translator:
        yield translator


def facts(translation: Translation) -> tuple[object, ...]:
    hypotheses = translation.hypotheses
    return translation.text, translation.flags, [(h.text, h.score, h.tokens) for h in hypotheses]


def test_the_right_words_are_on_the_lists(translator: Translator) -> None:
    found = [t.text for t in translator.translate(TEXTS, target="qab", options=GREEDY)]
    right = sum(text == expected for text, (_, expected) in zip(found, TO_QAB, strict=True))
    assert right >= 0.9 * len(TEXTS)


def test_a_list_only_takes_probability_from_what_is_not_on_it(translator: Translator) -> None:
    narrow = translator.translate(TEXTS, target="qab", options=GREEDY)
    whole = translator.translate(TEXTS, target="qab", options=WHOLE)
    same = [(a, b) for a, b in zip(narrow, whole, strict=True) if a.text == b.text]
    assert len(same) >= 0.9 * len(TEXTS)
    raised = [a.hypotheses[0].log_prob - b.hypotheses[0].log_prob for a, b in same]
    assert min(raised) > -1e-4  # rounding
    assert max(raised) > 1e-4  # or the lists were not used


@pytest.mark.parametrize("options", [GREEDY, BEAM], ids=["greedy", "beam"])
def test_alone_batched_and_side_by_side_are_the_same_to_the_last_bit(
    translator: Translator, options: DecodeOptions
) -> None:
    expected = [facts(translator.translate(text, target="qab", options=options)) for text in TEXTS]
    assert [facts(t) for t in translator.translate(TEXTS, target="qab", options=options)] == expected
    few = Batching(token_budget=200, window=30, workers=3)
    found = translator.translate_iter(TEXTS[::-1], target="qab", options=options, batching=few)
    assert [facts(t) for t in found] == expected[::-1]


def test_a_stream_says_the_same(translator: Translator) -> None:
    for text in TEXTS[:20]:
        stream = translator.stream(text, target="qab", options=GREEDY)
        pieces = "".join(stream)
        assert stream.translation is not None and pieces == stream.translation.text
        assert facts(stream.translation) == facts(translator.translate(text, target="qab", options=GREEDY))


def test_what_is_asked_for_is_said_though_no_list_holds_it(translator: Translator) -> None:
    odd = "щущу"
    text = TEXTS[0]
    begun = translator.translate(text, target="qab", prefix=odd, options=GREEDY)
    assert begun.text.startswith(odd)
    required = translator.translate(text, target="qab", require=[odd])
    assert odd in required.text
    assert translator.score(text, odd, target="qab").text == odd


def test_without_the_list_the_answers_are_the_whole_vocabularys(folder: Path) -> None:
    with (
        load_translator(folder, device="cpu", precision="fp32", threads=1) as listed,
        load_translator(DATA / "tiny.traverba", device="cpu", threads=1) as old,
    ):
        found = listed.translate(TEXTS, target="qab", options=WHOLE)
        expected = old.translate(TEXTS, target="qab", options=GREEDY)
        assert [(t.text, t.flags) for t in found] == [(t.text, t.flags) for t in expected]


def test_a_large_table_is_stored_once_for_all_graphs_of_a_precision(folder: Path) -> None:
    for names in (("shortlist.onnx", "narrow_step.onnx"), ("shortlist.int8.onnx", "narrow_step.int8.onnx")):
        files = [*names, *(name.replace("shortlist", "decoder_step") for name in names[:1])]
        graphs = [onnx.load(str(folder / name), load_external_data=False).graph for name in files]
        embedded = [
            tensor.name
            for graph in graphs
            for tensor in graph.initializer
            if len(tensor.raw_data) >= SMALLEST_SHARED_BYTES
        ]
        assert len(embedded) == len(set(embedded))
