"""The model card says in tables what its manifest holds."""

from __future__ import annotations

import dataclasses

from traverba.bundle import Direction, Manifest, Score, ShortlistReport
from traverba_export.model import PRESETS
from traverba_export.model_card import model_card


def manifest(**changes: object) -> Manifest:
    return Manifest(
        name="small",
        version="1",
        created="2026-01-01T00:00:00+00:00",
        languages=("en", "fr"),
        directions=(Direction("en", "fr"),),
        target_tokens={"fr": 3},
        vocab_size=300,
        model=PRESETS["tiny"].to_dict(),
        **changes,  # type: ignore[arg-type]
    )


def score(value: float, settings: str, metric: str = "BLEU") -> Score:
    return Score("en", "fr", "held-out", metric, value, "signature", settings)


def test_what_int8_costs_is_a_table_of_tests_made_in_both_precisions() -> None:
    scores = (
        score(30.5, "beam 5, int8"),
        score(30.75, "beam 5, fp32"),
        score(29.0, "greedy, int8"),
        score(52.5, "beam 5, int8", metric="chrF"),
    )
    card = model_card(manifest(scores=scores))
    assert "| en → fr | held-out | BLEU | beam 5 | 30.75 | 30.50 | -0.25 |" in card
    assert "| held-out | chrF |" not in card


def test_scores_are_a_row_for_each_search_and_a_signature_for_each_metric() -> None:
    scores = (score(30.5, "greedy"), score(52.5, "greedy", metric="chrF"), score(31.0, "beam 5"))
    card = model_card(manifest(scores=scores))
    assert "| direction | test set | search | BLEU | chrF |" in card
    assert "| en → fr | held-out | greedy | 30.5 | 52.5 |" in card
    assert "| en → fr | held-out | beam 5 | 31.0 |  |" in card
    assert card.count("BLEU: `signature`") == card.count("chrF: `signature`") == 1


def test_without_both_precisions_there_is_no_such_table() -> None:
    assert "What int8 costs" not in model_card(manifest(scores=(score(30.5, "beam 5, int8"),)))


def test_the_shortlist_is_described_with_what_it_costs() -> None:
    report = ShortlistReport({"en-fr": 0.9812}, {"en-fr": -0.04}, "beam 5, int8, 300 sentences of dev")
    card = model_card(manifest(shortlist=report))
    assert "on by default" in card
    assert "| en → fr | 98.1 % | -0.04 |" in card
    assert "off by default" in model_card(manifest(shortlist=report, decoding={"shortlist": False}))


def test_news_stands_beside_what_peers_publish() -> None:
    news = [
        Score("en", "fr", "NTREX-128", "BLEU", value, "signature", settings)
        for value, settings in ((9.75, "greedy, int8"), (11.3, "beam 5, int8"))
    ]
    card = model_card(manifest(scores=news))
    assert "| en → fr | 11.3 | 42.7 | 47.8 | 48.7 |" in card
    assert "The far mark" not in model_card(manifest(scores=(score(30.5, "greedy"),)))


def test_decoders_of_single_languages_are_named() -> None:
    made = manifest()
    assert "decoder for each" not in model_card(made)
    own = dataclasses.replace(made, model={**made.model, "own_decoders": ["en", "fr"]})
    assert "a decoder for each target language (en, fr)" in model_card(own)
    assert "past them all" not in model_card(made)
    assert "past them all" in model_card(dataclasses.replace(made, model={**made.model, "lexical": True}))
