"""A recipe: everything a training run depends on besides the data folder (`recipe_file` reads it)."""

from __future__ import annotations

from dataclasses import dataclass, field

from traverba_export.corpora.cleaning import CleaningRules
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.variants import VariantShares
from traverba_export.model.config import ModelConfig


class RecipeError(ValueError):
    """A recipe cannot be used; the message names file and key."""


@dataclass(frozen=True)
class TrainingOptions:
    """How the weights are found."""

    token_budget: int = 4096
    """Padded tokens of the longer side in a batch."""
    max_steps: int = 20_000
    warmup_steps: int = 500
    """Steps of linear warm-up to the peak learning rate."""
    decay_steps: int = 5_000
    """Last steps, over which the learning rate falls linearly to a hundredth of the peak."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.1
    sampled_vocabulary: int = 0
    """Tokens that compete in the loss of a step: those of its batch and a sample of the rest; 0: all."""
    clip_norm: float = 1.0
    """Gradients are scaled down to this global norm (Pascanu et al. 2013)."""
    precision: str = "bf16"
    """fp32, bf16 (CUDA, or a CPU; fp32 on one that would only imitate it), or fp16 (CUDA)."""
    lexicon_passes: float = 0.0
    """Passes in an epoch over single-word pairs learnt from the corpora by alignment; 0: none."""
    sampling_temperature: float = 0.0
    """Directions are seen in proportion to their size to the power of 1/T; 0: as the corpora say."""
    subword_dropout: float = 0.0
    """Probability of undoing a merge of subwords, drawn anew each time (after Provilkov et al. 2020)."""
    word_dropout: float = 0.0
    """Probability of a word being left out of what source and decoder read (Sennrich et al. 2016)."""
    eval_interval: int = 1_000
    """Steps between evaluations on dev."""
    eval_sentences: int = 300
    """Dev sentences for each direction."""
    save_interval: int = 250
    """Steps between checkpoints: the most that a kill can lose."""
    average_last: int = 5
    """Weights of this many latest evaluations are averaged for the final model."""
    patience: int = 0
    """Evaluations without a better mean dev BLEU after which training stops; 0: never."""


@dataclass(frozen=True)
class Phase:
    """A stretch of a run with a schedule and a mixture of its own."""

    name: str
    steps: int
    learning_rate: float
    """Peak."""
    warmup_steps: int = 0
    decay_steps: int = 0
    """Last steps of the phase, over which the rate falls to a hundredth of the peak."""
    weights: dict[str, float] = field(default_factory=dict)
    """Beginning of a corpus's path -> what its passes are multiplied by; "lexicon" is one, too."""
    only: tuple[str, ...] = ()
    """Beginnings of parameters' names that learn in this phase, such as "decoders.fr."; none: all do.

    What decoders have in common, the attention's keys, has the name that it has in the first.
    """
    into: tuple[str, ...] = ()
    """Target languages whose sentences are read in this phase; none: all."""

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"phase {self.name!r}: steps must be at least 1, not {self.steps}")


@dataclass(frozen=True)
class Synthetic:
    """What a model makes of the recipe's sentences, to learn from: translations, the way back, or both."""

    direction: str
    """In which it translates."""
    corpora: tuple[str, ...]
    """Paths of corpora of the recipe: their sides in the direction's source language are translated."""
    name: str = ""
    """Of the file with them; by default the direction."""
    by: str = ""
    """A bundle, by its name or its path; none: the run of the same subwords that training is given."""
    passes: float = 0.0
    """Over sources of people's and targets of the model's (Kim & Rush 2016)."""
    back_passes: float = 0.0
    """Over the same pairs the other way round (Sennrich et al. 2016); if only these are wanted, of sentences
    that no person has translated."""
    sentences: int = 1_000_000
    """At most."""
    rare_words: tuple[str, ...] = ()
    """Paths of corpora of both languages from which rare words are learnt, and put where a bundle missed
    them; their sentences come first. None: what it writes stays as it is."""
    beam: int = 4
    precision: str | None = None
    """Graph variant of the bundle; by default its own choice."""

    @property
    def ways(self) -> tuple[tuple[str, float, bool], ...]:
        """What is learnt: direction, passes, and whether a model wrote the sources."""
        source, target = split_direction(self.direction)
        both = ((self.direction, self.passes, False), (f"{target}-{source}", self.back_passes, True))
        return tuple(way for way in both if way[1])

    @property
    def path(self) -> str:
        """In the run's folder: text that a bundle wrote, ids of a run. Phases call it by its beginning."""
        return f"synthetic/{self.name or self.direction}.{'tsv' if self.by else 'npz'}"


@dataclass(frozen=True)
class ByRule:
    """Sentences that no person wrote, and no model."""

    count: int
    directions: dict[str, float]
    """Passes over them in an epoch, as a corpus has them."""


@dataclass(frozen=True)
class Fragments:
    """Parts of sentences, and what stands for them in their translations; see `corpora.fragments`."""

    corpora: tuple[str, ...]
    """Paths of the corpora whose sentences they are cut from."""
    directions: dict[str, float]
    """Passes over them in an epoch, as a corpus has them."""


@dataclass(frozen=True)
class Refining:
    """Learning from what a bundle makes of sentences, by how good it is; see `training.refining`.

    The sentences are read as they stand, each once an epoch: passes, variants and a sampling temperature have
    no part in it, nor has label smoothing.
    """

    by: str
    """The bundle, by its name or its path: the one that training starts from."""
    corpora: tuple[str, ...]
    """Paths of the corpora whose sentences are translated, in every direction of the recipe."""
    sentences: int = 10_000
    """Of each direction, at most."""
    rivals: int = 5
    """Translations of a sentence: all that a beam of this size ends with."""
    sharpness: float = 4.0
    """By which the scores of rivals are multiplied before they share a probability of 1."""
    length_penalty: float = 1.0
    """That of the scores, as the search will have it."""
    likelihood: float = 0.02
    """Weight of a reference's loss in nats beside the risk, which is from 0 to 1."""


@dataclass(frozen=True)
class Recipe:
    """A model, its data and its training."""

    name: str
    model: ModelConfig
    corpora: tuple[CorpusSpec, ...]
    dev: tuple[CorpusSpec, ...]
    test: tuple[CorpusSpec, ...] = ()
    """Read only to keep their sentences out of the training data."""
    synthetic: tuple[Synthetic, ...] = ()
    clauses: ByRule | None = None
    """Russian ones in all orders of their words, and their English; see `corpora.clauses`."""
    frames: ByRule | None = None
    """Greetings, titles, days and the like, and what fills them; see `corpora.frames`."""
    fragments: Fragments | None = None
    """Phrases such as "train station"."""
    refining: Refining | None = None
    """In place of the likelihood of the corpora's translations."""
    vocab_size: int = 8_000
    subword_lines: int = 100_000
    """Sentences of each language from which subwords are learned."""
    cleaning: CleaningRules = field(default_factory=CleaningRules)
    variants: VariantShares = field(default_factory=VariantShares)
    """How many pairs come once more in other forms."""
    training: TrainingOptions = field(default_factory=TrainingOptions)
    phases: tuple[Phase, ...] = ()
    """In order; without any, the run is one phase with the schedule of ``training``."""
    seed: int = 1

    @property
    def directions(self) -> tuple[tuple[str, str], ...]:
        """Every trained (source, target), in recipe order."""
        return tuple(dict.fromkeys(split_direction(d) for c in self.corpora for d in c.directions))

    def reads(self, direction: str) -> bool:
        """Whether any phase has sentences of a direction."""
        target = split_direction(direction)[1]
        return not self.phases or any(not phase.into or target in phase.into for phase in self.phases)

    @property
    def of_a_run(self) -> tuple[Synthetic, ...]:
        """What the run that training is given has to write."""
        return tuple(each for each in self.synthetic if not each.by)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language of the recipe, in alphabetical order."""
        return tuple(sorted({language for corpus in self.corpora for language in corpus.languages}))


def split_direction(direction: str) -> tuple[str, str]:
    """ "en-fr" -> ("en", "fr")."""
    source, dash, target = direction.partition("-")
    if not (source and dash and target):
        raise RecipeError(f"direction {direction!r} is not of the form en-fr")
    return source, target
