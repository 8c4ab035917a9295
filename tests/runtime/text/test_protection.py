"""What comes out as it is, what stands in for it, numbers and case."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text.casing import Casing, casing_of, recased, uncased
from traverba.text.figures.clocks import clock_times
from traverba.text.figures.numbers import added, numbers_of, place_of, says, spellings_of
from traverba.text.protection import find_protected
from traverba.text.rewriting import Rewriting


def protected(text: str, **options: tuple[str, ...]) -> list[str]:
    return [text[slice(*each.span)] for each in find_protected(text, built_in=True, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://a.org/x?y=1&z=(2), then (http://b.c).", ["https://a.org/x?y=1&z=(2", "http://b.c"]),
        ("Go to www.example.org/a or example.com.", ["www.example.org/a", "example.com"]),
        ("Mail first.last+x@mail.example.org.", ["first.last+x@mail.example.org"]),
        (
            "In /usr/lib/x.py, ~/notes and C:\\Users\\me\\a.txt!",
            ["/usr/lib/x.py", "~/notes", "C:\\Users\\me\\a.txt"],
        ),
        ("Open README.md or src/main.c", ["README.md", "src/main.c"]),
        ("%s has %1$d of %-5.2f and %(name)s", ["%s", "%1$d", "%-5.2f", "%(name)s"]),
        ("{name} {{x}} ${VAR} $HOME {0} {% if %}", ["{name}", "{{x}}", "${VAR}", "$HOME", "{0}", "{% if %}"]),
        ("a <b>bold</b> word<br/> &amp; more", ["<b>", "</b>", "<br/>", "&amp;"]),
        ("Run `make x` and ``a`b``", ["`make x`", "``a`b``"]),
        ("see [the page](http://a.b/c) now", ["[", "](http://a.b/c)"]),
        ("#winning with @joe_b", ["#winning", "@joe_b"]),
        ("👩‍👩‍👧 and 🇫🇷🇩🇪, 1️⃣ 👍🏽 ❤️", ["👩‍👩‍👧", "🇫🇷🇩🇪", "1️⃣", "👍🏽", "❤️"]),
        (
            "5 km, 20 %, €3.50, 1 000 kg, 12.5°C, 3,50 €",
            ["5 km", "20 %", "€3.50", "1 000 kg", "12.5°C", "3,50 €"],
        ),
        ("v1.2.3 of 2024-01-31 from 192.168.0.1", ["v1.2.3", "2024-01-31", "192.168.0.1"]),
        ("set max_length in run() with --json", ["max_length", "run()", "--json"]),
        (
            "Run git pull --rebase first, then sudo reboot or pip install numpy==1.2.",
            ["git pull --rebase", "sudo reboot", "pip install numpy==1.2"],
        ),
        ("git commit -m x, docker run --rm hello-world", ["git commit -m", "docker run --rm"]),
        ("<b><i>both</i></b>", ["<b><i>", "</i></b>"]),
    ],
)
def test_what_is_not_language_is_found(text: str, expected: list[str]) -> None:
    assert protected(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "He/she and/or 1/2 of them, 50-50, 3-2.",
        "It's 5 o'clock. I have 3 cats, 12 dogs and 1998 fish.",
        "a < b and c > d, e.g. this; R&D; rock & roll",
        "What a day... no? (yes!) [sic] \"quoted\" it's John's.",
        "The price in 1990 was #1",
        "Git is a tool; apt to fail, a docker runs, sudo is needed? No: cargo ships.",
    ],
)
def test_language_is_left_alone(text: str) -> None:
    assert protected(text) == []


def test_a_callers_patterns_and_words_come_first() -> None:
    assert protected("Order AB-123 at Big Shop", patterns=(r"[A-Z]{2}-\d+",), keep=("Big Shop", "Big")) == [
        "AB-123",
        "Big Shop",
    ]
    assert protected("Bigger", keep=("Big",)) == []
    assert find_protected("http://a.b x", built_in=False, keep=("x",))[0].span == (11, 12)


@given(st.text(alphabet="ab1 {}<>%$`@#/.:\\-_[]()😀\u200d\ufe0f&;", max_size=50))
def test_protected_parts_are_in_order_and_apart(text: str) -> None:
    spans = [each.span for each in find_protected(text, built_in=True)]
    assert all(start < end for start, end in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))


@given(st.text(max_size=20), st.integers(0, 999))
def test_what_looks_like_a_stand_in_is_protected(text: str, number: int) -> None:
    spans = [each.span for each in find_protected(f"{text} {{{number}}} {text}", built_in=True)]
    start = len(text) + 1
    assert any(a <= start and start + len(str(number)) + 2 <= b for a, b in spans)


def test_numbers_are_those_of_two_digits_or_more() -> None:
    assert numbers_of("3 cats, 12 dogs, 1,250.75 fish, 10 000 ants at 20:30, {12}") == (
        "12",
        "1,250.75",
        "10 000",
        "20",
        "30",
    )


def test_a_number_has_a_place_and_a_part_of_a_time_that_of_the_time() -> None:
    text = "45 men, 6:45 and 10,000"
    places = [text[slice(*place_of(text, number))] for number in ("45", "10,000")]
    assert places == ["45", "10,000"]
    assert text[4:][slice(*place_of(text[4:], "45"))] == "6:45"
    assert spellings_of("6:45") == ("6:45", "6.45", "6h45", "6 h 45")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("à 14 h 45, ou 8h05.", "à 14:45, ou 8:05."),
        ("24 h 00, 14 h, 3 h 5, 14 h 450, 1.14h45", "24 h 00, 14 h, 3 h 5, 14 h 450, 1.14h45"),
    ],
)
def test_a_french_time_of_day_is_read_as_others_write_it(text: str, read: str) -> None:
    assert Rewriting(text, clock_times(text)).text == read


@pytest.mark.parametrize("text", ["10 000 euros", "10,000", "10.000", "10000", "en 10\u202f000,"])
def test_a_number_may_be_written_as_a_language_does(text: str) -> None:
    assert says(text, "10,000")


@pytest.mark.parametrize("text", ["1000", "100000", "210,000", "10", "{10}000", ""])
def test_another_number_is_another_number(text: str) -> None:
    assert not says(text, "10,000")


@given(st.integers(10, 10**9))
def test_every_spelling_says_the_number(number: int) -> None:
    assert all(says(f"a {spelling}.", f"{number:,}") for spelling in spellings_of(f"{number:,}"))


@pytest.mark.parametrize(
    ("text", "decoded", "expected"),
    [
        ("10000 ants on 12.05.2020", "10 000 fourmis le 12/05/2020", ()),
        ("12/05/2020 at 20:30", "le 12.05.2020 à 20 h 30", ()),
        ("in 1998", "en 1989 ou 1998", ("1989",)),
        ("3 cats, 12 dogs", "33 chats, 12 chiens", ("33",)),
        ("12 of them and {34}", "12 d'entre eux et {34}", ()),
        ("1,250.75", "1 250,75", ()),
        ("120 people", "1200 personnes, soit 120", ("1200",)),
    ],
)
def test_a_number_that_the_text_does_not_have_is_found(
    text: str, decoded: str, expected: tuple[str, ...]
) -> None:
    assert added(text, decoded) == expected


@given(st.lists(st.integers(10, 10**9)), st.lists(st.integers(10, 10**9)))
def test_just_the_numbers_that_are_new_are_added(old: list[int], new: list[int]) -> None:
    text, decoded = "; ".join(map(str, old)), "; ".join(f"{n:,}" for n in new)
    assert {int(n.replace(",", "")) for n in added(text, decoded)} == set(new) - set(old)


COMMON = frozenset(
    ["the", "great", "book", "of", "small", "things", "history", "life", "in", "modern", "world"]
)


def is_common(word: str) -> bool:
    return word.lower() in COMMON


@pytest.mark.parametrize(
    ("text", "casing"),
    [
        ("THE CAT IS BLACK", "upper"),
        ("ATTENTION!", "upper"),
        ("СТОП МАШИНА", "upper"),
        ("NATO", None),
        ("The NATO summit", None),
        ("The Great Book of Small Things", "title"),
        ("History of Life in the Modern World", "title"),
        ("The great book", None),
        ("John Smith and Mary Jones", None),
        ("The Great Book In The World.", "title"),
        ("The House of John Smith and Mary Jones", None),
        ("I do as I say if I can", None),
        ("Great Book", None),
        ("日本語", None),
        ("12 345", None),
    ],
)
def test_shouting_and_titles_are_recognised(text: str, casing: Casing | None) -> None:
    assert casing_of(text, ["en"], is_common) == casing


def test_where_nouns_have_capitals_nothing_is_a_title() -> None:
    assert casing_of("The Great Book of Small Things", ["de"], is_common) is None


def test_a_shout_is_read_as_a_sentence() -> None:
    assert uncased("AM I HERE? I'M NOT", "upper", ["en"], is_common) == "Am I here? I'm not"
    assert uncased("IL EST LÀ", "upper", ["fr"], is_common) == "Il est là"
    assert uncased("The Book of Istanbul", "title", ["en"], is_common) == "The book of Istanbul"


def test_a_translation_is_written_as_its_source() -> None:
    for casing, text, expected in (
        ("upper", "la straße {0} ici", "LA STRASSE {0} ICI"),
        ("title", "le grand livre de petites choses", "Le Grand Livre de Petites Choses"),
        (None, "comme ça", "comme ça"),
    ):
        assert Rewriting(*recased(text, casing)).text == expected  # type: ignore[arg-type]


@given(st.text(max_size=30), st.sampled_from(["upper", "title"]))
def test_case_never_moves_a_character(text: str, casing: Casing) -> None:
    assert len(uncased(text, casing, ["en"], is_common)) == len(text)
    cased, edits = recased(text, casing)
    assert len(cased) == len(text)
    if casing == "upper":
        assert Rewriting(cased, edits).text == text.upper() or "ς" in text.lower()
