"""What can be typed. Every option also has an environment variable, ``TRAVERBA_`` and its name."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TypeAlias

from traverba.cli.decoding import FILE_SEARCH, NAMES, add_decoding, add_search_of_files, is_on
from traverba.cli.text import TEXT_NAMES, add_text

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

PREFIX = "TRAVERBA_"
OPTIONS = (
    "from",
    "to",
    "via",
    "languages",
    "only-foreign",
    "model",
    "glossary",
    "format",
    "columns",
    "encoding",
    "retranslate",
    "force",
    "no-resume",
    "json",
    "threads",
    "device",
    "provider",
    "precision",
    *NAMES,
    *TEXT_NAMES,
)
EPILOG = (
    "Every option has an environment variable that sets its default: TRAVERBA_TO=fr is --to fr, "
    "TRAVERBA_JSON=1 is --json. TRAVERBA_HOME is the folder of further models."
)


def parse(argv: list[str] | None, environ: Mapping[str, str]) -> argparse.Namespace:
    """The command and its options; prints what is wrong and exits with 2 if it must."""
    return build_parser(environ).parse_args(argv)


def build_parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The parser, with the environment's defaults."""
    parser = argparse.ArgumentParser(prog="traverba", description="Offline translation.", epilog=EPILOG)
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    variables = {name: PREFIX + name.upper().replace("-", "_") for name in OPTIONS}
    defaults = {name: environ[variable] for name, variable in variables.items() if environ.get(variable)}
    _add_translate(commands, defaults)
    _add_translate_file(commands, defaults)
    _add_detect(commands, defaults)
    _add_models(commands, defaults)
    _add_doctor(commands, defaults)
    _add_bench(commands, defaults)
    return parser


def _add_translate(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser(
        "translate",
        help="translate texts, or lines from standard input",
        description="Translate each TEXT, or each line of standard input, in order.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="a text to translate; none reads standard input"
    )
    parser.add_argument("--from", dest="source", metavar="LANG", help="source language (default: any)")
    parser.add_argument(
        "--to", dest="target", metavar="LANG", required="to" not in defaults, help="target language"
    )
    _add_via(parser)
    parser.add_argument(
        "--format",
        choices=("text", "html", "markdown", "xml"),
        default="text",
        help="what the input is: lines of text, or one document whose markup stays (default: text)",
    )
    parser.add_argument(
        "--only-foreign",
        action="store_true",
        default=is_on(defaults, "only-foreign"),
        help="leave lines as they are that are in the target language already",
    )
    parser.add_argument("--glossary", metavar="FILE", help="terms and their translations: .csv, .tsv or .tbx")
    _add_json(parser, defaults, "one JSON object a line, with scores, alignment and timings")
    _add_model(parser)
    _add_machine(parser)
    add_text(parser, defaults)
    add_decoding(parser, defaults)
    names = {"from": "source", "to": "target"}
    given = ("from", "to", "via", "model", "format", "glossary", "threads", "device", "provider", "precision")
    parser.set_defaults(**{names.get(name, name): defaults[name] for name in given if name in defaults})


def _add_translate_file(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser(
        "translate-file",
        help="translate a file into another of the same format",
        description="Translate the text of IN; all else stays as it is. OUT appears when it is complete. "
        "A job that was interrupted or killed goes on when the same command is given again.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "input", metavar="IN", help="the ending of its name says what it is: .txt, .docx, ..."
    )
    parser.add_argument("output", metavar="OUT", help="the file to write")
    parser.add_argument("--from", dest="source", metavar="LANG", help="source language (default: any)")
    parser.add_argument(
        "--to", dest="target", metavar="LANG", required="to" not in defaults, help="target language"
    )
    _add_via(parser)
    parser.add_argument("--glossary", metavar="FILE", help="terms and their translations: .csv, .tsv or .tbx")
    files = parser.add_argument_group("files")
    files.add_argument(
        "--columns", metavar="NAME,NAME", help="of a table: names in its first row, or numbers"
    )
    files.add_argument(
        "--encoding", default="utf-8", metavar="NAME", help="of a text file that is not UTF-8, such as cp1252"
    )
    for name, meaning in (
        ("retranslate", "also texts that have a translation (.po, .xliff, .tmx)"),
        ("force", "replace OUT if it is there"),
        ("no-resume", "begin again, whatever an interrupted job has finished"),
        ("only-foreign", "leave texts as they are that are in the target language already"),
    ):
        files.add_argument(f"--{name}", action="store_true", default=is_on(defaults, name), help=meaning)
    _add_model(parser)
    _add_machine(parser)
    add_text(parser, defaults)
    add_search_of_files(parser)
    names = {"from": "source", "to": "target"}
    given = ("from", "to", "via", "glossary", "columns", "encoding", "model", *(o.name for o in FILE_SEARCH))
    machine = ("threads", "device", "provider", "precision")
    typed = [name for name in (*given, *machine) if name in defaults]
    parser.set_defaults(**{names.get(n, n).replace("-", "_"): defaults[n] for n in typed})


def _add_detect(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser(
        "detect",
        help="say which language texts, or lines from standard input, are in",
        description="Print language and probability of each TEXT, or of each line of standard input.",
        epilog=EPILOG,
    )
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a text; none reads standard input")
    parser.add_argument(
        "--languages", metavar="LANG,LANG", help="choose among these (default: all that are known)"
    )
    _add_json(parser, defaults, "one JSON object a line, with the most probable languages")
    parser.set_defaults(languages=defaults.get("languages"))


def _add_models(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser("models", help="list, show or verify installed models", epilog=EPILOG)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _add_json(parser, defaults, "one JSON object a line")
    actions.add_parser("list", help="what is installed (the default)")
    show = actions.add_parser("show", help="every pair of languages of a model, and how it runs")
    show.add_argument("model", nargs="?", metavar="MODEL", help="name or path (default: the built-in one)")
    verify = actions.add_parser("verify", help="compare every file with its hash and load the model")
    verify.add_argument(
        "model", nargs="*", metavar="MODEL", help="name or path (default: all that are installed)"
    )


def _add_doctor(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser(
        "doctor", help="versions, providers, model checks and a sample translation", epilog=EPILOG
    )
    _add_model(parser)
    _add_machine(parser)
    names = ("model", "threads", "device", "provider", "precision")
    parser.set_defaults(**{name: defaults[name] for name in names if name in defaults})


def _add_bench(commands: Commands, defaults: Mapping[str, str]) -> None:
    parser = commands.add_parser(
        "bench",
        help="compare providers, precisions and thread counts on this machine",
        description="Translate sentences in every way this machine offers, in turns, and compare.",
        epilog=EPILOG,
    )
    several = "with commas between"
    parser.add_argument("file", nargs="?", metavar="FILE", help="sentences, one a line; - is standard input")
    parser.add_argument("--from", dest="source", metavar="LANG", help="source language")
    parser.add_argument("--to", dest="target", metavar="LANG", help="target language")
    _add_model(parser)
    parser.add_argument("--provider", metavar="NAMES", help=f"providers, {several} (default: all there are)")
    parser.add_argument("--precision", metavar="NAMES", help=f"precisions, {several} (default: the model's)")
    parser.add_argument("--threads", metavar="N,N", help="CPU threads (default: 1 and as many as help)")
    parser.add_argument("--batch", default="1,8", metavar="N,N", help="sentences a call (default: 1,8)")
    parser.add_argument("--beam", default="1,5", metavar="N,N", help="beam sizes (default: 1,5)")
    parser.add_argument(
        "--rounds", type=int, default=9, metavar="N", help="how often all take turns (default: 9)"
    )
    parser.add_argument("--json", metavar="FILE", help="all figures; - writes them instead of the tables")
    parser.add_argument("--html", metavar="FILE", help="a report with plots, in one file")
    parser.add_argument(
        "--remember", action="store_true", help="let --device auto use the fastest from now on"
    )
    names = {"from": "source", "to": "target"}
    given = ("from", "to", "model", "provider", "precision", "threads", "beam")
    parser.set_defaults(**{names.get(name, name): defaults[name] for name in given if name in defaults})


def _add_json(parser: argparse.ArgumentParser, defaults: Mapping[str, str], meaning: str) -> None:
    parser.add_argument("--json", action="store_true", default=is_on(defaults, "json"), help=meaning)


def _add_via(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--via",
        default="auto",
        metavar="LANG",
        help="a language to go through, such as en; none goes straight (default: auto, as the model has it)",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="MODEL", help="name or path of a model (default: the built-in one)"
    )


def _add_machine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as help)")
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE", help="auto, cpu, cuda, openvino, ... (default: auto)"
    )
    parser.add_argument("--provider", metavar="NAME", help="an execution provider of onnxruntime, by name")
    parser.add_argument("--precision", metavar="NAME", help="fp32 or another that the model has")
