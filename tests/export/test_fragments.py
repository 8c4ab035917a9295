"""Parts of sentences as texts of their own: by hand, and by the definition of Koehn, Och & Marcu 2003."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba_export.alignment.linking import UNLINKED
from traverba_export.corpora import fragments as module
from traverba_export.corpora.fragments import LONGER, LONGEST, _consistent, fragments
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe

ADJECTIVES = {"red": "rouge", "black": "noir", "heavy": "lourd", "yellow": "jaune"}
NOUNS = {"hat": "chapeau", "piano": "piano", "lamp": "phare", "wagon": "wagon", "sack": "sac"}
VERBS = {"sees": "voit", "wants": "veut", "sells": "vend", "paints": "peint"}


@pytest.fixture(autouse=True)
def _no_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    """In corpora as small as these every word is one of the commonest."""
    monkeypatch.setattr(module, "GRAMMAR", 0)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    """ "Ann sees a red hat." in all ways, several times: French has the adjective behind its noun."""
    rows = itertools.product(VERBS, ADJECTIVES, NOUNS, ("Ann", "Bob"))
    return [
        (f"{who} {v} some {a} {n} here.", f"{who} {VERBS[v]} un {NOUNS[n]} {ADJECTIVES[a]} ici.")
        for v, a, n, who in rows
    ]


def test_a_noun_and_its_adjective_are_a_part_in_the_order_of_either_language(
    pairs: list[tuple[str, str]],
) -> None:
    forward, backward = fragments(pairs, seed=1)
    plain = {(a.lower().rstrip(".?!"), b.lower().rstrip(".?!")) for a, b in (*forward, *backward)}
    for (a, b), (n, m) in itertools.product(ADJECTIVES.items(), NOUNS.items()):
        assert (f"{a} {n}", f"{m} {b}") in plain
    assert not [pair for pair in plain if len(pair[0].split()) > LONGEST]


def test_each_part_is_there_once(pairs: list[tuple[str, str]]) -> None:
    forward, backward = fragments(pairs, seed=1)
    for side, made in ((0, forward), (1, backward)):
        parts = [pair[side].lower().rstrip(".?!") for pair in made]
        assert len(parts) == len(set(parts))


def test_some_have_a_capital_and_a_mark_on_both_sides(pairs: list[tuple[str, str]]) -> None:
    made = fragments(pairs, seed=1)[0]
    marked = [pair for pair in made if pair[0][-1] in ".?!"]
    assert 0 < len(marked) < len(made) / 2
    assert all(a[-1] == b[-1] for a, b in marked)
    raised = [pair for pair in made if pair[0][0].isupper() and not pair[0].startswith(("Ann", "Bob"))]
    assert raised
    assert all(b[0].isupper() for _, b in raised)


def test_a_seed_makes_the_same_parts_again(pairs: list[tuple[str, str]]) -> None:
    assert fragments(pairs, seed=3) == fragments(pairs, seed=3)
    assert fragments(pairs, seed=3) != fragments(pairs, seed=4)


def test_half_a_word_is_no_part() -> None:
    sentences = [
        ("Now I don't like cold-blooded people much.", "Or je n'aime guère les gens froids beaucoup."),
        (
            "Then I don't like cold-blooded animals much.",
            "Alors je n'aime guère les animaux froids beaucoup.",
        ),
    ]
    forward, backward = fragments(sentences * 3, seed=1)
    assert forward, "some parts are whole"
    for part, _ in forward:
        assert not part.lower().startswith(("t ", "blooded")), part
        assert not part.lower().rstrip(".?!").endswith(("don", "cold")), part
    for _, part in backward:
        assert not part.lower().rstrip(".?!").endswith(" n"), part


def test_what_has_a_mark_inside_is_no_part() -> None:
    forward, _ = fragments([("We bought apples, pears here.", "Nous achetâmes pommes, poires ici.")] * 4, 1)
    assert forward
    assert not [part for part, _ in forward if "," in part]


@given(
    st.lists(
        st.integers(0, 6) | st.just(UNLINKED), max_size=8, unique_by=lambda at: at if at >= 0 else object()
    )
)
def test_parts_are_those_that_no_link_leaves(links: list[int]) -> None:
    """Against the definition: boxes with a link at each border that none crosses."""
    found = set(_consistent(links))
    expected = set()
    for first, last in itertools.combinations_with_replacement(range(len(links)), 2):
        for start, stop in itertools.combinations_with_replacement(range(7), 2):
            points = [(i, at) for i, at in enumerate(links) if at != UNLINKED]
            rows = [i for i, at in points if start <= at <= stop]
            columns = [at for i, at in points if first <= i <= last]
            if not rows or not columns:
                continue
            tight = (min(rows), max(rows), min(columns), max(columns)) == (first, last, start, stop)
            if tight and last - first < LONGEST and stop - start <= last - first + LONGER:
                expected.add(((first, last), (start, stop)))
    assert found == expected


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('corpora = ["b.tsv"]\ndirections = { en-fr = 1.0 }', "b.tsv is no"),
        ('corpora = ["a.tsv"]\ndirections = { fr-en = 1.0 }', "from fr to en"),
    ],
)
def test_a_recipe_that_asks_for_parts_of_nothing_is_refused(tmp_path: Path, table: str, message: str) -> None:
    corpus = 'path = "a.tsv"\nlanguages = ["en", "fr"]\n'
    path = tmp_path / "r.toml"
    path.write_text(
        f'name = "r"\n[model]\npreset = "everyday"\n[[corpus]]\n{corpus}directions = {{ en-fr = 1.0 }}\n'
        f"[[dev]]\n{corpus}directions = {{ en-fr = 1.0 }}\n[fragments]\n{table}\n",
        encoding="utf-8",
    )
    with pytest.raises(RecipeError, match=message):
        load_recipe(path)


def test_numbers_of_sentences_decide_between_translations() -> None:
    """A part that ten sentences call one thing and two another is called the first."""
    rng = np.random.default_rng(1)
    others = [f"word{chr(97 + i)}" for i in range(20)]

    def sentence(called: str) -> tuple[str, str]:
        a, b = rng.choice(others, 2, replace=False)
        return f"{a} wagon {b} now.", f"{a} {called} {b} jetzt."

    made = fragments([sentence("Karre") for _ in range(10)] + [sentence("Waggon") for _ in range(3)], 1)[0]
    called = {a.lower().rstrip(".?!"): b.rstrip(".?!") for a, b in made}
    assert called["wagon"] == "Karre"


def test_what_ends_with_one_of_the_commonest_words_is_no_part(
    pairs: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRAMMAR", 2)  # "some" and "here", which all sentences have
    ends = {part.lower().rstrip(".?!").split()[-1] for part, _ in fragments(pairs, seed=1)[0]}
    assert "hat" in ends
    assert not {"some", "here"} & ends
