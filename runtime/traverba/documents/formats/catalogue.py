"""Gettext catalogues (.po, .pot): every message without a translation gets one, marked fuzzy.

polib reads the entries, one at a time; only the lines of a ``msgstr`` and of the flags are
written, because tools and reviewers compare catalogues line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.libraries import import_library
from traverba.documents.formats.textfile import open_text
from traverba.documents.inline import InlineText
from traverba.errors import DocumentError

MSGSTR = re.compile(r"\s*msgstr(?:\[\d+\])?[\s\"]")
STRING = re.compile(r'(?:msg\w+(?:\[\d+\])?\s*)?"(?:[^"\\]|\\.)*+"\s*')
"""What a line with a string in it is; polib overlooks quotes that are not closed."""
WIDTH = 76
"""Columns at which gettext's tools break a string, with its quotes 78."""
LONGEST_ENTRY = 100_000
"""Lines; what goes on for longer is no catalogue."""
FUZZY = "fuzzy"


class Catalogue:
    """A catalogue of any length."""

    def __init__(self, reading: Reading) -> None:
        self._polib = import_library("polib")
        self._reading = reading
        encoding = reading.options.encoding
        if encoding == "utf-8":
            encoding = self._polib.detect_encoding(str(reading.path))
        self._file = open_text(reading.path, encoding)

    def units(self) -> Iterator[InlineText]:
        for lines, number in self._entries():
            for message in self._messages(lines, number)[0]:
                yield InlineText(message)

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark)
        for lines, number in self._entries():
            messages, slots = self._messages(lines, number)
            if messages:
                texts = [next(translations).text for _ in messages]
                lines = _with_translations(lines, texts, slots)
            elif _is_header(lines):
                lines = [
                    line.replace('"Language: \\n"', f'"Language: {self._reading.target}\\n"')
                    for line in lines
                ]
            sink.write(self._file.encode("".join(lines)))

    def _entries(self) -> Iterator[tuple[list[str], int]]:
        """The lines of each entry and what is before it, and the number of the first line."""
        lines: list[str] = []
        start, answered = 1, False
        for number, line in enumerate(self._file.lines(), 1):
            if answered and not line.lstrip().startswith(("msgstr[", '"')):
                yield lines, start
                lines, start, answered = [], number, False
            lines.append(line)
            answered = answered or MSGSTR.match(line) is not None
            if len(lines) > LONGEST_ENTRY:
                raise DocumentError(f"{self._reading.path}, line {start}: {LONGEST_ENTRY} lines are no entry")
        yield lines, start

    def _messages(self, lines: Sequence[str], number: int) -> tuple[list[str], int]:
        """What an entry has to translate, one form or two, and how many forms the target has; 0 without."""
        if not any(MSGSTR.match(line) for line in lines) and not "".join(lines).strip():
            return [], 0
        for i, line in enumerate(lines):
            if line.startswith(("msg", '"')) and not STRING.fullmatch(line):
                raise self._not_a_catalogue(number + i)
        try:
            entries = self._polib.pofile("".join(lines), encoding="utf-8")
        except (OSError, ValueError, IndexError, AttributeError) as error:
            place = re.search(r"line (\d+)", str(error))
            raise self._not_a_catalogue(number + int(place[1]) - 1 if place else number) from error
        for entry in entries:
            answers = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
            if entry.obsolete or (any(answers) and not self._reading.options.retranslate):
                continue
            plural = [entry.msgid_plural] if entry.msgid_plural else []
            return [entry.msgid, *plural], len(answers)
        return [], 0

    def _not_a_catalogue(self, line: int) -> DocumentError:
        return DocumentError(
            f"{self._reading.path}, line {line}: not what a gettext catalogue may hold; "
            "msgfmt --check says more"
        )


def _is_header(lines: Sequence[str]) -> bool:
    return any(line.startswith('"Content-Type:') for line in lines)


def _with_translations(lines: Sequence[str], texts: Sequence[str], slots: int) -> list[str]:
    """The entry with other ``msgstr`` lines and the flag that says a person has not seen them."""
    if len(texts) == 1:
        answers = [("msgstr", texts[0])]
    else:
        forms = [texts[0], *[texts[1]] * (slots - 1)] if slots > 1 else [texts[1]]
        answers = [(f"msgstr[{i}]", form) for i, form in enumerate(forms)]
    first = next(i for i, line in enumerate(lines) if MSGSTR.match(line))
    behind = next(
        (i for i in range(first, len(lines)) if not lines[i].lstrip().startswith(("msgstr", '"'))), len(lines)
    )
    line_end = next((line[len(line.rstrip("\r\n")) :] for line in lines if line[-1] in "\r\n"), "\n")
    written = [f"{line}{line_end}" for keyword, text in answers for line in _set(keyword, text)]
    if behind == len(lines) and not lines[-1].endswith(("\n", "\r")):
        written[-1] = written[-1].rstrip("\r\n")
    return [*_flagged(lines[:first], line_end), *written, *lines[behind:]]


def _set(keyword: str, text: str) -> list[str]:
    """A string as gettext writes it: on one line, or from the next line on, broken at its own line breaks."""
    parts = re.findall(r"[^\n]*\n|[^\n]+", text) or [""]
    escaped = [_escaped(part) for part in parts]
    if len(escaped) == 1 and len(keyword) + len(escaped[0]) < WIDTH + 2:
        return [f'{keyword} "{escaped[0]}"']
    lines = [line for part in escaped for line in _broken(part)]
    return [f'{keyword} ""', *(f'"{line}"' for line in lines)]


def _broken(escaped: str) -> list[str]:
    """Behind spaces only; all characters are kept."""
    words = re.findall(r"[^ ]* *", escaped)
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > WIDTH:
            lines.append("")
        lines[-1] += word
    return lines


def _escaped(text: str) -> str:
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b"}
    named |= {"\v": "\\v", "\f": "\\f"}
    return "".join(named.get(character, character) for character in text)


def _flagged(lines: Sequence[str], line_end: str) -> list[str]:
    flags = next((i for i, line in enumerate(lines) if line.startswith("#,")), None)
    if flags is not None:
        if FUZZY in [flag.strip() for flag in lines[flags][2:].split(",")]:
            return list(lines)
        return [*lines[:flags], f"#, {FUZZY},{lines[flags][2:]}", *lines[flags + 1 :]]
    place = next(i for i, line in enumerate(lines) if line.startswith(("#|", "msg")))
    return [*lines[:place], f"#, {FUZZY}{line_end}", *lines[place:]]
