"""IBM Model 1 against a textbook's numbers and against a plain implementation."""

from collections import defaultdict

import numpy as np
import pytest

from traverba_export.alignment import learn_lexical_table, learn_lexicon
from traverba_export.alignment.lexicon import WordTables
from traverba_export.alignment.model1 import NULL
from traverba_export.alignment.naming import Name, name_words

Corpus = list[tuple[list[int], list[int]]]


def plain_model1(corpus: Corpus, iterations: int) -> dict[tuple[int, int], float]:
    """The algorithm as its authors write it, with dictionaries and loops."""
    t: dict[tuple[int, int], float] = {}
    for source, target in corpus:
        t.update({(e, f): 1.0 for e in [NULL, *source] for f in target})
    for e in {e for e, _ in t}:
        fs = [f for x, f in t if x == e]
        t.update({(e, f): 1 / len(fs) for f in fs})
    for _ in range(iterations):
        count, total = defaultdict[tuple[int, int], float](float), defaultdict[int, float](float)
        for source, target in corpus:
            words = [NULL, *source]
            for f in target:
                norm = sum(t[e, f] for e in words)
                for e in words:
                    count[e, f] += t[e, f] / norm
                    total[e] += t[e, f] / norm
        t = {(e, f): c / total[e] for (e, f), c in count.items()}
    return t


def test_the_table_is_that_of_the_plain_algorithm() -> None:
    rng = np.random.default_rng(0)
    corpus = [
        (rng.integers(0, 9, rng.integers(1, 6)).tolist(), rng.integers(0, 9, rng.integers(1, 6)).tolist())
        for _ in range(40)
    ]
    table = learn_lexical_table(corpus, iterations=4, minimum=0.0)
    expected = plain_model1(corpus, iterations=4)
    found = dict(
        zip(zip(table.source.tolist(), table.target.tolist(), strict=True), table.probability, strict=True)
    )
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key]) for key in expected)


def test_a_word_seen_in_two_contexts_finds_its_translation() -> None:
    """the house / das Haus, the book / das Buch, a book / ein Buch (the usual first example)."""
    the, house, book, a = 0, 1, 2, 3
    das, haus, buch, ein = 10, 11, 12, 13
    corpus = [([the, house], [das, haus]), ([the, book], [das, buch]), ([a, book], [ein, buch])] * 3
    table = learn_lexical_table(corpus, iterations=20)
    assert [table.best(word, 1)[0] for word in (the, house, book, a)] == [das, haus, buch, ein]


def test_an_unseen_word_has_no_translations() -> None:
    assert learn_lexical_table([([1], [2])]).best(7, 5).tolist() == []


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        learn_lexical_table([])


def test_a_lexicon_holds_the_words_that_choose_each_other() -> None:
    pairs = [("The house.", "Das Haus."), ("The book", "Das Buch"), ("A book!", "Ein Buch!")] * 3
    assert learn_lexicon(pairs) == [("a", "ein"), ("book", "buch"), ("house", "haus"), ("the", "das")]


def test_sentences_without_words_teach_no_words() -> None:
    assert learn_lexicon([("one 1", "un 1"), ("...", "!"), ("two", "deux")]) == [
        ("one", "un"),
        ("two", "deux"),
    ]


def test_a_rare_word_is_named_by_a_common_one_that_stands_for_others_as_well() -> None:
    """ "alt" and "uralt" are both "old": a lexicon of words that choose each other has one of them."""
    pairs = [("old house", "altes Haus"), ("old dog", "alter Hund"), ("old", "uralt")]
    pairs += [("house", "Haus"), ("dog", "Hund")] * 3
    english, german = name_words(WordTables.learn(pairs), 0.1)
    assert {word: name.text for word, name in german.items()} == {
        "haus": "house",
        "hund": "dog",
        "altes": "old",
        "alter": "old",
        "uralt": "old",
    }
    assert english["house"].text == "haus" and english["house"].weight > 0.9
    assert all(0.1 <= name.weight <= 1 for name in (*english.values(), *german.values()))


def test_a_word_without_a_likely_name_has_none() -> None:
    pairs = [("a b c d e f g h i j", "z")]
    assert name_words(WordTables.learn(pairs), 0.2) == (
        {letter: Name("z", 0.1**0.25) for letter in "abcdefghij"},
        {},
    )
