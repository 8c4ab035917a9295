"""The options of ``traverba translate`` about search: each stands for a field of `DecodeOptions`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An option with a value."""

    name: str
    field: str
    """Of `DecodeOptions`, or of `Sampling` for those in `SAMPLING`."""
    kind: type
    metavar: str
    help: str


SEARCH = (
    Option("beam", "beam_size", int, "N", "beam size; 1 is greedy (default: the model's)"),
    Option("n-best", "num_hypotheses", int, "N", "the N best translations, a line each: score, tab, text"),
    Option("length-penalty", "length_penalty", float, "X", "more favours length (default: the model's)"),
    Option(
        "coverage-penalty", "coverage_penalty", float, "X", "more favours all words (default: the model's)"
    ),
    Option("read-back", "read_back", float, "X", "prefer what reads back as the source (0.1; default: 0)"),
    Option("made-up-penalty", "made_up_penalty", float, "X", "against unknown words (default: the model's)"),
    Option("min-length", "min_length", int, "N", "at least N tokens"),
    Option("max-length", "max_length", int, "N", "at most N tokens"),
    Option("repetition-penalty", "repetition_penalty", float, "X", "above 1: tokens come back less often"),
    Option("no-repeat-ngram", "no_repeat_ngram_size", int, "N", "no run of N tokens comes twice"),
    Option("guards", "guards", str, "WHAT", "about loops and the like: retry (default), flag or off"),
)
SAMPLING = (
    Option("temperature", "temperature", float, "X", "below 1 sharper, above 1 flatter"),
    Option("top-k", "top_k", int, "N", "draw among the N most probable tokens"),
    Option("top-p", "top_p", float, "P", "draw among the fewest tokens that hold this probability"),
    Option("seed", "seed", int, "N", "another seed, another draw (default: 0)"),
)
FILE_SEARCH = tuple(option for option in SEARCH if option.name in ("beam", "read-back"))
"""What makes sense for a whole file."""
GUIDANCE = ("prefix", "require", "suppress")
SWITCHES = ("sample", "stream", "no-shortlist")
NAMES = (*(option.name for option in (*SEARCH, *SAMPLING)), *GUIDANCE, *SWITCHES)


def add_decoding(parser: argparse.ArgumentParser, defaults: Mapping[str, str]) -> None:
    """Add all of them; ``defaults`` are those of the environment."""
    search = parser.add_argument_group("search")
    _add(search, SEARCH)
    search.add_argument(
        "--no-shortlist",
        action="store_true",
        default=is_on(defaults, "no-shortlist"),
        help="choose among the whole vocabulary, not only among what the source is likely to need",
    )
    guidance = parser.add_argument_group("words")
    guidance.add_argument("--prefix", default="", metavar="TEXT", help="how translations begin")
    for name, meaning in (("require", "must"), ("suppress", "must not")):
        guidance.add_argument(
            f"--{name}",
            action="append",
            default=[defaults[name]] if name in defaults else [],
            metavar="PHRASE",
            help=f"a phrase that {meaning} appear; may be repeated",
        )
    sampling = parser.add_argument_group("sampling", "Any of these draws at random instead of searching.")
    sampling.add_argument("--sample", action="store_true", default=is_on(defaults, "sample"), help="draw")
    _add(sampling, SAMPLING)
    parser.add_argument(
        "--stream",
        action="store_true",
        default=is_on(defaults, "stream"),
        help="print each piece as soon as it is decided",
    )
    given = [name for name in NAMES if name in defaults and name not in (*SWITCHES, "require", "suppress")]
    parser.set_defaults(**{name.replace("-", "_"): defaults[name] for name in given})


def add_search_of_files(parser: argparse.ArgumentParser) -> None:
    """Add those of `FILE_SEARCH`."""
    _add(parser, FILE_SEARCH)


def is_on(defaults: Mapping[str, str], name: str) -> bool:
    """What the environment says about an option without a value."""
    return defaults.get(name, "0").lower() not in ("0", "false", "no")


def _add(group: argparse.ArgumentParser | argparse._ArgumentGroup, options: Sequence[Option]) -> None:
    for option in options:
        group.add_argument(f"--{option.name}", type=option.kind, metavar=option.metavar, help=option.help)
