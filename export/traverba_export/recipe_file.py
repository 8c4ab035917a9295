"""Recipes as TOML files: those that come with the package, and anyone's."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from traverba_export.corpora.clauses import CLAUSE_LANGUAGES
from traverba_export.corpora.cleaning import CleaningRules
from traverba_export.corpora.frames import frame_languages
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.variants import VariantShares
from traverba_export.model.config import preset
from traverba_export.recipe import (
    ByRule,
    Fragments,
    Phase,
    Recipe,
    RecipeError,
    Refining,
    Synthetic,
    TrainingOptions,
    split_direction,
)

RECIPES = Path(__file__).parent / "recipes"


def find_recipe(name: str) -> Recipe:
    """One that comes with the package, by its name, or one at a path."""
    bundled = RECIPES / f"{name}.toml"
    return load_recipe(bundled if bundled.exists() else Path(name))


def load_recipe(path: Path) -> Recipe:
    """Read a TOML recipe; an unknown key or a missing one is an error that names it."""
    raw = _read(path)
    try:
        return _recipe(raw)
    except KeyError as error:
        raise RecipeError(f"{path}: the key {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    """The file's keys over those of the file beside it that ``base`` names; tables are merged."""
    raw = _parse(path)
    if "base" not in raw:
        return raw
    merged = _parse(path.with_name(str(raw.pop("base"))))
    if "base" in merged:
        raise RecipeError(f"{path}: its base has a base itself; say everything in one of the two")
    for key, value in raw.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    return merged


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _recipe(raw: dict[str, Any]) -> Recipe:
    model = dict(raw.pop("model"))
    vocab_size = int(raw.pop("vocab_size", 8_000))
    config = preset(model.pop("preset"), vocab_size=vocab_size, **model)
    phases = tuple(_phase(dict(phase)) for phase in raw.pop("phase", []))
    recipe = Recipe(
        name=raw.pop("name"),
        model=config,
        vocab_size=vocab_size,
        corpora=tuple(_corpus(c) for c in raw.pop("corpus")),
        dev=tuple(_corpus(c) for c in raw.pop("dev")),
        test=tuple(_corpus(c) for c in raw.pop("test", [])),
        synthetic=tuple(_synthetic(dict(each)) for each in raw.pop("synthetic", [])),
        clauses=ByRule(**raw.pop("clauses")) if "clauses" in raw else None,
        frames=ByRule(**raw.pop("frames")) if "frames" in raw else None,
        fragments=_fragments(raw.pop("fragments")) if "fragments" in raw else None,
        refining=_refining(raw.pop("refining")) if "refining" in raw else None,
        cleaning=CleaningRules(**raw.pop("cleaning", {})),
        variants=VariantShares(**raw.pop("variants", {})),
        training=_training(raw.pop("training", {}), phases),
        phases=phases,
        **{
            f.name: raw.pop(f.name)
            for f in fields(Recipe)
            if f.name in ("seed", "subword_lines") and f.name in raw
        },
    )
    if raw:
        raise RecipeError(f"unknown keys: {', '.join(raw)}")
    _check_synthetic(recipe)
    _check_by_rule("clauses", recipe.clauses, CLAUSE_LANGUAGES, recipe)
    _check_by_rule("frames", recipe.frames, frame_languages(), recipe)
    _check_fragments(recipe)
    _check_refining(recipe)
    return recipe


def _phase(raw: dict[str, Any]) -> Phase:
    return Phase(**raw | {name: tuple(raw.get(name, ())) for name in ("only", "into")})


def _training(raw: dict[str, Any], phases: tuple[Phase, ...]) -> TrainingOptions:
    """The options; with phases, these say how long the run is and how fast it learns."""
    if not phases:
        return TrainingOptions(**raw)
    if clash := {"max_steps", "warmup_steps", "decay_steps", "learning_rate"} & set(raw):
        raise RecipeError(f"{', '.join(sorted(clash))} of [training] is said by each [[phase]]; leave it out")
    return TrainingOptions(**raw, max_steps=sum(phase.steps for phase in phases))


def _corpus(raw: dict[str, Any]) -> CorpusSpec:
    languages = tuple(raw.pop("languages"))
    paths = raw.pop("path")
    paths = (paths,) if isinstance(paths, str) else tuple(paths)
    if len(paths) > 2:
        raise RecipeError(
            f"corpus {paths[0]}: path is one file or two, not {len(paths)}; write a [[corpus]] for each"
        )
    spec = CorpusSpec(
        paths=paths,
        languages=(languages[0], languages[1]),
        columns=tuple(raw.pop("columns", (0, 1))),
        **raw,
    )
    for direction in spec.directions:
        if set(split_direction(direction)) != set(languages):
            raise RecipeError(
                f"corpus {paths}: direction {direction} is not between {' and '.join(languages)}"
            )
    return spec


def _synthetic(raw: dict[str, Any]) -> Synthetic:
    lists = {name: tuple(raw.get(name, ())) for name in ("corpora", "rare_words")}
    return Synthetic(**raw | lists)


def _check_synthetic(recipe: Recipe) -> None:
    """Every one must be of the recipe's corpora and directions, and have a file of its own."""
    paths = [each.path for each in recipe.synthetic]
    for each in recipe.synthetic:
        source, target = split_direction(each.direction)
        _check_corpora(each, each.corpora, {source}, recipe)
        _check_corpora(each, each.rare_words, {source, target}, recipe)
        if paths.count(each.path) > 1:
            raise RecipeError(f"two [[synthetic]] would be {each.path}; give one of them a name")
        if not each.ways:
            raise RecipeError(f"{each.path}: passes or back_passes must be more than 0")
        for learnt in (split_direction(direction) for direction, *_ in each.ways):
            if learnt not in recipe.directions:
                raise RecipeError(f"{each.path}: no [[corpus]] is trained from {' to '.join(learnt)}")
        if each.rare_words and not each.by:
            raise RecipeError(f"{each.path}: rare_words are put into text, which a run does not write")


def _fragments(raw: dict[str, Any]) -> Fragments:
    return Fragments(**raw | {"corpora": tuple(raw["corpora"])})


def _check_fragments(recipe: Recipe) -> None:
    """They are cut from corpora of the recipe, of the languages that they are for."""
    if not (wanted := recipe.fragments):
        return
    specs = _corpora_named("fragments", wanted.corpora, recipe)
    for direction in wanted.directions:
        way = split_direction(direction)
        if way not in recipe.directions or not any({*way} == {*spec.languages} for spec in specs):
            raise RecipeError(
                f"[fragments]: corpora has no sentences that are trained from {' to '.join(way)}"
            )


def _corpora_named(table: str, paths: Collection[str], recipe: Recipe) -> list[CorpusSpec]:
    specs = [spec for spec in recipe.corpora if spec.paths[0] in paths]
    if strange := {*paths} - {spec.paths[0] for spec in specs}:
        raise RecipeError(f"[{table}]: {', '.join(sorted(strange))} is no [[corpus]] of this recipe")
    return specs


def _refining(raw: dict[str, Any]) -> Refining:
    return Refining(**raw | {"corpora": tuple(raw["corpora"])})


def _check_refining(recipe: Recipe) -> None:
    """Its corpora must be the recipe's, for every direction, and nothing else is learnt from."""
    if not (refining := recipe.refining):
        return
    specs = _corpora_named("refining", refining.corpora, recipe)
    for way in recipe.directions:
        if not any({*way} == {*spec.languages} for spec in specs):
            raise RecipeError(f"[refining]: corpora has no sentences from {' to '.join(way)}")
    if refining.rivals < 2:
        raise RecipeError(f"[refining]: rivals must be at least 2, not {refining.rivals}")
    options = recipe.training
    made = recipe.synthetic or recipe.clauses or recipe.frames or recipe.fragments
    if made or options.subword_dropout or options.word_dropout:
        others = "[[synthetic]], [clauses], [frames], [fragments], subword_dropout or word_dropout"
        raise RecipeError(f"[refining] takes no {others}")
    if recipe.model.decoder != "recurrent":
        raise RecipeError(f"[refining] needs a beam, which a decoder that is {recipe.model.decoder} has not")


def _check_by_rule(table: str, made: ByRule | None, languages: Collection[str], recipe: Recipe) -> None:
    """They are in some languages, and only what the recipe trains learns from them."""
    for direction in made.directions if made else ():
        way = split_direction(direction)
        if not {*way} <= {*languages} or way not in recipe.directions:
            known = ", ".join(sorted(languages))
            raise RecipeError(f"[{table}]: {direction} is no direction of a [[corpus]] within {known}")


def _check_corpora(each: Synthetic, paths: Sequence[str], languages: set[str], recipe: Recipe) -> None:
    fitting = {spec.paths[0] for spec in recipe.corpora if languages <= {*spec.languages}}
    if strange := set(paths) - fitting:
        raise RecipeError(
            f"{each.path}: {', '.join(sorted(strange))} is no [[corpus]] of this recipe with "
            f"{' and '.join(sorted(languages))}"
        )
