"""The options of ``traverba translate`` about the text itself: each stands for a field of `TextOptions`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # ``--help`` loads nothing
    from traverba.text import TextOptions

CHOICES = {
    "split": ("sentences", "lines"),
    "wrap": ("keep", "join"),
}
MEANINGS = {
    "split": "what is translated at a time (default: sentences)",
    "wrap": "line breaks in a paragraph stay, or its lines become one (default: keep)",
}
LISTS = {
    "pattern": ("REGEX", "what matches comes out as it is; may be repeated"),
    "keep": ("WORD", "a word or name that is not translated; may be repeated"),
}
SWITCHES = {
    "no-protect": "translate URLs, placeholders, code, emoji and the like as if they were words",
    "no-match-case": "read capitals and titles as they stand",
    "no-fix-spelling": "read words that the model does not know as they stand",
    "no-look-up": "leave single words to the model, without its dictionary",
}
TEXT_NAMES = (*CHOICES, *LISTS, *SWITCHES)


def add_text(parser: argparse.ArgumentParser, defaults: Mapping[str, str]) -> None:
    """Add all of them; ``defaults`` are those of the environment."""
    group = parser.add_argument_group("text")
    for name, choices in CHOICES.items():
        default = defaults.get(name, choices[0])
        group.add_argument(f"--{name}", choices=choices, default=default, help=MEANINGS[name])
    for name, (metavar, meaning) in LISTS.items():
        given = [defaults[name]] if name in defaults else []
        group.add_argument(f"--{name}", action="append", default=given, metavar=metavar, help=meaning)
    for name, meaning in SWITCHES.items():
        is_set = defaults.get(name, "0").lower() not in ("0", "false", "no")
        group.add_argument(f"--{name}", action="store_true", default=is_set, help=meaning)


def text_options(args: argparse.Namespace) -> TextOptions:
    """What the options say about the text."""
    from traverba.text import TextOptions

    return TextOptions(
        split=args.split,
        wrap=args.wrap,
        protect=not args.no_protect,
        patterns=tuple(args.pattern),
        keep=tuple(args.keep),
        match_case=not args.no_match_case,
        fix_spelling=not args.no_fix_spelling,
        look_up=not args.no_look_up,
        only_foreign=args.only_foreign,
    )


def by_paragraph(groups: Iterable[list[str]]) -> Iterator[list[str]]:
    """Lines up to an empty one as one text, which ends as its last line does."""
    paragraph: list[str] = []
    for line in (line for group in groups for line in group):
        if line.strip():
            paragraph.append(line)
            continue
        if paragraph:
            yield ["".join(paragraph)]
        yield [line]
        paragraph = []
    if paragraph:
        yield ["".join(paragraph)]
