"""Decoders of several languages: opened when they are asked for, once each."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from traverba.graphs import GraphModels


class Opened:
    """A model, as far as this is about it."""

    def __init__(self, target: str, encoder: object) -> None:
        self.target, self.encoder = target, encoder or f"the encoder, opened with {target!r}"


def models_of(*targets: str) -> tuple[Any, list[str]]:
    opened: list[str] = []

    def open_into(target: str, encoder: Any) -> Any:
        time.sleep(0.01)  # long enough for another thread to ask meanwhile
        opened.append(target)
        return Opened(target, encoder)

    return GraphModels(open_into, targets), opened


def test_only_what_is_asked_for_is_opened_and_only_once() -> None:
    models, opened = models_of("en", "fr", "de")
    assert opened == ["en"]
    assert [models(target).target for target in ("de", "en", "de")] == ["de", "en", "de"]
    assert opened == ["en", "de"]


def test_all_share_the_first_ones_encoder() -> None:
    models, _ = models_of("en", "fr")
    assert models("fr").encoder == models("en").encoder == "the encoder, opened with 'en'"


def test_one_model_serves_every_language_where_none_has_a_decoder_of_its_own() -> None:
    models, opened = models_of()
    assert models("fr") is models("de") is models.one
    assert opened == [""]


def test_many_threads_at_once_open_a_decoder_once() -> None:
    models, opened = models_of("en", "fr", "de")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(models, ["de", "fr"] * 20))
    assert sorted(opened) == ["de", "en", "fr"]
    assert len(set(map(id, found))) == 2


def test_all_can_be_opened_before_their_files_go() -> None:
    models, opened = models_of("en", "fr", "de")
    models.open_all()
    assert opened == ["en", "fr", "de"]
