"""Translated paragraphs as Markdown: what must be escaped is, and long lines wrap as they did."""

from __future__ import annotations

import re
from collections.abc import Set

_BLOCK_BEGINS = re.compile(
    r"(?=[-+*](?:\s|$)|>|#{1,6}(?:\s|$)|(?:[-=_*]\s*){3,}$|~~~|```)|(\d{1,9})(?=[.)](?:\s|$))"
)
_REFERENCE = re.compile(r"&(?=#?\w+;)")
_SPECIAL = re.compile(r"[\\`*_\[\]<~|]")
NO_BREAK_SPACE = "\u00a0"


def escaped(text: str, literal: Set[str], in_cell: bool) -> str:
    """Text that means only itself; what the source's text had as it is, ``literal``, is left so."""

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        if character == "|":
            return "\\|" if in_cell else "|"
        if character == "\\":
            return "\\\\" if _SPECIAL.match(text, match.end()) or "\\" not in literal else "\\"
        before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
        alone = (before == "" or before.isspace()) and (after == "" or after.isspace())
        within = before.isalnum() and after.isalnum()
        harmless = alone or (character == "_" and within) or character in literal
        return character if harmless and character not in "`<" else "\\" + character

    return _REFERENCE.sub("&amp;", _SPECIAL.sub(escape, text))


def not_a_block(text: str) -> str:
    """A paragraph whose first characters would make it a list, a heading or a quote, escaped."""
    match = _BLOCK_BEGINS.match(text)
    return text if match is None else f"{text[: match.end()]}\\{text[match.end() :]}"


def wrapped(words: list[str], width: int, continuation: str) -> str:
    """Words in lines of at most ``width`` characters, as far as their lengths allow.

    A line never begins with what would be a block; a word may hold line breaks of its own.
    """
    out, length = "", 0
    for word in words:
        fits = length + 1 + len(word) <= width or _BLOCK_BEGINS.match(word)
        joint = "" if not out else " " if fits else continuation
        length = len(word) if joint == continuation or not out else length + len(joint) + len(word)
        if "\n" in word:
            length = len(word) - word.rindex("\n") - 1
        out += joint + word
    return out
