"""Subwords: one byte-level BPE vocabulary for all languages.

Bytes are the fallback of last resort, so no input has unknown tokens. Special and language
tokens own the first ids and cannot be produced from text: BPE only reaches an id through merges,
and no merge leads to them. The convention for text (one leading space added, then taken away
again) is that of the runtime's tokenizer, which does all encoding here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from traverba.text import BpeTokenizer

PAD, BOS, EOS = 0, 1, 2
SPECIAL_TOKENS = ("<pad>", "<s>", "</s>")
LANGUAGE_TOKEN = re.compile(r"<2[a-z]{2,8}>")

WORDS = r" ?\p{L}[\p{L}\p{M}]*['’]?| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""Where merges may not reach across: a word takes the space before it and an elision's apostrophe
("l'", "j'") with it; digits stand alone, so that numbers are copied digit by digit."""


class Subwords:
    """A trained vocabulary: the runtime's tokenizer, and the ids that no text leads to."""

    def __init__(self, path: Path) -> None:
        vocabulary: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
        self.path = path
        self.target_tokens = {t[2:-1]: i for t, i in vocabulary.items() if LANGUAGE_TOKEN.fullmatch(t)}
        self.tokenizer = BpeTokenizer(path, {PAD, BOS, EOS, *self.target_tokens.values()})

    @property
    def vocab_size(self) -> int:
        """V."""
        return self.tokenizer.vocab_size

    def language_token(self, language: str) -> int:
        """The id that asks for this target language."""
        if language not in self.target_tokens:
            raise ValueError(f"the vocabulary {self.path} has no token for language {language!r}")
        return self.target_tokens[language]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, without special tokens."""
        return list(self.tokenizer.encode_batch(texts))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special and language tokens are left out."""
        return self.tokenizer.decode(ids)


def language_token(language: str) -> str:
    """The source-side token that names the target language (Johnson et al. 2017)."""
    return f"<2{language}>"


def train_subwords(texts: Iterable[str], languages: Sequence[str], vocab_size: int, path: Path) -> Subwords:
    """Learn merges from ``texts`` and write the vocabulary to ``path``."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[*SPECIAL_TOKENS, *map(language_token, languages)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((" " + text for text in texts), trainer)
    spec = json.loads(tokenizer.to_str())
    spec["added_tokens"] = []  # else "<s>" typed by a user would become the special token
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)
    return Subwords(path)
