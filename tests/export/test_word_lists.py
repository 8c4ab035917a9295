"""Lists of words are counted from a recipe's corpora and put into a bundle that stays sound."""

from __future__ import annotations

import dataclasses
import random
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from traverba import load_translator
from traverba.bundle import open_bundle
from traverba.bundle.installed import BUILT_IN
from traverba.word_file import read_words
from traverba_export.bundling import update_manifest
from traverba_export.cli import main
from traverba_export.recipe import RecipeError
from traverba_export.words.aligned import Aligned, Met
from traverba_export.words.counting import count_words
from traverba_export.words.lists import PHRASES, add_phrases, take_word_lists
from traverba_export.words.naming import (
    name_rare_words,
    name_words_of_manuals,
    pair_words,
    without_doubted,
)

TINY = Path(__file__).parent.parent / "data" / "tiny.traverba"
RECIPE = """
name = "tiny"
vocab_size = 64
seed = 1

[model]
preset = "everyday"

[[corpus]]
path = "pairs.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }

[[dev]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }
"""


def test_a_word_that_begins_a_sentence_is_counted_as_it_is_written_inside_one() -> None:
    texts = [
        "The roses of Rose.",
        "Where is Rose? The roses!",
        "Berlin is big. Berlin",
        "Rose, Berlin",
        "in Berlin",
    ]
    assert count_words(texts, "en") == {
        "the": 2,
        "roses": 2,
        "of": 1,
        "Rose": 3,
        "where": 1,
        "is": 2,
        "Berlin": 4,
        "big": 1,
        "in": 1,
    }


def test_a_name_that_somebody_wrote_small_is_still_a_name_where_it_begins_a_sentence() -> None:
    counts = count_words(["Tom saw Tom.", "It is Tom.", "it was tom", "Tom!"], "en")
    assert (counts["Tom"], counts["tom"]) == (4, 1)


def test_a_spelling_that_lacks_its_accents_is_dropped_beside_one_that_is_far_commoner() -> None:
    assert count_words(["le café"] * 40 + ["le cafe"] * 2, "fr") == {"le": 42, "café": 40}
    assert count_words(["je café"] * 39 + ["je cafe"] * 2, "fr") == {"je": 41, "café": 39, "cafe": 2}
    assert count_words(["je pêche"] * 2 + ["un pèche"] * 90, "fr")["pêche"] == 2  # its accents were typed


def test_an_apostrophe_is_inside_an_english_word_alone_however_it_is_typed() -> None:
    assert count_words(["so I don't, you don’t"], "en") == {"so": 1, "I": 1, "don't": 2, "you": 1}
    assert count_words(["de l’été, d'été"], "fr") == {"de": 1, "l": 1, "été": 2, "d": 1}


def test_words_that_translate_each_other_are_paired_as_they_are_mostly_written() -> None:
    german = {"dog": "Hund", "cat": "Katze", "red": "rot", "Berlin": "Berlin", "sees": "sieht", "old": "alt"}
    rng = random.Random(1)
    english = [rng.sample(sorted(german), 3) for _ in range(300)]
    pairs = [(" ".join(words), " ".join(german[word] for word in words)) for words in english]
    pairs += [("Dog", "Hund")] * 3
    lists = {
        "en": count_words([left for left, _ in pairs], "en"),
        "de": count_words([right for _, right in pairs], "de"),
    }
    assert sorted(pair_words(Aligned.learn(pairs), Met(("en", "de"), lists, ({}, {})))) == sorted(
        german.items()
    )


@pytest.mark.parametrize(("often", "paired"), [(60, True), (3, False)])
def test_a_rare_word_needs_more_certainty_than_a_common_one(often: int, paired: bool) -> None:
    """Ten translations by turns: a tenth of one direction's probability each, all of the other's."""
    translations = ["Hund", "Köter", "Rüde", "Welpe", "Töle", "Dogge", "Pudel", "Dackel", "Mops", "Spitz"]
    pairs = [("dog", translation) for translation in translations * often]
    lists = {side: Counter(pair[i] for pair in pairs) for i, side in enumerate(("en", "de"))}
    found = sorted(pair_words(Aligned.learn(pairs), Met(("en", "de"), lists, ({}, {}))))
    assert found == ([("dog", translation) for translation in sorted(translations)] if paired else [])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(TINY) as archive:
        archive.extractall(tmp_path / "bundle")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    pairs = [f"lout bami\tword number {i}" for i in range(30)]
    (tmp_path / "pairs.tsv").write_text("\n".join(pairs), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("bami lout\tno more", encoding="utf-8")
    return tmp_path / "bundle"


def test_the_command_gives_a_bundle_its_words(folder: Path) -> None:
    with load_translator(folder) as translator:
        before = translator.translate("lout bami", source="qaa", target="qab")
    where = folder.parent
    assert main(["words", str(where / "recipe.toml"), str(folder), "--data", str(where)]) == 0
    with open_bundle(folder, verify_hashes=True) as bundle:
        assert bundle.manifest.words == {"qaa": "words.qaa.txt.gz", "qab": "words.qab.txt.gz"}
        assert bundle.manifest.dictionaries == {"qaa-qab": "dictionary.qaa-qab.txt.gz"}
        assert bundle.manifest.rare_words == {
            "qaa-qab": "rare.qaa-qab.txt.gz",
            "qab-qaa": "rare.qab-qaa.txt.gz",
        }
        assert bundle.manifest.decoding["made_up_penalty"] > 0, "now that it knows its words"
        content = (bundle.folder / "words.qaa.txt.gz").read_bytes()
    assert read_words(content, "words.qaa.txt.gz")["lout"] == 30
    with load_translator(folder) as translator:
        assert translator.translate("lout bami", source="qaa", target="qab").text == before.text
        assert translator.translate("lotu bami", source="qaa", target="qab").text == before.text


def test_a_new_version_takes_the_words_and_penalties_of_the_one_before(folder: Path, tmp_path: Path) -> None:
    where, new = folder.parent, tmp_path / "new"
    shutil.copytree(folder, new)
    assert main(["words", str(where / "recipe.toml"), str(folder), "--data", str(where)]) == 0
    update_manifest(folder, lambda m: dataclasses.replace(m, decoding={"length_penalty": 1.4}))
    take_word_lists(new, str(folder))
    with open_bundle(folder) as old, open_bundle(new, verify_hashes=True) as taken:
        lists = [taken.manifest.words, taken.manifest.dictionaries, taken.manifest.rare_words]
        assert lists == [old.manifest.words, old.manifest.dictionaries, old.manifest.rare_words]
        assert all(
            (taken.folder / name).read_bytes() == (old.folder / name).read_bytes()
            for files in lists
            for name in files.values()
        )
        assert taken.manifest.decoding["length_penalty"] == 1.4


@pytest.mark.parametrize("origin", ["itself", "everyday"])
def test_words_of_a_bundle_that_has_none_or_other_languages_are_not_taken(folder: Path, origin: str) -> None:
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(RecipeError, match="no words of qaa, qab"):
        take_word_lists(folder, str(folder) if origin == "itself" else origin)
    assert (folder / "manifest.json").read_bytes() == before


def test_corpora_that_are_not_there_leave_the_bundle_as_it_was(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "pairs.tsv").unlink()
    before = (folder / "manifest.json").read_bytes()
    assert main(["words", str(folder.parent / "recipe.toml"), str(folder), "--data", str(folder.parent)]) == 2
    assert "pairs.tsv does not exist" in capsys.readouterr().err
    assert (folder / "manifest.json").read_bytes() == before


def test_words_that_many_sentences_have_are_left_to_the_model() -> None:
    pairs = [("the oak", "die Eiche"), ("the axe", "die Axt")] * 3 + [("the", "die")] * 200
    lists = {side: count_words([pair[i] for pair in pairs], side) for i, side in enumerate(("en", "de"))}
    seen = {"the": 206, "oak": 3, "axe": 100}, {"die": 206, "eiche": 3, "axt": 101}
    assert name_rare_words(Aligned.learn(pairs), Met(("en", "de"), lists, seen), []) == {
        ("en", "de"): {"oak": "Eiche", "axe": "Axt"},
        ("de", "en"): {"Eiche": "oak"},
    }


def test_a_word_of_manuals_is_called_what_manuals_call_it_unless_everyday_sentences_have_it_as_well() -> None:
    """Everyday sentences swim in a pool; a driver is a person there, but in two sentences of a hundred."""
    names = {"pool": "Pool", "driver": "Treiber", "cursor": "Zeiger", "page": "Seite", "the": "der"}
    rng = random.Random(2)
    english = [rng.sample(sorted(names), 2) for _ in range(200)]
    manuals = [(" ".join(words), " ".join(names[word] for word in words)) for words in english]
    lists = {side: count_words([pair[i] for pair in manuals], side) for i, side in enumerate(("en", "de"))}
    seen = {"pool": 100, "driver": 100, "cursor": 100, "page": 2000, "the": 1}, {"treiber": 98, "zeiger": 100}
    everyday = {"pool": 16, "driver": 2}, {"zeiger": 15}
    met = Met(("en", "de"), lists, seen)
    assert name_words_of_manuals(Aligned.learn(manuals), everyday, met) == {
        ("en", "de"): {"driver": "Treiber", "cursor": "Zeiger"},
        ("de", "en"): {"Treiber": "driver", "Zeiger": "cursor"},
    }


def test_an_ordinary_word_that_manuals_of_the_other_language_have_as_code_has_no_name() -> None:
    """Everyday English has "site", everyday German has none; "regex" has neither, "file" both."""
    rng = random.Random(3)
    texts = [" ".join(rng.sample(["site", "regex", "file", "Baum"], 2)) for _ in range(200)]
    manuals = list(zip(texts, texts, strict=True))
    lists = {side: count_words(texts, side) for side in ("en", "de")}
    seen = Counter({"site": 100, "regex": 100, "file": 100}), Counter[str]()
    everyday = {"site": 2, "file": 2, "dog": 5}, {"file": 1, "hund": 5}
    named = name_words_of_manuals(Aligned.learn(manuals), everyday, Met(("en", "de"), lists, seen))
    assert named["en", "de"] == {"regex": "regex", "file": "file"}


def test_a_word_that_hardly_a_sentence_has_is_called_what_a_better_known_form_of_it_is() -> None:
    names = {
        "umliegende": "surrounding",
        "umliegenden": "ballboys",  # met with them, by chance
        "umliegendes": "surrounding",  # found by the other form as well
        "umliegender": "neighbouring",
        "einzige": "only",
        "Balljungen": "ballboys",
        "Umliegend": "Umliegend",
    }
    seen = dict.fromkeys(names, 2) | {"umliegende": 5, "umliegender": 3, "einzige": 5, "balljungen": 1}
    found = without_doubted(names, seen, {"umliegendes": 3, "umliegende": 6}, "de")
    assert names.keys() - found.keys() == {"umliegenden", "umliegendes"}
    assert found.items() <= names.items()
    met_often = without_doubted(names, seen, {"umliegenden": 4, "umliegende": 6}, "de")
    assert "umliegenden" in met_often, "a translator does not ask for other forms of it"


def test_a_name_that_both_languages_have_is_called_what_it_is() -> None:
    """It never stands beside itself here, and "Rose" beside "Tom": by alignment it would be Tom."""
    pairs = [
        ("Pierre knows Rose", "Il connaît Tom"),
        ("a stone", "une pierre"),
        ("ask Tom", "il faut Pierre"),
    ]
    lists = {side: count_words([pair[i] for pair in pairs], side) for i, side in enumerate(("en", "fr"))}
    seen: tuple[dict[str, int], dict[str, int]] = {"tom": 1}, {}
    named = name_rare_words(Aligned.learn(pairs), Met(("en", "fr"), lists, seen), [])
    assert named["en", "fr"] == {"Tom": "Tom"}


@pytest.mark.parametrize(
    ("word", "here", "there", "in_dictionary", "called"),
    [
        ("Tom", 5, 4, None, "Tom"),
        ("Athens", 17, 1, "Athènes", "Athènes"),
        ("Schmidt", 8, 3, "Smith", "Schmidt"),  # common to both
        ("Vienna", 35, 1, None, None),  # quoted, and nobody knows what it is called
        ("Higgins", 9, 1, None, "Higgins"),  # too seldom met to say
    ],
)
def test_a_name_of_both_languages_is_called_what_the_dictionary_says_where_it_is_seldom(
    word: str, here: int, there: int, in_dictionary: str | None, called: str | None
) -> None:
    lists = {"en": {word: here}, "fr": {word: there}}
    pairs = [(word, in_dictionary), (word, "Autre")] if in_dictionary else []
    seen = {word.lower(): 1}
    named = name_rare_words(Aligned.learn([(word, word)]), Met(("en", "fr"), lists, (seen, seen)), pairs)
    assert named["en", "fr"].get(word) == called


def test_phrases_are_said_in_all_languages_and_none_is_understood_twice_in_english() -> None:
    header, *lines = PHRASES.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert header.split("\t") == ["en", "fr", "de", "es", "ru"]
    for row in rows:
        assert len(row) == 5 and all(
            variant.strip() == variant != "" for c in row for variant in c.split("|")
        )
        assert all(("а" <= letter.lower() <= "я" or letter in "ёЁ") for letter in row[4] if letter.isalpha())
    english = Counter(variant.casefold() for row in rows for variant in row[0].split("|"))
    assert [phrase for phrase, times in english.items() if times > 1] == []


def test_phrases_go_into_bundles_of_their_languages(tmp_path: Path) -> None:
    for name, origin, has_them in (("big", BUILT_IN / "everyday", True), ("tiny", TINY, False)):
        folder = tmp_path / name
        if origin.is_dir():
            shutil.copytree(origin, folder)
        else:
            zipfile.ZipFile(origin).extractall(folder)
        add_phrases(folder)
        with open_bundle(folder) as bundle:  # sizes and hashes are right
            assert (bundle.manifest.phrases is not None) == has_them
            assert (bundle.folder / "phrases.txt.gz").exists() == has_them
