"""Other forms of training text: variants of pairs, noise on pieces, and the mixture of corpora."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba_export.corpora.batching import plan_epoch
from traverba_export.corpora.examples import Pool, Sequences, build_pool
from traverba_export.corpora.mixing import with_temperature, with_weights
from traverba_export.corpora.noise import PieceNoise, piece_noise
from traverba_export.corpora.rarity import with_rare_words
from traverba_export.corpora.reading import CorpusError
from traverba_export.corpora.variants import (
    VariantShares,
    in_capitals,
    names_in,
    with_other_name,
    with_small_start,
    with_typos,
    without_accents,
    without_final_mark,
)
from traverba_export.subwords import BOS, EOS, PAD, Subwords, train_subwords

TEXTS = ["the quick brown foxes jumped", "quickly the brown dogs jump", "foxes and dogs are brown"] * 20


@pytest.fixture(scope="module")
def subwords(tmp_path_factory: pytest.TempPathFactory) -> Subwords:
    return train_subwords(TEXTS, ["en", "fr"], 320, tmp_path_factory.mktemp("subwords") / "tokenizer.json")


def all_noise(subwords: Subwords, subword_dropout: float, word_dropout: float) -> PieceNoise:
    noise = piece_noise(subwords.path, subword_dropout, word_dropout)
    assert noise is not None
    return noise


def pool(name: str, size: int, passes: float = 1.0) -> Pool:
    ids = Sequences.pack([[100 + i] for i in range(size)])
    return Pool(name, ids, ids, 3, passes)


def test_a_slip_swaps_drops_or_doubles_one_letter_of_the_source() -> None:
    source, target = with_typos(("Tomorrow", "Demain"), np.random.default_rng(0)) or ("", "")
    assert target == "Demain" and source != "Tomorrow" and source[0] == "T"
    assert abs(len(source) - 8) <= 1 and set(source) <= set("Tomorrow")


@pytest.mark.parametrize(
    "source", ["Go on.", "https://example.com/pages", "{name} %s", "anna@example.com", "foo.html"]
)
def test_short_words_addresses_and_placeholders_have_no_slips(source: str) -> None:
    assert with_typos((source, "x"), np.random.default_rng(0)) is None


@given(st.text(max_size=40), st.integers(0, 9))
def test_typos_never_touch_the_target_and_keep_the_source_a_text(source: str, seed: int) -> None:
    changed = with_typos((source, "cible"), np.random.default_rng(seed))
    assert changed is None or (changed[1] == "cible" and changed[0].strip())


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Où est l'été ?", "Ou est l'ete ?"), ("schöne Grüße", "schone Gruße"), ("Ещё мой ёж", "Еще мой еж")],
)
def test_accents_go_and_letters_stay(text: str, plain: str) -> None:
    assert without_accents((text, "á")) == (plain, "á")
    assert without_accents((plain, "á")) is None


ABOUT_PEOPLE = [
    ("Is Anna here?", "Anna est-elle ici ?"),  # no name in French, where any word would begin so
    ("I saw Anna, Rita and Ben.", "J'ai vu Anna, Rita et Ben."),
    ("He knows Robert in Boston.", "Il connaît Robert à Boston."),
    ("In May we go.", "En mai nous partons."),
]


def test_names_are_what_both_sides_write_the_same_way_inside_a_sentence() -> None:
    assert names_in(ABOUT_PEOPLE) == {"a": ["Anna", "Rita"], "consonant": ["Ben", "Boston", "Robert"]}


@given(st.integers(0, 200))
def test_another_name_is_the_same_on_both_sides_and_ends_alike(seed: int) -> None:
    pair = ("Anna is in May.", "Anna est à May.")
    changed = with_other_name(pair, names_in(ABOUT_PEOPLE), np.random.default_rng(seed))
    assert changed is not None
    source, target = changed
    other = source.removesuffix(" is in May.")
    assert target == f"{other} est à May." and other[0] in "AR" and other.endswith("a")


@pytest.mark.parametrize("pair", [("Go.", "Allez."), ("Anna and Anna.", "Anna et Anna."), ("Zoe!", "Zoe !")])
def test_without_a_shared_name_that_is_known_nobody_else_comes_in(pair: tuple[str, str]) -> None:
    assert with_other_name(pair, names_in(ABOUT_PEOPLE), np.random.default_rng(0)) is None


def test_capitals_are_on_both_sides() -> None:
    assert in_capitals(("Komm her!", "Come here!")) == ("KOMM HER!", "COME HERE!")


@pytest.mark.parametrize(
    ("pair", "bare"),
    [
        (("I go.", "Je vais."), ("I go", "Je vais")),
        (("Who?", "Qui ?"), ("Who", "Qui ?")),
        (("Stop!", "Arrête !"), ("Stop", "Arrête")),
    ],
)
def test_without_the_source_s_mark_only_a_question_keeps_its_own(
    pair: tuple[str, str], bare: tuple[str, str]
) -> None:
    assert without_final_mark(pair) == bare
    assert without_final_mark(bare) is None


def test_a_first_word_is_small_where_that_takes_fewer_pieces_of_the_source_alone() -> None:
    def pieces(text: str) -> int:
        return 1 if text.lstrip("¿") in ("truck", "Tom") else 3

    assert with_small_start(("Truck here", "Camion"), pieces) == ("truck here", "Camion")
    assert with_small_start(("¿Truck?", "Camion ?"), pieces) == ("¿truck?", "Camion ?")
    for source in ("truck", "Tom", "Trucks", "Truck.com", "{0} Truck", "x Truck", "", "?"):
        assert with_small_start((source, "Camion"), pieces) is None


def test_pairs_come_again_the_oftener_the_rarer_their_rarest_word() -> None:
    """ "axe" is in 4 pairs, "oak" in 16, "the" in all: 1.5 times more, half of that, and hardly any more."""
    pairs = [("the axe", "x")] * 4 + [("the Oak", "x")] * 16 + [("the", "x")] * 780
    drawn = [Counter(with_rare_words(pairs, 1.5, np.random.default_rng(seed))) for seed in range(40)]
    mean = {pair: sum(count[pair] for count in drawn) / 40 for pair in set(pairs)}
    assert mean["the axe", "x"] == pytest.approx(4 * 1.5, rel=0.1)
    assert mean["the Oak", "x"] == pytest.approx(16 * 0.75, rel=0.1)
    assert mean["the", "x"] == pytest.approx(780 * 1.5 * 8 / 800, rel=0.1)
    assert list(with_rare_words(pairs, 0.0, np.random.default_rng(0))) == []
    assert list(with_rare_words([("!", "?")], 1.0, np.random.default_rng(0))) in ([], [("!", "?")])


def test_new_variants_leave_what_a_seed_drew_before(subwords: Subwords) -> None:
    pairs = [(f"The {word} on page {i}.", f"Le {word} page {i}.") for i, word in enumerate(TEXTS)]
    old = VariantShares(casual=0.3, stand_in=0.5)
    new = VariantShares(casual=0.3, stand_in=0.5, typos=0.4, unaccented=0.4, capitals=0.2, unmarked=0.4)
    before, after = (build_pool("p en-fr", pairs, "fr", 1.0, subwords, s, seed=1) for s in (old, new))
    assert len(after.source) > len(before.source)
    for i in range(len(before.source)):
        assert before.source[i].tolist() == after.source[i].tolist()


def test_undoing_merges_writes_the_same_text_in_more_pieces(subwords: Subwords) -> None:
    noise = all_noise(subwords, 0.5, 0.0)
    sequences = [np.array(subwords.tokenizer.encode(text), np.int32) for text in TEXTS[:3]]
    owner = np.repeat(np.arange(3), [len(s) for s in sequences])
    ids, owner = noise.resegment(np.concatenate(sequences), owner, np.random.default_rng(1))
    assert len(ids) > sum(map(len, sequences))
    assert [subwords.decode(ids[owner == i].tolist()) for i in range(3)] == TEXTS[:3]


def test_certain_subword_dropout_leaves_single_bytes(subwords: Subwords) -> None:
    ids = np.array(subwords.tokenizer.encode("brown foxes"), np.int32)
    pieces, _ = all_noise(subwords, 1.0, 0.0).resegment(
        ids, np.zeros(len(ids), int), np.random.default_rng(0)
    )
    assert [subwords.tokenizer.piece(i) for i in pieces.tolist()] == [bytes([b]) for b in b" brown foxes"]


def test_a_word_is_left_out_with_all_its_pieces_and_the_last_word_never(subwords: Subwords) -> None:
    noise = all_noise(subwords, 0.0, 1.0)
    long, single = (subwords.tokenizer.encode(text) for text in ("brown zebras", "zebras"))
    owner = np.repeat([0, 1], [len(long), len(single)])
    left = noise.leave_out_words(np.array([*long, *single], np.int32), owner, np.random.default_rng(0))
    assert left[owner == 0].tolist() == [PAD] * len(long)
    assert left[owner == 1].tolist() == single


def test_words_are_left_out_at_the_stated_rate(subwords: Subwords) -> None:
    noise = all_noise(subwords, 0.0, 0.2)
    ids = np.array(subwords.tokenizer.encode("the brown dogs jump " * 1000), np.int32)
    left = noise.leave_out_words(ids, np.zeros(len(ids), int), np.random.default_rng(0))
    words = noise.begins_word[ids]
    # 4,000 draws: three standard deviations are 0.019
    assert (left[words] == PAD).mean() == pytest.approx(0.2, abs=0.02)


def test_a_noisy_batch_is_repeatable_changes_each_epoch_and_asks_for_whole_targets(
    subwords: Subwords,
) -> None:
    pairs = [(text, text) for text in TEXTS]
    pools = [build_pool("p en-fr", pairs, "fr", 1.0, subwords, VariantShares(), seed=1)]
    noise = all_noise(subwords, 0.3, 0.3)
    first, again, later = (plan_epoch(pools, 200, 1, epoch, noise) for epoch in (0, 0, 1))
    assert first[0].src_ids.tolist() == again[0].src_ids.tolist()
    assert first[0].src_ids.tolist() != later[0].src_ids.tolist()
    batch = first[0]
    assert (batch.src_ids[:, 1:-1] == PAD).any() and (batch.prev_ids[:, 1:-1] == PAD).any()
    assert {subwords.decode([i for i in row if i not in (PAD, EOS)]) for row in batch.next_ids.tolist()} <= {
        *TEXTS
    }


def test_without_noise_there_is_nothing_to_draw(subwords: Subwords) -> None:
    assert piece_noise(subwords.path, 0.0, 0.0) is None


def test_a_tagged_corpus_says_so_behind_the_language(subwords: Subwords) -> None:
    pairs = [("the dogs", "the foxes")]
    tagged = build_pool("p en-fr", pairs, "fr", 1.0, subwords, VariantShares(), seed=1, tagged=True)
    row = plan_epoch([tagged], 100, 1, 0)[0].src_ids[0].tolist()
    assert row == [subwords.language_token("fr"), BOS, *subwords.tokenizer.encode("the dogs"), EOS]


def test_temperature_raises_small_directions_and_keeps_the_epoch_s_length() -> None:
    """n = 900 and 100 at T = 2: proportions 30 to 10, so 750 and 250 of 1,000 (by hand)."""
    pools = [pool("a.tsv en-fr", 600), pool("b.tsv en-fr", 300), pool("c.tsv en-ru", 50, passes=2.0)]
    seen = [p.passes * len(p.source) for p in with_temperature(pools, 2.0)]
    assert seen == pytest.approx([500, 250, 250])


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_temperatures_zero_and_one_change_nothing(temperature: float) -> None:
    pools = [pool("a.tsv en-fr", 600), pool("c.tsv en-ru", 50, passes=2.0)]
    assert [p.passes for p in with_temperature(pools, temperature)] == pytest.approx([1.0, 2.0])


def test_the_longest_beginning_of_a_path_weighs_a_corpus() -> None:
    pools = [pool("soft/en-fr.tsv en-fr", 5), pool("soft/en-ru.tsv en-ru", 5), pool("lexicon en-fr", 5, 2.0)]
    weighted = with_weights(pools, {"soft": 0.5, "soft/en-ru": 0.0})
    assert [p.passes for p in weighted] == [0.5, 0.0, 2.0]


def test_a_weight_for_no_corpus_is_an_error_that_names_it() -> None:
    with pytest.raises(CorpusError, match="tatoeba"):
        with_weights([pool("soft/en-fr.tsv en-fr", 5)], {"tatoeba": 1.0})


def test_a_pool_of_no_passes_is_not_seen(tmp_path: Path) -> None:
    plan = plan_epoch([pool("a en-fr", 5), pool("b en-fr", 5, passes=0.0)], 100, 1, 0)
    assert set(plan.pool_index.tolist()) == {0}
