"""XHTML, as books carry it: the elements of HTML in a tree of XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traverba.documents.formats.splices import Unit, escaped, insertion
from traverba.documents.formats.xmltree import XML_LANG, Element, XmlFile
from traverba.documents.markup.html_elements import role
from traverba.documents.markup.page_texts import PageTexts


def page_units(file: XmlFile, target: str) -> Iterator[Unit]:
    """The texts of a page, its title too, and its new language."""
    yield from relabelled(file.root, target, file.data)
    yield from PageTexts(file, target, role).units()


def relabelled(element: Element, target: str, data: bytes) -> Iterator[Unit]:
    """The values of an element's language attributes, replaced."""
    if not {XML_LANG, "lang"} & set(element.attributes):
        return
    tag = data[element.start : element.inner]
    for match in re.finditer(rb"""\s(?:xml:)?lang\s*=\s*(["'])([^"']*)\1""", tag):
        value = insertion(element.start + match.start(2), escaped(target))
        value.end = element.start + match.end(2)
        yield value
