"""Documents in several languages: which paragraph is in which, and which ones want translating."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from traverba.identification.builtin import load_identifier
from traverba.identification.identifier import Identifier
from traverba.identification.results import Detection

SURE = 0.8
"""From this probability on a text counts as being in the target language already.

Leaving a foreign paragraph alone loses more than translating one that was in the target language, which
mostly comes out unchanged: so the doubtful ones are translated.
"""

_PARAGRAPH = re.compile(r"[^\r\n]+(?:\r?\n(?![ \t]*\r?$)[^\r\n]+)*", re.MULTILINE)
"""Lines up to a blank one."""


@dataclass(frozen=True)
class Paragraph:
    """A run of lines without a blank one between them."""

    start: int
    """Index of its first character in the text."""
    end: int
    """Index behind its last character."""
    detection: Detection


def detect_paragraphs(
    text: str, *, languages: Sequence[str] | None = None, identifier: Identifier | None = None
) -> list[Paragraph]:
    """Every paragraph with its language; blank lines belong to none."""
    identifier = identifier or load_identifier()
    return [
        Paragraph(match.start(), match.end(), identifier.detect(match[0], languages=languages))
        for match in _PARAGRAPH.finditer(text)
        if not match[0].isspace()
    ]


def foreign_paragraphs(
    text: str,
    target: str,
    *,
    languages: Sequence[str] | None = None,
    identifier: Identifier | None = None,
) -> list[Paragraph]:
    """Those paragraphs that are not already in ``target``: what is left to translate."""
    identifier = identifier or load_identifier()
    found = detect_paragraphs(text, languages=languages, identifier=identifier)
    return [each for each in found if not is_in(each.detection, identifier.tag(target))]


def is_in(detection: Detection, language: str) -> bool:
    """Whether a text is in ``language`` beyond doubt, or in no language at all."""
    return detection.language is None or (detection.language == language and detection.probability >= SURE)
