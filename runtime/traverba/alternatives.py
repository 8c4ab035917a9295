"""Other translations of a line, as texts."""

from __future__ import annotations

from collections.abc import Callable, Collection

from traverba.assembly import Answer, Prepared
from traverba.call import Call
from traverba.decoding import alternatives, diverse
from traverba.pivoting import Find
from traverba.results import Translation


def finder(prefix: str | None, count: int, word_starts: Callable[[], Collection[int]]) -> Find:
    """Finds what `Translator.alternatives` promises for the only segment of a text."""

    def find(call: Call, prepared: Prepared) -> list[Translation]:
        ids = prepared.requests[0].source
        asked = (call.options, call.special)
        if prefix is None:
            answers = diverse(call.model, ids, count, *asked, control=call.control)
        else:
            typed = call.tokenizer.encode(prefix.rstrip(" ")) if prefix.strip(" ") else ()
            starts = word_starts() if prefix.endswith(" ") else None
            answers = alternatives(call.model, ids, typed, count, *asked, starts=starts, control=call.control)
        found = [call.finish(prepared, [Answer(answer)]) for answer in answers]
        return list({translation.text: translation for translation in found[::-1]}.values())[::-1]

    return find
