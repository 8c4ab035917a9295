"""`traverba-export`: train a recipe, export a bundle, check it, score it.

Exit status: 0 done, 1 failure, 2 bad use or input.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from traverba.bundle import pack_bundle
from traverba.bundle.manifest import TOKENIZER_FILE
from traverba.errors import BundleNotFoundError, InputError, TraverbaError
from traverba_export.corpora.reading import CorpusError
from traverba_export.corpora.synthetic import add_synthetic
from traverba_export.identification.commands import Commands, add_identifier_commands
from traverba_export.ladder.command import add_ladder
from traverba_export.quality.command import add_evaluate, add_route, add_tune
from traverba_export.quality.multi30k import add_multi30k
from traverba_export.recipe import RecipeError, split_direction
from traverba_export.recipe_file import find_recipe
from traverba_export.training.command import add_training

if TYPE_CHECKING:
    from traverba_export.model import ModelConfig
    from traverba_export.variants import Precision


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, run, and turn errors into one line and an exit status."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[_CurrentStderr()])
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except (RecipeError, CorpusError) as error:
        print(f"traverba-export: {error}", file=sys.stderr)
        return 2
    except (TraverbaError, OSError) as error:
        print(f"traverba-export: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError | BundleNotFoundError) else 1
    except KeyboardInterrupt:
        print(
            "traverba-export: interrupted; the same command continues from the last checkpoint",
            file=sys.stderr,
        )
        return 130


class _CurrentStderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is now: a progress bar puts itself in between to keep its line whole."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="traverba-export", description="Train and export traverba models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_training(commands)
    _add_export(commands)

    pack = commands.add_parser("pack", help="make one .traverba file of a bundle's folder")
    pack.add_argument("bundle", type=Path)
    pack.add_argument("out", type=Path)
    pack.set_defaults(command=_pack)

    add_evaluate(commands)
    add_route(commands)
    add_tune(commands)
    _add_words(commands)
    add_multi30k(commands)
    add_ladder(commands)
    add_synthetic(commands)
    add_identifier_commands(commands)
    return parser


def _add_export(commands: Commands) -> None:
    """The arguments of ``export``."""
    export = commands.add_parser("export", help="write a trained model as a verified bundle")
    export.add_argument("recipe")
    export.add_argument("--run", type=Path, required=True, help="the --out folder of the training run")
    export.add_argument(
        "--data", type=Path, required=True, help="dev sentences for the parity check are read here"
    )
    export.add_argument("--out", type=Path, required=True, help="the bundle's folder; `pack` makes one file")
    export.add_argument(
        "--precision",
        action="append",
        choices=("int8", "fp32", "fp16"),
        help="default: int8, fp32, and fp16 where the model can; the first is the bundle's own default",
    )
    export.add_argument(
        "--storage",
        choices=("fp16", "fp32", "int8"),
        default="fp16",
        help="of the float graphs' weights on disk; int8: the integers of the int8 graphs, and no others",
    )
    export.add_argument("--version", default="1", help="of the bundle, for people")
    listing = export.add_mutually_exclusive_group()
    listing.add_argument(
        "--no-shortlist", action="store_true", help="without the graphs and the table of a shortlist"
    )
    listing.add_argument(
        "--shortlist-of",
        metavar="BUNDLE",
        help="take the table of a bundle with the same subwords instead of learning one, which takes minutes",
    )
    export.add_argument(
        "--words-of",
        metavar="BUNDLE",
        help="take words, dictionaries and penalties of one that was made from the same text, such as the "
        "version before, instead of finding them, which takes a quarter of an hour",
    )
    export.add_argument(
        "--scores", type=Path, help="JSON that `evaluate --json` wrote, to go into the manifest"
    )
    export.set_defaults(command=_export)


def _add_words(commands: Commands) -> None:
    """The arguments of ``words``."""
    words = commands.add_parser("words", help="give a bundle the words of its languages and dictionaries")
    words.add_argument("recipe", help="that of the bundle: its corpora are counted")
    words.add_argument("bundle", type=Path, help="a bundle's folder; what it has of these is made anew")
    words.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")
    words.set_defaults(command=_words)


def _export(arguments: argparse.Namespace) -> int:
    """Graphs first, then what its own translations decide: shortlist, penalties, routes, confidence."""
    from traverba_export.bundling import export_bundle, load_scores
    from traverba_export.quality.calibration import SENTENCES as CALIBRATED_ON
    from traverba_export.quality.calibration import calibrate_bundle
    from traverba_export.quality.routing import decide_routes
    from traverba_export.quality.tuning import SENTENCES, tune_search
    from traverba_export.shortlisting import make_shortlist, measure_shortlist, shortlist_of
    from traverba_export.subwords import Subwords
    from traverba_export.training.preparation import dev_sets, sample_training_sources
    from traverba_export.training.trainer import FINAL
    from traverba_export.words.lists import add_word_lists, take_word_lists

    recipe = find_recipe(arguments.recipe)
    held_out = dev_sets(recipe, arguments.data)
    sentences = [(split_direction(dev.direction)[1], text) for dev in held_out for text in dev.sources]
    weights = arguments.run / FINAL
    if not weights.exists():
        raise FileNotFoundError(f"{weights} does not exist; train to the end first, or give another --run")
    subwords = Subwords(arguments.run / TOKENIZER_FILE)
    if arguments.no_shortlist or recipe.model.decoder != "recurrent":
        shortlist = None
    elif arguments.shortlist_of:
        shortlist = shortlist_of(arguments.shortlist_of, subwords)
    else:
        shortlist = make_shortlist(recipe, arguments.data, subwords)
    report = export_bundle(
        weights,
        subwords.path,
        recipe,
        arguments.out,
        sentences=sentences[:: max(1, len(sentences) // 200)],
        calibration=sample_training_sources(recipe, arguments.data),
        shortlist=shortlist,
        precisions=arguments.precision or _default_precisions(recipe.model),
        storage=arguments.storage,
        bundle_version=arguments.version,
        scores=load_scores(arguments.scores) if arguments.scores else (),
    )
    print(f"{arguments.out}: {report}")
    if arguments.words_of:  # before all that is measured with them
        take_word_lists(arguments.out, arguments.words_of)
    else:
        add_word_lists(arguments.out, recipe, arguments.data)
    larger = dev_sets(recipe, arguments.data, CALIBRATED_ON)
    if shortlist is not None:
        print(measure_shortlist(arguments.out, shortlist, subwords, larger))
    if _attends(recipe.model) and not arguments.words_of:
        print(tune_search(arguments.out, dev_sets(recipe, arguments.data, SENTENCES))[0])
    for pair in decide_routes(arguments.out, recipe, arguments.data):
        print(pair)
    print(calibrate_bundle(arguments.out, larger))
    return 0


def _words(arguments: argparse.Namespace) -> int:
    from traverba_export.words.lists import add_word_lists

    add_word_lists(arguments.bundle, find_recipe(arguments.recipe), arguments.data)
    return 0


def _default_precisions(model: ModelConfig) -> tuple[Precision, ...]:
    """fp16 graphs cost a bundle 50 kB: they read the weights of the fp32 ones."""
    return ("int8", "fp32", "fp16") if _attends(model) else ("int8", "fp32")


def _attends(model: ModelConfig) -> bool:
    return model.decoder == "recurrent" and model.attention != "none"


def _pack(arguments: argparse.Namespace) -> int:
    pack_bundle(arguments.bundle, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0
