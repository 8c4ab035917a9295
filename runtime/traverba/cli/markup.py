"""``traverba translate --format html|xml|markdown``: a document in, the same document out, translated."""

from __future__ import annotations

import io
from argparse import Namespace
from typing import TextIO

from traverba.cli.lines import read_lines
from traverba.cli.text import text_options
from traverba.cli.translate import decode_options, glossary_of, load_from
from traverba.documents import translate_html, translate_markdown, translate_xml
from traverba.errors import OptionError

FORMATS = {"html": translate_html, "markdown": translate_markdown, "xml": translate_xml}

OF_PLAIN_TEXT = ("json", "stream", "n_best", "prefix", "require")


def run_markup(args: Namespace, stdin: io.BufferedIOBase, stdout: TextIO) -> int:
    """Each TEXT, or standard input as a whole, is one document."""
    for name in OF_PLAIN_TEXT:
        if getattr(args, name):
            raise OptionError(f"{name.replace('_', '-')} is about plain text: leave out format, or {name}")
    translate = FORMATS.get(args.format)
    if translate is None:
        raise OptionError(f"format must be text, {' or '.join(FORMATS)}, not {args.format!r}")
    texts = [f"{text}\n" for text in args.text] or [
        "".join(line for group in read_lines(stdin) for line in group)
    ]
    with load_from(args) as translator:
        options, glossary = decode_options(args, translator.options), glossary_of(args)
        for text in texts:
            stdout.write(
                translate(
                    translator,
                    text,
                    target=args.target,
                    source=args.source,
                    options=options,
                    text_options=text_options(args),
                    suppress=args.suppress,
                    glossary=glossary,
                    via=args.via,
                )
            )
    return 0
