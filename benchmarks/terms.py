"""What a glossary does to a translation: how many terms come out as asked, and what it costs.

    python -m benchmarks.terms --dictionary PAIRS.tsv.xz --sentences PAIRS.tsv.xz --from en --to fr

From the sentence pairs of ``--dictionary`` a dictionary of single words is learnt. A case is a pair of
``--sentences`` with a word whose entry stands in the reference. Two glossaries are tried on the same cases:

- *the reference's word*: what a user's own terms are like;
- *a foreign word*: the entry of an unrelated word, put into the reference too. No model would say it by
  itself, so this is enforcement alone, and its BLEU is compared with that of the plain translations.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import sacrebleu

from benchmarks import machines
from benchmarks.reporting import RESULTS, about, markdown_table
from traverba import Glossary, Translator, load_translator
from traverba.decoding import DecodeOptions
from traverba_export.alignment.lexicon import WORD, learn_lexicon
from traverba_export.corpora.reading import CorpusSpec, ReadingReport, read_pairs

SHORTEST = 4
"""Letters of a term: short words are mostly grammar."""


@dataclass(frozen=True)
class Case:
    """A sentence, one term in it, and what it must become."""

    source: str
    reference: str
    term: str
    translation: str


@dataclass(frozen=True)
class Outcome:
    """What one glossary did to all cases."""

    glossary: str
    exact: float
    """Percent of the translations that have the term's translation as a word of its own, as it is written."""
    met: float
    """Percent that have it in any form, as the result itself says."""
    bleu: float
    plain_bleu: float
    """Without a glossary, against the untouched references."""


def read(path: Path, source: str, target: str) -> list[tuple[str, str]]:
    """Sentence pairs of a TSV file."""
    return list(read_pairs(CorpusSpec((path.name,), (source, target)), path.parent, ReadingReport()))


def find_cases(pairs: Sequence[tuple[str, str]], dictionary: dict[str, str], count: int) -> list[Case]:
    """The first ``count`` pairs with a dictionary word whose entry stands once in the reference."""
    cases = []
    for source, reference in pairs:
        said = WORD.findall(reference.lower())
        for term in WORD.findall(source.lower()):
            if len(term) >= SHORTEST and said.count(dictionary.get(term, "")) == 1:
                cases.append(Case(source, reference, term, dictionary[term]))
                break
    return cases[:count]


def with_foreign_words(cases: Sequence[Case], dictionary: dict[str, str], seed: int) -> list[Case]:
    """The same cases with another word's entry instead, in the references too."""
    entries = sorted({entry for entry in dictionary.values() if len(entry) >= SHORTEST})
    drawn = np.random.default_rng(seed).choice(entries, len(cases))
    return [
        Case(c.source, _replaced(c.reference, c.translation, other), c.term, other)
        for c, other in zip(cases, drawn.tolist(), strict=True)
    ]


def _replaced(text: str, word: str, other: str) -> str:
    start = next(m.start() for m in WORD.finditer(text) if m[0].lower() == word)
    return text[:start] + other + text[start + len(word) :]


def try_glossary(
    name: str,
    translator: Translator,
    cases: Sequence[Case],
    direction: tuple[str, str],
    options: DecodeOptions,
    plain_bleu: float,
) -> Outcome:
    """Every case with a glossary of its own term."""
    source, target = direction
    results = [
        translator.translate(
            case.source,
            source=source,
            target=target,
            options=options,
            glossary=Glossary.of({case.term: case.translation}, source=source, target=target),
        )
        for case in cases
    ]
    exact = sum(c.translation in WORD.findall(r.text.lower()) for c, r in zip(cases, results, strict=True))
    met = sum(all(use.met for use in result.terms) for result in results)
    return Outcome(
        name,
        100 * exact / len(cases),
        100 * met / len(cases),
        sacrebleu.corpus_bleu([r.text for r in results], [[c.reference for c in cases]]).score,
        plain_bleu,
    )


def run(arguments: argparse.Namespace) -> tuple[int, list[Outcome]]:
    """Number of cases, and the outcome of each glossary."""
    direction = arguments.source, arguments.target
    dictionary = dict(learn_lexicon(read(arguments.dictionary, *direction)))
    cases = find_cases(read(arguments.sentences, *direction), dictionary, arguments.cases)
    options = DecodeOptions(beam_size=arguments.beam)
    with load_translator(arguments.model, threads=1) as translator:
        texts = [case.source for case in cases]
        plain = translator.translate(texts, source=direction[0], target=direction[1], options=options)
        bleu = sacrebleu.corpus_bleu([t.text for t in plain], [[c.reference for c in cases]]).score
        foreign = with_foreign_words(cases, dictionary, seed=1)
        kinds = {"the reference's word": cases, "a foreign word": foreign}
        return len(cases), [
            try_glossary(name, translator, mine, direction, options, bleu) for name, mine in kinds.items()
        ]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dictionary", type=Path, required=True, help="sentence pairs to learn words from")
    parser.add_argument("--sentences", type=Path, required=True, help="sentence pairs to translate")
    parser.add_argument("--from", dest="source", default="en")
    parser.add_argument("--to", dest="target", default="fr")
    parser.add_argument("--model", default=None, help="a bundle; the built-in one if left out")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    machine = machines.describe(1)
    count, outcomes = run(arguments)
    headings = ("glossary", "as written", "in any form", "BLEU", "BLEU without")
    rows = [
        (o.glossary, f"{o.exact:.1f} %", f"{o.met:.1f} %", f"{o.bleu:.1f}", f"{o.plain_bleu:.1f}")
        for o in outcomes
    ]
    print(f"terms, {count} cases, {arguments.source}-{arguments.target}\n{about(machine)}\n")
    print(markdown_table(headings, rows))
    record = {
        "command": machines.command("benchmarks.terms"),
        "cases": count,
        "machine": asdict(machine),
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    arguments.results.mkdir(parents=True, exist_ok=True)
    path = arguments.results / f"terms-{arguments.source}-{arguments.target}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
