"""Russian clauses put together by rule: forms and orders by hand, and what they must not hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from traverba_export.corpora.clauses import Noun, Pronoun, _parsed, _said, clauses, plural_of, third_person
from traverba_export.corpora.word_order import morphology
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import RECIPES, load_recipe


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return clauses(2000, seed=1)


def test_the_same_seed_gives_the_same_pairs_and_no_pair_comes_twice(pairs: list[tuple[str, str]]) -> None:
    assert clauses(50, seed=1) == pairs[:50]
    assert clauses(50, seed=2) != pairs[:50]
    assert len({*pairs}) == len(pairs)


def test_orders_that_english_lacks_are_most_of_them_and_their_english_is_the_same() -> None:
    found = dict(clauses(5_000, seed=3))
    bare = {russian: english for russian, english in found.items() if len(russian.split()) == 3}
    first = {english.split()[1]: russian.split()[0] for russian, english in bare.items()}
    assert first, "there are clauses with nothing before them"
    turned = [
        (ru, en) for ru, en in bare.items() if ru.endswith(" собака.") and re.match(r"(A|The) dog ", en)
    ]
    assert turned, "who acts stands last in Russian and first in English"


@pytest.mark.parametrize(
    ("word", "english", "plural", "accusative", "called"),
    [
        ("дорога", "road", False, "дорогу", ("the road", "a road")),
        ("дорога", "road", True, "дороги", ("the roads", "roads")),
        ("слон", "elephant", False, "слона", ("the elephant", "an elephant")),
        ("ребёнок", "child", True, "детей", ("the children", "children")),
        ("вода", "water", False, "воду", ("the water", "water")),
    ],
)
def test_nouns_in_both_languages(
    word: str, english: str, plural: bool, accusative: str, called: tuple[str, str]
) -> None:
    noun = Noun(_parsed(word, {"NOUN", "nomn"}), english, plural)
    assert noun.form("accs") == accusative
    assert (noun.called(True), noun.called(False)) == called


@pytest.mark.parametrize(
    ("word", "owner", "plural", "actor", "called"),
    [
        ("сестра", "мой", False, "моя сестра", "my sister"),
        ("брат", "твой", False, "твой брат", "your brother"),
        ("дочь", "наш", True, "наши дочери", "our daughters"),
    ],
)
def test_a_relative_may_be_somebodys(word: str, owner: str, plural: bool, actor: str, called: str) -> None:
    english = {"сестра": "sister", "брат": "brother", "дочь": "daughter"}[word]
    noun = Noun(_parsed(word, {"NOUN", "nomn"}), english, plural, owner)
    assert noun.actor == actor and noun.called(True) == noun.called(False) == called


def test_who_is_acted_on_may_be_a_pronoun(pairs: list[tuple[str, str]]) -> None:
    assert Pronoun("меня").form("accs") == "меня" and Pronoun("их").called(True) == "them"
    turned = [english for russian, english in pairs if re.search(r"\b(меня|Меня)\b", russian)]
    assert turned and all(re.search(r"\bme\b", english) for english in turned)


@pytest.mark.parametrize(
    ("forms", "plural", "past", "progressive", "said"),
    [
        (["cross", "crossed", "crossing"], False, True, True, "was crossing"),
        (["cross", "crossed", "crossing"], True, True, False, "crossed"),
        (["cross", "crossed", "crossing"], True, False, True, "are crossing"),
        (["know", "knew", ""], False, False, True, "knows"),
        (["look for", "looked for", ""], False, False, True, "looks for"),
    ],
)
def test_english_verbs(forms: list[str], plural: bool, past: bool, progressive: bool, said: str) -> None:
    assert _said(forms, plural, past, progressive=progressive) == said


def test_english_endings() -> None:
    assert [plural_of(n) for n in ("box", "story", "boy", "young woman", "fairy tale")] == [
        "boxes", "stories", "boys", "young women", "fairy tales",
    ]  # fmt: skip
    assert [third_person(v) for v in ("catch", "buy", "carry", "wash")] == [
        "catches",
        "buys",
        "carries",
        "washes",
    ]


def test_an_object_that_does_not_come_last_shows_its_case(pairs: list[tuple[str, str]]) -> None:
    """Mothers and daughters have one form for both: what comes first would be who acts."""
    for russian, _ in pairs:
        assert not re.match(r"(Мать|Дочь|Лошадь|Мышь|Площадь|Тетрадь)\b.* (мать|дочь)\.$", russian)


def test_the_sentence_the_model_is_judged_by_is_not_put_together() -> None:
    for russian, english in clauses(5_000, seed=1):
        assert "truck" not in english and "грузовик" not in russian.lower()
        assert not ("chicken" in english and "cross" in english)


def test_every_form_is_known_to_the_morphology(pairs: list[tuple[str, str]]) -> None:
    words = {word for russian, _ in pairs for word in re.findall(r"[а-яё]+", russian.lower())}
    assert [word for word in sorted(words) if not morphology().word_is_known(word)] == []


def test_a_recipe_that_does_not_train_the_direction_is_refused(tmp_path: Path) -> None:
    text = (RECIPES / "multi30k" / "base.toml").read_text(encoding="utf-8")
    path = tmp_path / "x.toml"
    corpus = '[[{}]]\npath = "a.tsv"\nlanguages = ["en", "de"]\ndirections = {{ en-de = 1.0 }}\n'
    clause = "[clauses]\ncount = 3\ndirections = { ru-en = 1.0 }\n"
    path.write_text(f'name = "x"\n{text}\n{corpus.format("corpus")}{corpus.format("dev")}{clause}')
    with pytest.raises(RecipeError, match=r"\[clauses\]: ru-en is no direction"):
        load_recipe(path)
