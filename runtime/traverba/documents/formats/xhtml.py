"""XHTML as books carry it: which elements are blocks, which belong to a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traverba.documents.formats.xmltree import XML_LANG, Element, XmlFile
from traverba.documents.formats.xmlunits import Role, Unit, escaped, find_units, insertion

INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font", "i"),
    *("ins", "label", "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u"),
}
KEPT = {"code", "kbd", "math", "samp", "svg", "var"}
MARKS = {
    *("audio", "button", "canvas", "iframe", "img", "input", "object", "ruby", "select", "textarea"),
    *("video", "wbr"),
}
LEFT_ALONE = {"head", "math", "pre", "script", "style", "svg", "template"}


def role(element: Element) -> Role:
    """What an element is to the text around it."""
    attributes = element.attributes
    if attributes.get("translate") == "no" or "notranslate" in attributes.get("class", "").split():
        return Role.KEEP
    if element.name in KEPT:
        return Role.KEEP
    if element.name == "br":
        return Role.BREAK
    if element.name in MARKS or element.name in LEFT_ALONE:
        return Role.MARK
    return Role.INLINE if element.name in INLINE else Role.BLOCK


def page_units(file: XmlFile, target: str) -> Iterator[Unit]:
    """The texts of a page, its title too, and its new language."""
    yield from relabelled(file.root, target, file.data)
    for element in file.root.elements():
        if element.name == "head":
            title = element.find("title")
            if title is not None:
                yield from find_units(title, role, file.data, collapse=True)
        else:
            yield from find_units(element, role, file.data, collapse=True)


def relabelled(element: Element, target: str, data: bytes) -> Iterator[Unit]:
    """The values of an element's language attributes, replaced."""
    if not {XML_LANG, "lang"} & set(element.attributes):
        return
    tag = data[element.start : element.inner]
    for match in re.finditer(rb"""\s(?:xml:)?lang\s*=\s*(["'])([^"']*)\1""", tag):
        value = insertion(element.start + match.start(2), escaped(target))
        value.end = element.start + match.end(2)
        yield value
