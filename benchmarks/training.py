"""An update of a recipe's model on one CPU thread: with compiled kernels, and by torch's operations alone.

    python -m benchmarks.training --recipe everyday
    python -m benchmarks.training --recipe multi30k/en-de

One random batch of the recipe's size, from ids to new weights: loss, derivatives, clipping, AdamW.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from benchmarks import machines
from benchmarks.measuring import CLOCKS, Rounds, Spread, Task, take_turns, times_faster
from benchmarks.reporting import RESULTS, Figure, Report
from traverba_export.model import Network, build_network
from traverba_export.model.kernels import kernels
from traverba_export.recipe import Recipe
from traverba_export.recipe_file import find_recipe
from traverba_export.subwords import BOS, EOS
from traverba_export.training.feeding import Place
from traverba_export.training.objective import batch_loss

COMPILED, PLAIN = "compiled kernels", "torch's operations"
SOURCE_TOKENS, TARGET_TOKENS = 14, 13
"""Of a sentence: an everyday one has so many."""


def random_batch(recipe: Recipe) -> Place:
    """As many sentences as the recipe's budget holds, all of one length."""
    rows, vocab_size = recipe.training.token_budget // SOURCE_TOKENS, recipe.model.vocab_size
    target = torch.randint(EOS + 1, vocab_size, (rows, TARGET_TOKENS))
    return Place(
        epoch=0,
        number=0,
        target=recipe.directions[0][1],
        src_ids=torch.randint(EOS + 1, vocab_size, (rows, SOURCE_TOKENS)),
        src_lengths=torch.full((rows,), SOURCE_TOKENS),
        prev_ids=torch.cat((torch.full((rows, 1), BOS), target[:, :-1]), dim=1),
        real=torch.arange(target.numel()),
        targets=target.flatten(),
    )


def update(model: Network, optimiser: torch.optim.Optimizer, place: Place, recipe: Recipe) -> None:
    """What a run does with each batch."""
    loss = batch_loss(model, place, recipe, torch.device("cpu"))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.training.clip_norm)
    optimiser.step()


@contextmanager
def without_kernels() -> Iterator[None]:
    os.environ["TRAVERBA_KERNELS"] = "0"
    try:
        yield
    finally:
        del os.environ["TRAVERBA_KERNELS"]


def tasks(recipe: Recipe, place: Place) -> dict[str, Task]:
    """The two ways; both learn the same model on."""
    model = build_network(recipe.model).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)

    def plain() -> None:
        with without_kernels():
            update(model, optimiser, place, recipe)

    return {PLAIN: plain, COMPILED: lambda: update(model, optimiser, place, recipe)}


def figures(rounds: Rounds, target_tokens: int) -> Iterator[Figure]:
    for name, times in rounds.items():
        yield Figure("update", name, Spread.of(times), "ms")
        yield Figure("speed", name, Spread.of([1e3 * target_tokens / ms for ms in times]), "target tok/s")
    faster = times_faster(rounds[PLAIN], rounds[COMPILED])
    yield Figure(f"times faster than {PLAIN}", COMPILED, faster, "times")


def run(arguments: argparse.Namespace, cpus: tuple[int, ...] = ()) -> Report:
    recipe = find_recipe(arguments.recipe)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    if kernels() is None:
        raise SystemExit("there are no compiled kernels: no C compiler was found, or none that works")
    place = random_batch(recipe)
    rounds = take_turns(tasks(recipe, place), arguments.rounds, arguments.turn_ms, CLOCKS["cpu"])
    return Report(
        benchmark="training",
        subject=recipe.name,
        command=f"python -m benchmarks.training --recipe {arguments.recipe} --rounds {arguments.rounds}",
        machine=machines.describe(threads=1, pinned_to=cpus),
        settings={"precision": recipe.training.precision, "sentences": len(place.src_ids),
                  "source_tokens": SOURCE_TOKENS, "target_tokens": TARGET_TOKENS, "clock": "cpu"},
        figures=[*figures(rounds, place.target_tokens)],
        rounds=rounds,
    )  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="everyday", help="a recipe of the package, or a file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turn-ms", type=float, default=3000, help="how long a turn is; one update at least")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    with machines.pinned(1) as cpus:
        report = run(arguments, cpus)
    print(report.show())
    report.write(arguments.results)


if __name__ == "__main__":
    main()
