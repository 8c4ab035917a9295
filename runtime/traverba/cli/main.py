"""The entry point: runs a command and turns what goes wrong into one line and an exit status.

0 all went well, 1 something failed, 2 bad use or input, 130 interrupted, 141 nobody reads the output.
"""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from io import BufferedReader, TextIOWrapper
from typing import cast

from traverba.cli.arguments import build_parser
from traverba.errors import BundleNotFoundError, InputError, TraverbaError

FAILED, BAD_USE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141

DEBUG_VARIABLE = "TRAVERBA_DEBUG"


def main(argv: list[str] | None = None) -> int:
    """Parse, run, report."""
    parser = build_parser(os.environ)
    args = parser.parse_args(argv)
    if not (args.command or args.version):
        parser.print_usage(sys.stderr)
        return BAD_USE
    logging.basicConfig(format="traverba: %(message)s", level=logging.WARNING)
    try:
        return _run(args)
    except TraverbaError as error:
        print(f"traverba: {error}", file=sys.stderr)
        return BAD_USE if isinstance(error, InputError | BundleNotFoundError) else FAILED
    except BrokenPipeError:
        # The interpreter flushes standard output once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        print(f"traverba: {type(error).__name__}: {error} ({DEBUG_VARIABLE}=1 shows where)", file=sys.stderr)
        return FAILED


def _run(args: Namespace) -> int:
    """Commands are imported when they run: ``--help`` needs no numpy."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    if args.version:
        from importlib import metadata

        print(metadata.version("traverba"))
        return 0
    if args.command == "translate":
        from traverba.cli.translate import run_translate

        return run_translate(args, cast(BufferedReader, sys.stdin.buffer), sys.stdout)
    if args.command == "translate-file":
        from traverba.cli.translate_file import run_translate_file

        return run_translate_file(args, sys.stdout, sys.stderr)
    if args.command == "detect":
        from traverba.cli.detect import run_detect

        return run_detect(args, cast(BufferedReader, sys.stdin.buffer), sys.stdout)
    if args.command == "models":
        from traverba.cli.models import run_models

        return run_models(args, sys.stdout)
    if args.command == "bench":
        from traverba.cli.bench import run_bench

        return run_bench(args, cast(BufferedReader, sys.stdin.buffer), sys.stdout, sys.stderr)
    from traverba.cli.doctor import run_doctor

    return run_doctor(args, sys.stdout)
