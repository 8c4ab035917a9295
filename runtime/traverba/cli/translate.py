"""``traverba translate``: texts or standard input in, one line out for each line in."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TextIO, cast

from traverba.cli.decoding import SAMPLING, SEARCH, Option
from traverba.cli.lines import read_lines
from traverba.cli.text import by_paragraph, text_options
from traverba.decoding import Batching, DecodeOptions, Sampling
from traverba.errors import OptionError
from traverba.glossary import Glossary, load_glossary
from traverba.identification import load_identifier
from traverba.loading import load_translator
from traverba.results import Translation
from traverba.translator import AUTO, Translator

BATCHING = Batching(window=256)
"""Enough lines read ahead to fill batches of equal length, few enough that the first soon come out."""


def run_translate(args: Namespace, stdin: io.BufferedIOBase, stdout: TextIO) -> int:
    """Translate and write; what comes before a line that cannot be read is still written."""
    if args.format != "text":
        from traverba.cli.markup import run_markup

        return run_markup(args, stdin, stdout)
    if args.stream and (args.json or args.n_best):
        raise OptionError("stream must stand alone: json and n-best need the whole translation")
    groups: Iterable[list[str]] = [[f"{text}\n" for text in args.text]] if args.text else read_lines(stdin)
    if args.wrap == "join" and not args.text:
        groups = by_paragraph(groups)
    with load_from(args) as translator:
        options = decode_options(args, translator.options)
        write = _stream if args.stream else _write
        for lines in groups:
            write(translator, lines, args, options, stdout)
    return 0


def _write(
    translator: Translator, lines: Sequence[str], args: Namespace, options: DecodeOptions, stdout: TextIO
) -> None:
    translations = translator.translate_iter(
        (line.removesuffix("\n") for line in lines),
        source=_source_of(translator, args),
        target=args.target,
        options=options,
        text_options=text_options(args),
        prefix=args.prefix,
        require=args.require,
        suppress=args.suppress,
        glossary=glossary_of(args),
        via=args.via,
        batching=BATCHING,
    )
    for line, translation in zip(lines, translations, strict=True):
        stdout.write(_format(translation, args) + line[len(line.removesuffix("\n")) :])
    stdout.flush()


def _source_of(translator: Translator, args: Namespace) -> str | None:
    """As it was typed; JSON tells the language that was found, if the identifier knows the model's."""
    if args.source or not args.json:
        return cast(str | None, args.source)
    knows = load_identifier().knows
    return AUTO if any(knows(language) for language in translator.info.languages) else None


def _stream(
    translator: Translator, lines: Sequence[str], args: Namespace, options: DecodeOptions, stdout: TextIO
) -> None:
    glossary = glossary_of(args)
    for line in lines:
        text = line.removesuffix("\n")
        for piece in translator.stream(
            text,
            source=args.source,
            target=args.target,
            options=options,
            text_options=text_options(args),
            prefix=args.prefix,
            require=args.require,
            suppress=args.suppress,
            glossary=glossary,
            via=args.via,
        ):
            stdout.write(piece)
            stdout.flush()
        stdout.write(line[len(text) :])
        stdout.flush()


def decode_options(args: Namespace, options: DecodeOptions) -> DecodeOptions:
    """The model's own options with those that were typed."""
    chosen = given(args, SEARCH)
    drawing = given(args, SAMPLING)
    if args.no_shortlist:
        chosen["shortlist"] = False
    if args.sample or drawing:
        chosen["sampling"] = Sampling(**drawing)
    return replace(options, **chosen)


def given(args: Namespace, options: Sequence[Option]) -> dict[str, Any]:
    """Field -> value of those options that have one."""
    values = {option.field: getattr(args, option.name.replace("-", "_")) for option in options}
    return {field: value for field, value in values.items() if value is not None}


def glossary_of(args: Namespace) -> Glossary | None:
    """What the file that was named holds; its columns may follow from the languages that were."""
    return load_glossary(args.glossary, source=args.source, target=args.target) if args.glossary else None


def load_from(args: Namespace) -> Translator:
    """The translator that the options about model and machine ask for."""
    return load_translator(
        args.model,
        device=args.device,
        providers=[args.provider] if args.provider else None,
        precision=args.precision,
        threads=args.threads,
    )


def _format(translation: Translation, args: Namespace) -> str:
    if args.json:
        return json.dumps(translation.to_json(), ensure_ascii=False)
    if args.n_best:
        return "\n".join(f"{each.score:.3f}\t{each.text}" for each in translation.hypotheses)
    return translation.text
