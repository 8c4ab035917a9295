"""A phrase is read in a sentence that carries it: "train station" in "We have train station."

A translator of sentences has hardly met what is none, and makes one up around it ("Partage de train"). In
a sentence the words stand where it knows them, and how the translation begins is known ("Nous avons"):
that goes again. Not all short texts are phrases ("open the door"), so that the model's own probability
decides which of the two translations it is (`traverba.second_tries.carrying`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from traverba.text.casing import NOUNS_WITH_CAPITALS, Casing, raised
from traverba.text.pieces import Span
from traverba.text.reading import Place, Reading, Restored
from traverba.text.rewriting import Edit, Rewriting
from traverba.text.words import KnownWords, WordList, find_words

CARRIERS: Mapping[str, str] = {
    "de": "Wir haben",
    "en": "We have",
    "es": "Tenemos",
    "fr": "Nous avons",
    "ru": "У нас есть",
}
"""Language -> how the sentence begins; of five such beginnings the best one on a set written before
(benchmarks/quality/log.md, Phrases)."""
ARTICLES: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das den dem des ein eine einen einem einer eines",
        "en": "a an the",
        "es": "el la los las un una unos unas",
        "fr": "le la les l un une des du",
    }.items()
}
UNSPOKEN: Mapping[str, frozenset[str]] = {
    language: words for language, words in ARTICLES.items() if language != "de"
}
"""Articles that a translation is better without if the phrase has none; in German endings depend on them."""
FEWEST, MOST = 2, 4
"""Words of a phrase."""
END = "."


@dataclass(frozen=True, eq=False, kw_only=True)
class CarriedReading(Reading):
    """A phrase in its sentence; what is restored is the phrase alone."""

    said: str
    """What the translation begins with."""
    articles: frozenset[str]
    """Words of the target language that go if they come next."""
    capital: bool
    """Whether the phrase begins with one."""

    def carries(self, decoded: str) -> bool:
        """Whether a translation of the sentence has one of the phrase in it."""
        start, end = self.phrase(decoded)
        return decoded.startswith(f"{self.said} ") and start < end

    def phrase(self, decoded: str) -> tuple[int, int]:
        """Where the translation of the phrase is."""
        end = len(decoded.rstrip(" .!?…"))
        start = min(len(self.said) + 1, end)
        first = next(find_words(decoded[start:end], ""), (0, 0))
        if decoded[start : start + first[1]].lower() in self.articles and first[1] < end - start:
            start += first[1] + (decoded[start + first[1]] in " '’")
        return start, end

    def restore(self, decoded: str, place: Place) -> Restored:
        """As its sentence, without what carries it."""
        restored = super().restore(decoded, place)
        start, end = self.phrase(restored.text)
        first = restored.text[start : min(start + 1, end)]
        edits = [
            Edit((0, start), ""),
            Edit((start, start + len(first)), raised(first) if self.capital else first),
            Edit((end, len(restored.text)), ""),
        ]
        return replace(restored, rewriting=restored.rewriting.then(edits))


def carried(
    reading: Reading, phrase: str, casing: Casing | None, source: str, target: str, known: KnownWords
) -> CarriedReading | None:
    """The sentence for a text that may be a phrase; None if it cannot be one, or nothing carries it."""
    bare = all(letter.isalpha() or letter in " '’-" for letter in phrase)
    if not (bare and {source, target} <= CARRIERS.keys() and known.spelling):
        return None
    spans = list(find_words(phrase, source))  # most texts have a mark, and are not looked at so closely
    if not FEWEST <= len(spans) <= MOST:
        return None
    smaller = _as_inside(phrase, spans, source, known.spelling.words)
    begun, ended = Edit((0, 0), f"{CARRIERS[source]} "), Edit((len(phrase), len(phrase)), END)
    rewriting = Rewriting(phrase, [begun, *smaller, ended])
    has_article = phrase[slice(*spans[0])].lower() in ARTICLES.get(source, ())
    return CarriedReading(
        reading.span,
        rewriting,
        reading.flags,
        casing=casing,
        rare_words=known.rare_words(rewriting.text),
        said=CARRIERS[target],
        articles=frozenset() if has_article else UNSPOKEN.get(target, frozenset()),
        capital=phrase[:1].isupper(),
    )


def _as_inside(phrase: str, spans: Sequence[Span], language: str, listed: WordList) -> list[Edit]:
    """Capitals that go inside a sentence: of all words, or of none where a name is among them."""
    with_capital = [span for span in spans if phrase[span[0]].isupper()]
    nouns = language in NOUNS_WITH_CAPITALS
    candidates = with_capital[:1] if nouns and with_capital[:1] == spans[:1] else with_capital
    words = [phrase[slice(*span)] for span in candidates]
    if any(map(listed.has_capital, words)):
        return []
    return [Edit((start, start + 1), phrase[start].lower()) for start, _ in candidates]
