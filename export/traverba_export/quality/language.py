"""Is the output in the language that was asked for? Judged by an identifier that is not ours.

py3langid (BSD, kept up, one numpy model in the wheel) is told which languages can occur; among few
languages it is right on almost every sentence. What it makes of the references says how far to
trust it: no share of right outputs means more than that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from traverba_export.quality.challenge.checks import Identify

_WORD = re.compile(r"[^\W\d_]{2}")


def language_identifier(languages: Collection[str]) -> Identify | None:
    """Tells these languages apart; None if py3langid does not know one of them."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    if set(languages) - set(identifier.labels):
        return None
    identifier.set_languages(sorted(languages))
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return lambda text: classify(text)[0]


def language_share(texts: Sequence[str], language: str, identify: Identify) -> float:
    """Share of texts in ``language``, 0 to 1; texts without two letters in a row are in every language."""
    judged = [text for text in texts if _WORD.search(text)]
    if not judged:
        return 1.0
    return sum(identify(text) == language for text in judged) / len(judged)
