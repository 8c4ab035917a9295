"""Pairs that a model writes: back-translations of target text, and a teacher's translations to learn from.

Both are TSV files that a recipe names like any other corpus, with a third column that says who wrote
them. Back-translation (Sennrich et al. 2016) keeps human text on the target side; its corpus is marked
`tagged = true` (Caswell et al. 2019). Distillation (Kim & Rush 2016) keeps human text on the source
side. A recipe may also name the model (`[[synthetic]]`), and training writes these itself. An
interrupted file is continued by the same command.
"""

from __future__ import annotations

import argparse
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from traverba_export.corpora.reading import CorpusError, read_lines, whole_lines

if TYPE_CHECKING:
    from traverba import Translation

log = logging.getLogger(__name__)

Translate = Callable[[Iterator[str]], Iterator[str]]
"""Texts in, translations out, in order, one at a time."""
LOG_INTERVAL = 1_000


def add_synthetic(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Arguments of `back-translate` and `distil`."""
    back = commands.add_parser("back-translate", help="have a bundle write sources for target-language text")
    back.set_defaults(command=_write, kind="back-translation")
    distil = commands.add_parser("distil", help="write a teacher's translations as training targets")
    distil.set_defaults(command=_write, kind="distillation")
    for parser in (back, distil):
        parser.add_argument("bundle", help="a name or a path")
        parser.add_argument("text", type=Path, help="a line a sentence, or TSV; .gz and .xz too")
        parser.add_argument("--column", type=int, default=0, help="of the text, counted from 0")
        parser.add_argument("--from", dest="source", required=True, help="language of the text")
        parser.add_argument("--to", dest="target", required=True)
        parser.add_argument("--beam", type=int, default=5)
        parser.add_argument("--precision", help="graph variant of the bundle")
        parser.add_argument("--out", type=Path, required=True, help="TSV; run again to continue")


def _write(arguments: argparse.Namespace) -> int:
    direction = (arguments.source, arguments.target)
    with loaded(arguments.bundle, direction, arguments.beam, arguments.precision) as (translate, name):
        first = arguments.kind == "back-translation"
        texts = read_column(arguments.text, arguments.column)
        writer = f"{arguments.kind}:{name}"
        count = write_pairs(texts, translate, arguments.out, writer, written_first=first)
    print(f"{arguments.out}: {count:,} pairs")
    return 0


def plain(translation: Translation) -> str:
    """What a translation says."""
    return translation.text


@contextmanager
def loaded(
    bundle: str,
    direction: tuple[str, str],
    beam: int,
    precision: str | None,
    written: Callable[[Translation], str] = plain,
) -> Iterator[tuple[Translate, str]]:
    """A bundle as a writer of one direction, and its name and version.

    What it writes is what ``written`` makes of a translation.
    """
    from traverba import DecodeOptions, load_translator

    source, target = direction
    options = DecodeOptions(beam_size=beam)
    with load_translator(bundle, precision=precision) as translator:

        def translate(texts: Iterator[str]) -> Iterator[str]:
            answers = translator.translate_iter(texts, source=source, target=target, options=options)
            return map(written, answers)

        yield translate, f"{translator.info.name}-{translator.info.version}"


def read_column(path: Path, column: int) -> Iterator[str]:
    """One cell of every line, without white space around it; empty ones are passed over."""
    for number, line in read_lines(path):
        cells = line.split("\t")
        if len(cells) <= column:
            raise CorpusError(f"{path}:{number}: {len(cells)} columns, wanted {column + 1}")
        if text := cells[column].strip():
            yield text


def write_pairs(
    texts: Iterable[str], translate: Translate, out: Path, writer: str, *, written_first: bool
) -> int:
    """Write a line for every text; returns how many ``out`` has. What a stopped call wrote is kept.

    ``written_first``: the translation is the first column and the text the second.
    """
    partial = out.with_name(f"{out.name}.partial")
    done = _whole_lines(partial, writer)
    if done:
        log.info("%s: going on after %d lines", partial.name, done)
    remaining, given = itertools.tee(itertools.islice(texts, done, None))
    with partial.open("a", encoding="utf-8", newline="\n") as stream:
        for text, translation in zip(given, translate(remaining), strict=False):
            written = " ".join(translation.split())
            pair = (written, text) if written_first else (text, written)
            stream.write("\t".join((*pair, writer)) + "\n")
            done += 1
            if done % LOG_INTERVAL == 0:
                stream.flush()
                log.info("%s: %d lines", out.name, done)
    partial.replace(out)
    return done


def _whole_lines(partial: Path, writer: str) -> int:
    """Lines of an unfinished file, after cutting off what was being written when it was stopped."""
    if not partial.exists():
        return 0
    whole = whole_lines(partial)
    if whole and not whole.endswith(f"\t{writer}\n".encode()):
        raise CorpusError(f"{partial} was begun by another model; delete it, or choose another --out")
    with partial.open("rb+") as stream:
        stream.truncate(len(whole))
    return whole.count(b"\n")
