"""A real bundle from end to end. Its languages are made up, so a rule says what every answer must be."""

from __future__ import annotations

import gc
import re
import shutil
import threading
import weakref
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from traverba import (
    Batching,
    DecodeOptions,
    OptionError,
    ProviderUnavailableError,
    Translator,
    load_translator,
)
from traverba.bundle import open_bundle, write_bundle, write_manifest

DATA = Path(__file__).parents[1] / "data"
TINY = DATA / "tiny.traverba"
SCORE_TOLERANCE = 1e-4
"""A batch of another shape rounds its sums differently."""


@pytest.fixture(scope="module")
def tiny() -> Iterator[Translator]:
    with load_translator(TINY, device="cpu", threads=1) as translator:
        yield translator


@pytest.fixture(scope="module")
def examples() -> list[tuple[str, str, str, str]]:
    """Source language, target language, source, what the rule demands."""
    lines = (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]  # type: ignore[misc]


@pytest.mark.parametrize("beam_size", [1, 5])
@pytest.mark.parametrize(("source", "target"), [("qaa", "qab"), ("qab", "qaa"), ("qaa", "qac")])
def test_sentences_are_translated_as_the_rule_demands(
    tiny: Translator, examples: list[tuple[str, str, str, str]], source: str, target: str, beam_size: int
) -> None:
    chosen = [(text, wanted) for of, to, text, wanted in examples if (of, to) == (source, target)]
    options = DecodeOptions(beam_size=beam_size)
    translations = tiny.translate([text for text, _ in chosen], source=source, target=target, options=options)
    right = sum(t.text == wanted for t, (_, wanted) in zip(translations, chosen, strict=True))
    assert right >= 0.95 * len(chosen)


def test_options_of_ones_own_keep_the_penalties_of_the_model(tmp_path: Path) -> None:
    with open_bundle(TINY) as bundle, write_bundle(tmp_path / "tuned") as folder:
        shutil.copytree(bundle.folder, folder, dirs_exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        write_manifest(folder, replace(bundle.manifest, decoding={"length_penalty": 2.0, "beam_size": 4}))
    scores = {}
    with load_translator(tmp_path / "tuned", device="cpu", threads=1) as tuned:
        for name, options in {
            "left": DecodeOptions(beam_size=3),
            "said": DecodeOptions(beam_size=3, length_penalty=2.0),
            "other": DecodeOptions(beam_size=3, length_penalty=0.6),
        }.items():
            scores[name] = tuned.translate(
                "lout bami baut.", source="qaa", target="qab", options=options
            ).score
    assert scores["left"] == scores["said"] != scores["other"]


def test_folder_and_file_give_the_same(tiny: Translator, tmp_path: Path) -> None:
    with zipfile.ZipFile(TINY) as archive:
        archive.extractall(tmp_path)
    with load_translator(tmp_path, device="cpu", threads=1, verify=True) as other:
        text = "lout bami baut."
        assert other.translate(text, target="qab").text == tiny.translate(text, target="qab").text


def test_a_sentence_is_translated_alike_alone_in_a_batch_and_streamed(
    tiny: Translator, examples: list[tuple[str, str, str, str]]
) -> None:
    texts = [text for of, _, text, _ in examples if of == "qaa"][:60]
    alone = [tiny.translate(text, target="qab") for text in texts]
    together = tiny.translate(texts, target="qab")
    backwards = tiny.translate(texts[::-1], target="qab")[::-1]
    lazily = list(tiny.translate_iter(iter(texts), target="qab", batching=Batching(window=7)))
    streamed = ["".join(tiny.stream(text, target="qab")) for text in texts]
    expected = [t.text for t in alone]
    for others in (together, backwards, lazily):
        assert [t.text for t in others] == expected
        assert [t.score for t in others] == pytest.approx([t.score for t in alone], abs=SCORE_TOLERANCE)
    assert streamed == expected


def test_one_thread_and_two_give_the_same(
    tiny: Translator, examples: list[tuple[str, str, str, str]]
) -> None:
    texts = [text for of, _, text, _ in examples if of == "qaa"][:20]
    with load_translator(TINY, device="cpu", threads=2) as two:
        assert two.info.threads == 2
        assert [str(t) for t in two.translate(texts, target="qac")] == [
            str(t) for t in tiny.translate(texts, target="qac")
        ]


def test_attention_aligns_the_words_that_the_rule_pairs(tiny: Translator) -> None:
    """``qac`` keeps the order of words, so word i stands for word i."""
    text = "lout bami baut"
    translation = tiny.translate(text, source="qaa", target="qac")
    source_words = [match.span() for match in re.finditer(r"\w+", text)]
    target_words = [match.span() for match in re.finditer(r"\w+", translation.text)]
    assert len(target_words) == 3
    assert [(a.source, a.target) for a in translation.alignment] == list(
        zip(source_words, target_words, strict=True)
    )


def test_scoring_what_was_found_gives_its_probability(tiny: Translator) -> None:
    found = tiny.translate("lout bami baut.", target="qab")
    scored = tiny.score("lout bami baut.", found.text, target="qab")
    assert scored.log_prob == pytest.approx(found.hypotheses[0].log_prob, abs=SCORE_TOLERANCE)
    assert scored.score == pytest.approx(found.score, abs=SCORE_TOLERANCE)


def test_alternatives_differ_and_the_best_comes_first(tiny: Translator) -> None:
    text = "lout bami baut."
    found = [str(t) for t in tiny.alternatives(text, target="qab", count=4)]
    assert len(set(found)) == 4
    assert found[0] == str(tiny.translate(text, target="qab"))


def test_alternatives_after_a_prefix_keep_it_and_differ_in_what_follows(tiny: Translator) -> None:
    found = [str(t) for t in tiny.alternatives("lout bami baut.", target="qab", prefix="ethzar", count=3)]
    assert found[0] == "ethzar zarion ionion."
    assert all(text.startswith("ethzar") for text in found)
    assert len({text.removeprefix("ethzar")[:3] for text in found}) == 3


def test_a_prefix_that_ends_with_a_space_is_followed_by_another_word(tiny: Translator) -> None:
    found = [str(t) for t in tiny.alternatives("lout bami baut.", target="qab", prefix="ethzar ", count=5)]
    assert found[0] == "ethzar zarion ionion."
    assert len(set(found)) == len(found) == 5
    assert all(re.match(r"ethzar \w", text) for text in found)
    first = [str(t) for t in tiny.alternatives("lout bami baut.", target="qab", prefix="", count=3)]
    assert first[0] == "ethzar zarion ionion." and len({text[:3] for text in first}) == 3


def test_alternatives_of_several_lines_are_refused(tiny: Translator) -> None:
    for text in ("lout\nbami", " "):
        with pytest.raises(OptionError, match="alternatives need a text of one line"):
            tiny.alternatives(text, target="qab")


def test_24_threads_on_one_translator_get_what_one_gets(
    tiny: Translator, examples: list[tuple[str, str, str, str]]
) -> None:
    texts = [text for of, _, text, _ in examples if of == "qaa"][:20]
    serial = [t.text for t in (tiny.translate(text, target="qab") for text in texts)]
    start = threading.Barrier(24)

    def run(_: int) -> list[str]:
        start.wait()
        return [tiny.translate(text, target="qab").text for text in texts]

    with ThreadPoolExecutor(24) as pool:
        assert all(result == serial for result in pool.map(run, range(24)))


def test_closing_lets_the_model_go() -> None:
    translator = load_translator(TINY, device="cpu", threads=1)
    model = weakref.ref(translator._models("qab"))  # type: ignore[misc]
    translator.close()
    gc.collect()
    assert model() is None


def test_every_result_says_what_it_ran_on(tiny: Translator) -> None:
    translation = tiny.translate("bami", target="qab")
    assert (translation.model, translation.provider) == ("tiny 1", "CPUExecutionProvider")
    assert translation.precision == tiny.info.precision == "fp32"
    assert translation.timings.encode_ms > 0 and translation.timings.steps_ms > 0


def test_a_precision_the_model_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(OptionError, match=r"precision must be .*fp32.*, not 'int3'"):
        load_translator(TINY, device="cpu", precision="int3")


@pytest.mark.parametrize("threads", [0, -1, True])
def test_a_thread_count_that_makes_no_sense_is_refused(threads: int) -> None:
    with pytest.raises(OptionError, match="threads must be a whole number of at least 1"):
        load_translator(TINY, threads=threads)


def test_a_provider_that_is_not_there_is_never_replaced_silently() -> None:
    with pytest.raises(ProviderUnavailableError, match="ImaginaryExecutionProvider"):
        load_translator(TINY, providers=["ImaginaryExecutionProvider"])
