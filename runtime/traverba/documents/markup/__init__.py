"""Texts of HTML, XML and Markdown through a translator, their markup in place.

Libraries parse (justhtml, expat, markdown-it-py); what is not translated is never written anew but copied,
so that a translation differs from its source in its texts and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Unpack

from traverba.call_options import CallKeywords
from traverba.documents.inline import InlineTranslator, translate_inline
from traverba.documents.markup.html import HtmlPage
from traverba.documents.markup.markdown import MarkdownText
from traverba.documents.markup.xml import XmlText

__all__ = ["translate_html", "translate_markdown", "translate_xml"]


def translate_html(
    translator: InlineTranslator, html: str, *, target: str, **keywords: Unpack[CallKeywords]
) -> str:
    """A page, or a part of one, with its texts and the attributes that hold text translated.

    Code, scripts and what is marked ``translate="no"`` stay; the page's language becomes ``target``.
    """
    page = HtmlPage(html, target)
    return page.written(translate_inline(translator, page.units(), target=target, **keywords))


def translate_markdown(
    translator: InlineTranslator, text: str, *, target: str, **keywords: Unpack[CallKeywords]
) -> str:
    """A Markdown text with its paragraphs, headings, list items, cells and image descriptions translated."""
    document = MarkdownText(text)
    return document.written(translate_inline(translator, document.units(), target=target, **keywords))


def translate_xml(
    translator: InlineTranslator,
    xml: str,
    *,
    target: str,
    inline: Collection[str] | None = None,
    attributes: Collection[str] = (),
    **keywords: Unpack[CallKeywords],
) -> str:
    """A document of any vocabulary with its texts translated, and the values of ``attributes``.

    ``inline`` names the elements that are part of a sentence; by default they are those that stand
    between words. What ``translate="no"`` or ``its:translate="no"`` marks stays.
    """
    document = XmlText(xml, target, inline, attributes)
    return document.written(translate_inline(translator, document.units(), target=target, **keywords))
