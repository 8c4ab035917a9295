"""HTML: which texts of a page are translated, and how they are written again."""

from __future__ import annotations

from collections.abc import Iterator

from traverba.documents.formats.splices import Spliced, Unit, insertion, weave
from traverba.documents.inline import InlineText
from traverba.documents.markup.attributes import attribute_values, quoted
from traverba.documents.markup.html_elements import role_as_written
from traverba.documents.markup.html_tree import IMPLIED, parse_html
from traverba.documents.markup.page_texts import PageTexts

NO_BREAK_SPACE = "\u00a0"


class HtmlPage:
    """A page, or a part of one, whose texts can be replaced; all else is written as it was read."""

    def __init__(self, page: str, target: str) -> None:
        self._file = parse_html(page)
        self._target = target
        texts = list(PageTexts(self._file, target, role_as_written).units())
        if b"&nbsp;" in self._file.data:
            for unit in texts:
                unit.write = _weave_with_references if unit.write is weave else unit.write
        units = [*texts, *self._language()]
        self._spliced = Spliced(self._file, units)

    def units(self) -> Iterator[InlineText]:
        """The texts to translate, in the order of the page."""
        return (unit.inline for unit in self._spliced.units if not unit.fixed)

    def written(self, translations: Iterator[InlineText]) -> str:
        """The page with a translation for each unit."""
        return self._spliced.translated(translations).decode("utf-8")

    def _language(self) -> Iterator[Unit]:
        """What says which language the page is in: it is in another now."""
        html = next((e for e in self._file.root.elements() if e.name == "html"), None)
        if html is None or IMPLIED in html.attributes:
            return
        labels = {name: span for name, _, span in attribute_values(html, self._file.data) if "lang" in name}
        for name in {"lang", "xml:lang"} & labels.keys():
            yield _replacement(labels[name], quoted(self._target, self._file.data[labels[name][0]]))
        if "lang" not in labels:
            yield insertion(html.start + len("<html"), f' lang="{self._target}"'.encode())


def _replacement(span: tuple[int, int], data: bytes) -> Unit:
    unit = insertion(span[0], data)
    unit.end = span[1]
    return unit


def _weave_with_references(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    """No-break spaces as the page writes them, so that its authors still see them."""
    return weave(translation, unit, spliced).replace(NO_BREAK_SPACE.encode("utf-8"), b"&nbsp;")
