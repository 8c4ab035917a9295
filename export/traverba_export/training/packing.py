"""Everything a run reads, in one file: for a machine that is lent for minutes and has no corpora.

An xz archive of the subwords, the dev sentences and, of each corpus, the ids of both directions, one
after the other: they are nearly the same ids, which xz notices.
"""

from __future__ import annotations

import io
import json
import lzma
import math
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traverba.bundle.manifest import TOKENIZER_FILE
from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.corpora.mixing import with_temperature
from traverba_export.corpora.noise import piece_noise
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.subwords import Subwords
from traverba_export.training.preparation import DevSet, Prepared

CONTENTS = "contents.json"
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 4, "dict_size": 2**26, "lc": 2, "lp": 1, "pb": 1}]
"""A window that reaches back to the other direction of a corpus; symbols of two bytes."""


def pack(prepared: Prepared, recipe: Recipe, path: Path, epochs: float = math.inf) -> None:
    """Write ``path``. Of what is seen less than once an epoch, no more than ``epochs`` epochs draw."""
    pools = _thinned(prepared.pools, epochs)
    contents = {
        "variants": asdict(recipe.variants),
        "dev": [asdict(dev) for dev in prepared.dev],
        "pools": [_described(pool, whole) for pool, whole in zip(pools, prepared.pools, strict=True)],
    }
    partial = path.with_name(f"{path.name}.partial")
    with lzma.open(partial, "wb", filters=FILTERS) as stream, tarfile.open(fileobj=stream, mode="w") as out:
        _add(out, CONTENTS, json.dumps(contents, ensure_ascii=False).encode())
        _add(out, TOKENIZER_FILE, prepared.subwords.path.read_bytes())
        for number, pool in enumerate(pools):
            _add(out, f"{number}.npz", _arrays(pool, mirrored=bool(number % 2)))
    partial.replace(path)


def unpack(path: Path, recipe: Recipe, out_dir: Path) -> Prepared:
    """What `preparation.prepare` would give, if ``path`` was packed for such a recipe."""
    try:
        with lzma.open(path) as stream, tarfile.open(fileobj=stream) as packed:
            files = {member.name: _content(packed, member) for member in packed}
    except (OSError, EOFError, lzma.LZMAError, tarfile.TarError) as error:
        raise RecipeError(f"{path} is no packed data ({error}); write it with `pack-data`") from error
    contents = json.loads(files[CONTENTS])
    if contents["variants"] != asdict(recipe.variants):
        raise RecipeError(f"{path} was packed for other shares of variants than {recipe.name} has")
    subwords = out_dir / TOKENIZER_FILE
    subwords.write_bytes(files[TOKENIZER_FILE])
    found = {}
    for number, described in enumerate(contents["pools"]):
        found[described["name"]] = _pool(described, files[f"{number}.npz"])
    pools = [_wanted(found, f"{c.paths[0]} {d}", passes, path) for c, d, passes in _passes(recipe)]
    options = recipe.training
    return Prepared(
        Subwords(subwords),
        with_temperature(pools, options.sampling_temperature),
        [DevSet(**dev) for dev in contents["dev"]],
        piece_noise(subwords, options.subword_dropout, options.word_dropout),
    )


def _passes(recipe: Recipe) -> Iterable[tuple[Any, str, float]]:
    return ((spec, *each) for spec in recipe.corpora for each in spec.directions.items())


def _wanted(found: dict[str, Pool], name: str, passes: float, path: Path) -> Pool:
    """The pool with the passes of the recipe at hand, times what thinning left out."""
    if name not in found:
        raise RecipeError(f"{path} has no {name}; it was packed for another recipe")
    return replace(found[name], passes=passes * found[name].passes)


def _thinned(pools: Sequence[Pool], epochs: float) -> list[Pool]:
    """Of each corpus as much as so many epochs draw in its commoner direction: the same pairs of both."""
    share: dict[str, float] = {}
    for pool in pools:
        share[pool.corpus] = max(share.get(pool.corpus, 0.0), min(1.0, pool.passes * epochs))
    return [_evenly(pool, share[pool.corpus]) for pool in pools]


def _evenly(pool: Pool, share: float) -> Pool:
    if share == 1.0:
        return pool
    kept = np.flatnonzero(np.diff(np.floor(np.arange(len(pool.source) + 1) * share + 1e-9)))
    source, target = pool.source.select(kept), pool.target.select(kept)
    return replace(pool, source=source, target=target, as_written=int((kept < pool.as_written).sum()))


def _described(pool: Pool, whole: Pool) -> dict[str, Any]:
    return {
        "name": pool.name,
        "target_token": pool.target_token,
        "passes": len(whole.source) / max(1, len(pool.source)),
        "tagged": pool.tagged,
        "as_written": pool.as_written,
    }


def _arrays(pool: Pool, *, mirrored: bool) -> bytes:
    """Ids and lengths of both sides; ``mirrored``: the target first, as in the direction before it."""
    sides = {"source": pool.source, "target": pool.target}
    arrays: dict[str, NDArray[Any]] = {}
    for name in sorted(sides, reverse=mirrored):
        ids, lengths = sides[name].ids, sides[name].lengths
        arrays[f"{name}_lengths"] = lengths.astype(np.uint16)
        arrays[f"{name}_ids"] = ids.astype(np.min_scalar_type(ids.max(initial=0)))
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def _pool(described: dict[str, Any], content: bytes) -> Pool:
    with np.load(io.BytesIO(content)) as arrays:
        source, target = (
            Sequences.of_lengths(arrays[f"{side}_ids"].astype(np.int32), arrays[f"{side}_lengths"])
            for side in ("source", "target")
        )
    return Pool(source=source, target=target, **described)


def _add(out: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    out.addfile(member, io.BytesIO(content))


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = packed.extractfile(member)
    return stream.read() if stream else b""
