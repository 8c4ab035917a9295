"""Subtitles (.srt, .vtt): timing, numbers, settings and comments stay; lines are set anew.

A sentence that goes on in the next cue is translated as one and shared out again; a line that
begins with a dash is another speaker's, and translated on its own. Cues come one at a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from traverba.documents.formats.cues import Cue, read_cues, set_in_lines, share_out
from traverba.documents.formats.document import Reading
from traverba.documents.formats.textfile import open_text
from traverba.documents.inline import InlineBuilder, InlineText

MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}")
DASH = re.compile(r"\s*[-‐–—]\s*(?=\S)")
ENDS_SENTENCE = re.compile(r"[.!?…♪♫:][\"'”’»)\]\s]*$")
NOTHING_LEFT = "…"
"""For a cue whose sentence has become too short to go on in it."""
MOST_JOINED = 4
"""Cues; no sentence should have to be read over more."""


@dataclass(frozen=True)
class Speech:
    """What one speaker says in one cue: a text, its markup, and what is around both."""

    before: str
    inline: InlineText
    markup: tuple[tuple[str, str], ...]
    """What opens and what closes a tag, by its key."""
    after: str
    """The last line end included."""
    lines: tuple[str, ...]
    """The same as in the file."""

    def written(self, translation: InlineText, escape: bool) -> str:
        if translation == self.inline:
            return "".join(self.lines)
        lengths = [len(MARKUP.sub("", line.rstrip("\r\n"))) for line in self.lines]
        set_text = set_in_lines(translation.text, lengths)
        parts = [self.before]
        for event in InlineText(set_text, translation.tags).events():
            if event.kind == "text":
                parts.append(html.escape(event.text, quote=False) if escape else event.text)
            else:
                parts.append(self.markup[event.key][event.kind == "close"])
        ends = [line[len(line.rstrip("\r\n")) :] for line in self.lines if line.endswith(("\n", "\r"))]
        return "".join(parts).replace("\n", ends[0] if ends else "\n") + self.after


class Subtitles:
    """A subtitle file of any length."""

    def __init__(self, reading: Reading) -> None:
        self._file = open_text(reading.path, reading.options.encoding)
        self._escaped = reading.path.suffix.lower() == ".vtt"

    def units(self) -> Iterator[InlineText]:
        for _, speeches in self._groups():
            yield from _units(speeches)

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark)
        for heads, speeches in self._groups():
            mine = [next(translations) for _ in _units(speeches)]
            if len(heads) > 1 and mine[0] != _joined(speeches):
                shares = share_out(mine[0].text.strip(), [len(speech.inline.text) for [speech] in speeches])
                mine = [InlineText(share or NOTHING_LEFT) for share in shares]
            elif len(heads) > 1:
                mine = [speech.inline for [speech] in speeches]
            answers = iter(mine)
            for head, spoken in zip(heads, speeches, strict=True):
                text = "".join(speech.written(next(answers), self._escaped) for speech in spoken)
                sink.write(self._file.encode(head + text))

    def _groups(self) -> Iterator[tuple[list[str], list[list[Speech]]]]:
        """The heads and the speeches of cues that belong together: one cue, or one sentence."""
        heads: list[str] = []
        group: list[list[Speech]] = []
        for cue in read_cues(self._file.lines()):
            speeches = read_speeches(cue, self._escaped)
            if group and not (len(group) < MOST_JOINED and goes_on(group[-1], speeches)):
                yield heads, group
                heads, group = [], []
            heads.append(cue.head)
            group.append(speeches)
        yield heads, group


def _units(speeches: Sequence[Sequence[Speech]]) -> list[InlineText]:
    if len(speeches) > 1:
        return [_joined(speeches)]
    return [speech.inline for spoken in speeches for speech in spoken]


def _joined(speeches: Sequence[Sequence[Speech]]) -> InlineText:
    return InlineText(" ".join(speech.inline.text for [speech] in speeches))


def goes_on(last: Sequence[Speech], following: Sequence[Speech]) -> bool:
    """Whether one sentence fills both cues: it has not ended, and the next begins with a small letter."""
    if len(last) != 1 or len(following) != 1 or last[0].markup or following[0].markup:
        return False
    return not ENDS_SENTENCE.search(last[0].inline.text[-20:]) and following[0].inline.text[:1].islower()


def read_speeches(cue: Cue, escaped: bool) -> list[Speech]:
    """What is said in a cue, speaker by speaker."""
    groups: list[list[str]] = []
    for line in cue.lines:
        if groups and not DASH.match(MARKUP.sub("", line)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_read_speech(tuple(lines), escaped) for lines in groups]


def _read_speech(lines: tuple[str, ...], escaped: bool) -> Speech:
    end = lines[-1][len(lines[-1].rstrip("\r\n")) :]
    raw = " ".join(line.strip("\r\n") for line in lines)
    tokens = _tokens(raw)
    start, stop, inner = _core(raw, tokens)
    builder, markup, at = InlineBuilder(), {}, start
    for token in inner:
        builder.text(_plain(raw[at : token.start], escaped))
        at = token.end
        if token.closes:
            builder.close()
        elif token.closed_by is None:
            markup[builder.empty()] = (raw[token.start : token.end], "")
        else:
            markup[builder.open()] = (raw[token.start : token.end], token.closed_by)
    builder.text(_plain(raw[at:stop], escaped))
    return Speech(raw[:start], builder.build(), tuple(markup.values()), raw[stop:] + end, lines)


def _plain(raw: str, escaped: bool) -> str:
    text = html.unescape(raw) if escaped else raw
    return text.replace("\n", " ").replace("\r", " ")


@dataclass
class Token:
    """A piece of markup: alone, or one of a pair."""

    start: int
    end: int
    closed_by: str | None = None
    partner: int = -1
    """The position of the one that closes it."""
    closes: bool = False


def _tokens(raw: str) -> list[Token]:
    tokens: list[Token] = []
    waiting: list[tuple[int, str]] = []
    for match in MARKUP.finditer(raw):
        tokens.append(Token(match.start(), match.end()))
        name = re.match(r"</?([A-Za-z]+)", match[0])
        if name and match[0].startswith("</"):
            if waiting and waiting[-1][1] == name[1]:
                opener = tokens[waiting.pop()[0]]
                opener.closed_by, opener.partner = match[0], len(tokens) - 1
                tokens[-1].closes = True
        elif name:
            waiting.append((len(tokens) - 1, name[1]))
    return tokens


def _core(raw: str, tokens: Sequence[Token]) -> tuple[int, int, Sequence[Token]]:
    """Where the text is without white space, a dash and the markup around all of it; its own markup."""
    start, end, low, high = 0, len(raw), 0, len(tokens)
    while start < end:
        first = tokens[low] if low < high and tokens[low].start == start else None
        last = tokens[high - 1] if low < high and tokens[high - 1].end == end else None
        if raw[start].isspace():
            start += 1
        elif raw[end - 1].isspace():
            end -= 1
        elif first and first.closed_by is None and not first.closes:
            start, low = first.end, low + 1
        elif last and last.closed_by is None and not last.closes:
            end, high = last.start, high - 1
        elif first and last and first.partner == high - 1:
            start, end, low, high = first.end, last.start, low + 1, high - 1
        elif dash := DASH.match(raw, start, end):
            start = dash.end()
        else:
            break
    return start, end, tokens[low:high]
