"""Glossaries: read from files, found in texts with other cases and endings."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.errors import GlossaryError
from traverba.glossary import Glossary, Term, TermFinder, load_glossary, says

TBX_2 = """<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body><termEntry id="1">
<langSet xml:lang="en"><tig><term>hard  disk</term></tig></langSet>
<langSet xml:lang="fr-FR"><tig><term>disque dur</term></tig>
<tig><term>disque fixe</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig>
</langSet></termEntry></body></text></martif>"""

TBX_3 = """<tbx style="dca" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="c1"><langSec xml:lang="en"><termSec><term>engine</term></termSec></langSec>
<langSec xml:lang="de"><termSec><term>Motor</term></termSec></langSec></conceptEntry></body></text></tbx>"""


def found(text: str, *terms: str, language: str = "en") -> list[str]:
    finder = TermFinder([Term(term, ("x",)) for term in terms], language)
    return [text[slice(*match.span)] for match in finder.find(text)]


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_term_is_found_with_other_endings_and_in_any_case() -> None:
    assert found("Machines win; the MACHINE wins.", "machine") == ["Machines", "MACHINE"]
    assert found("Die Häuser stehen.", "Haus", language="de") == ["Häuser"]
    assert found("Он купил машины.", "машина", language="ru") == ["машины"]


def test_a_term_is_not_found_inside_another_word() -> None:
    assert found("The machinery is portable.", "port", "chin") == []


def test_a_term_with_a_capital_needs_its_capitals() -> None:
    assert found("Apple sells apples. APPLE!", "Apple") == ["Apple", "APPLE"]


def test_the_longest_of_several_terms_is_found() -> None:
    assert found("a hard disk drive and a disk", "disk", "hard disk", "hard disk drive") == [
        "hard disk drive",
        "disk",
    ]


def test_white_space_in_a_phrase_is_free_and_other_signs_are_not() -> None:
    assert found("state-of-the-art, hard\n disk, hard-disk", "state-of-the-art", "hard disk") == [
        "state-of-the-art",
        "hard\n disk",
    ]


def test_a_translation_counts_in_another_form() -> None:
    assert says("Les machines gagnent, la machine perd.", ["machine"], "fr") == 2
    assert says("Die Geräte gewinnen.", ["Maschine", "Gerät"], "de") == 1
    assert says("Rien.", ["machine"], "fr") == 0


def test_a_dict_makes_a_glossary_of_one_direction() -> None:
    glossary = Glossary.of({"engine": "moteur", "cat": ["chat", "minou"]}, source="en", target="fr")
    assert glossary.between("en", "fr") == (Term("engine", ("moteur",)), Term("cat", ("chat", "minou")))
    assert glossary.between("fr", "en") == () and len(glossary) == 2


def test_a_table_with_languages_gives_all_directions(tmp_path: Path) -> None:
    path = written(tmp_path, "g.csv", "\ufeffen,fr,de\r\n# a comment\r\nengine|motor,moteur,\r\n\r\n")
    glossary = load_glossary(path)
    assert glossary.between("en", "fr") == (Term("engine", ("moteur",)), Term("motor", ("moteur",)))
    assert glossary.between("fr", "en") == (Term("moteur", ("engine", "motor")),)
    assert glossary.between("en", "de") == ()


def test_a_table_without_languages_is_read_in_the_named_direction(tmp_path: Path) -> None:
    path = written(tmp_path, "g.tsv", "hard disk\tdisque dur\nhard disk\tdisque\n")
    glossary = load_glossary(path, source="en", target="fr")
    assert glossary.between("en", "fr") == (Term("hard disk", ("disque dur", "disque")),)
    with pytest.raises(GlossaryError, match="first row such as en,fr"):
        load_glossary(path)


@pytest.mark.parametrize(("version", "content"), [("2", TBX_2), ("3", TBX_3)])
def test_both_versions_of_tbx_are_read(tmp_path: Path, version: str, content: str) -> None:
    glossary = load_glossary(written(tmp_path, "g.tbx", content))
    if version == "2":
        assert glossary.between("en", "fr") == (Term("hard disk", ("disque dur",)),)
        assert [t.source for t in glossary.between("fr", "en")] == ["disque dur", "disque fixe"]
    else:
        assert glossary.between("de", "en") == (Term("Motor", ("engine",)),)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("g.csv", "en,fr\nengine,moteur,extra\n", "line 2: 3 cells"),
        ("g.csv", "en,fr\nengine,\n", "line 2: a term without a translation"),
        ("g.csv", 'en,fr\n"engine,moteur\n', "line 2: unexpected end"),
        ("g.tbx", "<tbx><text>", "not well-formed"),
        ("g.tbx", "<tbx/>", "holds no termEntry"),
        ("g.tbx", '<!DOCTYPE a [<!ENTITY e "x">]><tbx>&e;</tbx>', "declares the entity e"),
        ("g.xls", "", "ends in .csv"),
    ],
)
def test_a_bad_file_is_named_with_the_place(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    with pytest.raises(GlossaryError, match=complaint) as caught:
        load_glossary(written(tmp_path, name, content))
    assert str(tmp_path / name) in str(caught.value)


def test_a_file_that_is_missing_or_not_utf8_is_a_glossary_error(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="No such file"):
        load_glossary(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("en,fr\ncat,b\xeate\n".encode("latin-1"))
    with pytest.raises(GlossaryError, match="not UTF-8"):
        load_glossary(tmp_path / "latin.csv")
