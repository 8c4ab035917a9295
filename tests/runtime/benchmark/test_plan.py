"""What is compared, and with what."""

from __future__ import annotations

import pytest
from tests.runtime.benchmark.scripted import CPU, MATERIAL, ONE, OPENVINO, PLAIN, TWO_THREADS

from traverba.benchmark.figures import Configuration, Workload
from traverba.benchmark.plan import Plan, baseline_of, configurations, provider_named, workloads
from traverba.benchmark.sentences import BUILT_IN, built_in_sentences, choose_direction
from traverba.errors import OptionError

CUDA = "CUDAExecutionProvider"
DIRECTIONS = (("qaa", "qab"), ("en", "fr"), ("ru", "en"))


def test_every_provider_meets_every_precision_and_thread_count_the_cpu_first() -> None:
    found = configurations([OPENVINO, CPU], ["int8", "fp32"], [2, 1, 2])
    assert found == tuple(
        Configuration(provider, precision, threads)
        for provider in (CPU, OPENVINO)
        for precision in ("int8", "fp32")
        for threads in (1, 2)
    )


def test_a_gpu_is_not_measured_once_for_each_thread_count_of_the_cpu() -> None:
    assert configurations([CUDA], ["fp16"], [1, 4]) == (Configuration(CUDA, "fp16", 4),)


def test_every_batch_size_meets_every_beam_size() -> None:
    assert workloads([1, 8], [1, 5]) == (Workload(1, 1), Workload(1, 5), Workload(8, 1), Workload(8, 5))


def test_the_baseline_is_the_plainest_configuration_there_is() -> None:
    int8 = Configuration(CPU, "int8", 1)
    assert baseline_of([int8, TWO_THREADS, PLAIN]) == PLAIN
    assert baseline_of([int8]) == int8


def test_a_provider_may_be_named_like_its_device() -> None:
    assert provider_named("openvino") == OPENVINO
    assert provider_named("StrangerExecutionProvider") == "StrangerExecutionProvider"


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"starts": 0}])
def test_a_plan_that_measures_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(OptionError, match="at least 1, not 0"):
        Plan(MATERIAL, ("fp32",), (PLAIN,), (ONE,), **wrong)


@pytest.mark.parametrize("language", BUILT_IN)
def test_the_built_in_sentences_are_of_many_lengths(language: str) -> None:
    lengths = [len(sentence.split()) for sentence in built_in_sentences(language)]
    assert len(lengths) == 12
    assert lengths[0] <= 3
    assert lengths[-1] >= 20


def test_a_language_without_built_in_sentences_says_what_to_do() -> None:
    with pytest.raises(OptionError, match=r"no built-in sentences in 'qaa'; give a file"):
        built_in_sentences("qaa")


def test_without_texts_the_direction_is_one_with_built_in_sentences() -> None:
    assert choose_direction(DIRECTIONS, None, None, own_texts=False) == ("en", "fr")
    assert choose_direction(DIRECTIONS, None, None, own_texts=True) == ("qaa", "qab")
    assert choose_direction(DIRECTIONS, "ru", None, own_texts=False) == ("ru", "en")
    assert choose_direction(DIRECTIONS, None, "qab", own_texts=False) == ("qaa", "qab")


def test_a_direction_that_the_model_lacks_is_an_error_that_lists_those_it_has() -> None:
    with pytest.raises(OptionError, match="does not translate fr to any, but qaa to qab, en to fr, ru to en"):
        choose_direction(DIRECTIONS, "fr", None, own_texts=False)
