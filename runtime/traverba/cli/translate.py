"""``traverba translate``: texts or standard input in, one line out for each line in."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from typing import TextIO

from traverba.cli.lines import read_lines
from traverba.decoding import Batching
from traverba.loading import load_translator
from traverba.results import Translation
from traverba.translator import Translator

BATCHING = Batching(window=256)
"""Enough lines read ahead to fill batches of equal length, few enough that the first soon come out."""


def run_translate(args: Namespace, stdin: io.BufferedIOBase, stdout: TextIO) -> int:
    """Translate and write; what comes before a line that cannot be read is still written."""
    groups: Iterable[list[str]] = [[f"{text}\n" for text in args.text]] if args.text else read_lines(stdin)
    with load_from(args) as translator:
        options = translator.options
        if args.beam is not None:
            options = replace(options, beam_size=args.beam)
        for lines in groups:
            translations = translator.translate_iter(
                (line.removesuffix("\n") for line in lines),
                source=args.source,
                target=args.target,
                options=options,
                batching=BATCHING,
            )
            for line, translation in zip(lines, translations, strict=True):
                stdout.write(_format(translation, args.json) + line[len(line.removesuffix("\n")) :])
            stdout.flush()
    return 0


def load_from(args: Namespace) -> Translator:
    """The translator that the options about model and machine ask for."""
    return load_translator(
        args.model,
        device=args.device,
        providers=[args.provider] if args.provider else None,
        precision=args.precision,
        threads=args.threads,
    )


def _format(translation: Translation, as_json: bool) -> str:
    return json.dumps(translation.to_json(), ensure_ascii=False) if as_json else translation.text
