"""BLEU as papers on small benchmarks report it: on Moses tokens, in lower case or not; and sacreBLEU's own.

Scores on other tokens are other scores, and compared with the like only. The tokeniser is sacremoses (MIT,
kept by the HPLT project), a port of the Perl script that the papers used; BLEU of its tokens is that of
multi-bleu.perl.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from sacrebleu import BLEU
from sacremoses import MosesTokenizer

PLAIN, TOKENISED, LOWER = "sacreBLEU", "tokenised BLEU", "tokenised, lower-cased BLEU"


@dataclass(frozen=True)
class BleuScore:
    """One way of counting, and the signature that says which."""

    metric: str
    value: float
    signature: str


def bleu_scores(language: str, hypotheses: Sequence[str], references: Sequence[str]) -> list[BleuScore]:
    """All three, of plain texts; ``language`` chooses the tokeniser's rules."""
    moses = MosesTokenizer(language)
    said, wanted = (
        [moses.tokenize(text, return_str=True, escape=False) for text in side]
        for side in (hypotheses, references)
    )
    rules = f"moses:{language}|sacremoses:{version('sacremoses')}"
    return [
        _score(PLAIN, BLEU(), hypotheses, references),
        _score(TOKENISED, BLEU(tokenize="none", force=True), said, wanted, rules),
        _score(LOWER, BLEU(tokenize="none", force=True, lowercase=True), said, wanted, rules),
    ]


def _score(
    metric: str, bleu: BLEU, hypotheses: Sequence[str], references: Sequence[str], rules: str = ""
) -> BleuScore:
    value = bleu.corpus_score(list(hypotheses), [list(references)]).score
    return BleuScore(metric, round(value, 2), "|".join(filter(None, (str(bleu.get_signature()), rules))))
