"""``traverba translate-file``: one file in, its translation out."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from traverba.cli.decoding import FILE_SEARCH
from traverba.cli.progress import show_progress
from traverba.cli.text import text_options
from traverba.cli.translate import given, glossary_of, load_from
from traverba.documents.formats import FileOptions
from traverba.documents.job import FileReport, check_paths, journal_of, translate_file


def run_translate_file(args: Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Translate, and say in one line what was done."""
    source, output = Path(args.input), Path(args.output)
    check_paths(source, output, force=args.force)  # before a model is loaded
    try:
        with load_from(args) as translator, show_progress(stderr) as progress:
            options = replace(translator.options, **given(args, FILE_SEARCH))
            report = translate_file(
                translator,
                source,
                output,
                target=args.target,
                source=args.source,
                options=options,
                text_options=text_options(args),
                glossary=glossary_of(args),
                via=args.via,
                file_options=FileOptions(args.encoding, _columns(args.columns), args.retranslate),
                progress=progress,
                resume=not args.no_resume,
                force=args.force,
            )
    except KeyboardInterrupt:
        if journal_of(output).exists():
            stderr.write(f"traverba: interrupted; the same command goes on from {journal_of(output)}\n")
        raise
    stdout.write(f"{output}: {_summary(report)}\n")
    return 0


def _summary(report: FileReport) -> str:
    """What was done, and what should be known about it."""
    texts = "text" if report.units == 1 else "texts"
    earlier = f", {report.continued} of them by an earlier run" if report.continued else ""
    flagged = "".join(f"; {count} flagged {flag}" for flag, count in sorted(report.flags.items()))
    missing = ", ".join(f"{term} ({count})" for term, count in sorted(report.missing_terms.items()))
    lacking = f"; terms missing: {missing}" if missing else ""
    return f"{report.units} {texts}{earlier}{flagged}{lacking}"


def _columns(given: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",")) if given else ()
