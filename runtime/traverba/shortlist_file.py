"""``shortlist.npz``: the lexicons of a vocabulary shortlist as a file. The exporter writes it.

One array ``per_position``, and for each target language, named by its token's id, three:
``4.always`` (F,), ``4.likely`` (V, k) and ``4.frequent`` (R,), all unsigned 16-bit.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traverba.decoding import Lexicon, Shortlist
from traverba.errors import BundleFormatError

PARTS = {"always": 1, "likely": 2, "frequent": 1}
"""Arrays of a language, and their number of dimensions."""
LARGEST_VOCABULARY = 2**16
_NUMPY_ERRORS = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, SyntaxError)

Arrays = dict[str, NDArray[np.generic]]


def write_shortlist(path: Path, shortlist: Shortlist) -> None:
    """Write the file; equal lexicons give equal bytes."""
    arrays: Arrays = {"per_position": np.array(shortlist.per_position, np.uint16)}
    for token, lexicon in sorted(shortlist.lexicons.items()):
        for part in PARTS:
            arrays[f"{token}.{part}"] = np.asarray(getattr(lexicon, part), np.uint16)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # numpy dates members 1980
    path.write_bytes(content.getvalue())


def read_shortlist(path: Path, vocab_size: int) -> Shortlist:
    """Read and check the file of a model with ``vocab_size`` tokens."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            arrays: Arrays = {name: stored[name] for name in stored.files}
        tokens = sorted({int(name.split(".")[0]) for name in arrays if "." in name})
        lexicons = {token: _lexicon(arrays, token, vocab_size) for token in tokens}
        per_position = int(arrays["per_position"].item())
    except _NUMPY_ERRORS as error:
        raise BundleFormatError(
            f"{path.name} is no shortlist ({error}); fetch or export the bundle again"
        ) from error
    if not lexicons or not 0 < per_position <= vocab_size:
        raise BundleFormatError(f"{path.name} names no tokens; export the bundle again")
    return Shortlist(lexicons, vocab_size, per_position)


def _lexicon(arrays: Arrays, token: int, vocab_size: int) -> Lexicon:
    found: dict[str, NDArray[np.uint16]] = {}
    for part, dimensions in PARTS.items():
        array = arrays[f"{token}.{part}"]
        if array.dtype != np.uint16 or array.ndim != dimensions:
            raise ValueError(f"{token}.{part} has the wrong type or shape")
        if array.size and int(array.max()) >= vocab_size:
            raise ValueError(f"{token}.{part} names tokens outside the vocabulary")
        found[part] = array.astype(np.uint16)
    if len(found["likely"]) != vocab_size:
        raise ValueError(f"{token}.likely has {len(found['likely'])} rows instead of {vocab_size}")
    return Lexicon(found["always"].astype(np.int64), found["likely"], found["frequent"].astype(np.int64))
