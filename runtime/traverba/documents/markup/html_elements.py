"""What the elements and attributes of HTML are to a translator."""

from __future__ import annotations

from traverba.documents.formats.xmltree import Element
from traverba.documents.formats.xmlunits import Role
from traverba.documents.markup.html_tree import GAP, IMPLIED, VOID


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCK = _names(
    """
    address article aside base blockquote body caption center col colgroup dd details dialog dir div dl dt
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend
    li link listing main menu meta nav noframes noscript ol optgroup option p param plaintext pre search
    section source summary table tbody td template tfoot th thead title tr track ul xmp
    """
)
KEPT = _names("code kbd samp var tt math input textarea")
"""They stand in a sentence as a word does, and are not translated."""
MARKS = _names("script style svg iframe embed wbr noembed")
"""Nor are these, which are no part of a sentence."""
CODE_BLOCKS = _names("pre xmp listing plaintext")
OPAQUE = _names("select datalist object video audio canvas map applet")
"""What is in them stands for itself."""
TEXT_ATTRIBUTES = _names("alt title placeholder aria-label aria-description aria-placeholder")
DESCRIPTIONS = _names(
    """
    description og:title og:description og:image:alt twitter:title twitter:description twitter:image:alt
    """
)
"""The names and properties of a ``meta`` whose content is text."""
BUTTONS = _names("submit button reset")
LISTED = _names("a button label input")
"""Elements that stand side by side as a list, as in a menu, and not as a sentence."""


def is_marked_untranslated(element: Element) -> bool:
    """Whether the page says that an element is not to be translated."""
    attributes = element.attributes
    marked = attributes.get("translate", "").lower() == "no"
    return marked or "notranslate" in attributes.get("class", "").split()


def is_code(element: Element) -> bool:
    """Whether the characters of an element are no language."""
    return element.name in KEPT or element.name in MARKS or element.name in CODE_BLOCKS


def role_as_written(element: Element) -> Role:
    """`role` in HTML, where an element without tags of its own at both ends cannot be moved."""
    found = role(element)
    movable = element.end > element.close and IMPLIED not in element.attributes
    return found if found is not Role.INLINE or movable else Role.BLOCK


def role(element: Element) -> Role:
    """What an element is to the text around it, whatever is in it."""
    name, attributes = element.name, element.attributes
    if name == "br":
        return Role.BREAK
    if name == GAP or name in BLOCK:
        return Role.BLOCK
    if is_marked_untranslated(element) or is_code(element):
        return Role.MARK if name in MARKS or IMPLIED in attributes else Role.KEEP
    if name in ("img", "image"):
        return Role.KEEP if attributes.get("alt", "").strip() else Role.MARK
    if name in OPAQUE:
        return Role.OPAQUE
    return Role.MARK if name in VOID else Role.INLINE


def text_attributes(element: Element) -> set[str]:
    """The attributes of an element whose values are text."""
    attributes = element.attributes
    # The title of a style sheet is the name of a set of them.
    names = set(TEXT_ATTRIBUTES & attributes.keys()) if element.name not in ("link", "style") else set()
    kind = attributes.get("type", "").lower()
    if element.name == "input" and kind in BUTTONS and "value" in attributes:
        names |= {"value"}
    if element.name in ("option", "optgroup", "track") and "label" in attributes:
        names |= {"label"}
    described = attributes.get("name", attributes.get("property", "")).lower()
    if element.name == "meta" and described in DESCRIPTIONS and "content" in attributes:
        names |= {"content"}
    return names
