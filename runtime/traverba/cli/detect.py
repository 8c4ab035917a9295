"""``traverba detect``: one answer for each text, or each line of standard input."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Iterable
from typing import TextIO

from traverba.cli.lines import read_lines
from traverba.identification import Detection, load_identifier


def run_detect(args: Namespace, stdin: io.BufferedIOBase, stdout: TextIO) -> int:
    """Language and probability of each, "und" where nothing says which."""
    languages = [name.strip() for name in args.languages.split(",")] if args.languages else None
    groups: Iterable[list[str]] = [args.text] if args.text else read_lines(stdin)
    identifier = load_identifier()
    for texts in groups:
        for text in texts:
            stdout.write(_line(identifier.detect(text, languages=languages), args.json) + "\n")
        stdout.flush()
    return 0


def _line(detection: Detection, as_json: bool) -> str:
    if as_json:
        return json.dumps(detection.to_json(), ensure_ascii=False)
    return f"{detection}\t{detection.probability:.2f}"
