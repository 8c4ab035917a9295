"""Texts of HTML, XML and Markdown through a translator, their markup in place.

Libraries parse (justhtml, expat, markdown-it-py); what is not translated is never written anew but copied,
so that a translation differs from its source in its texts and nowhere else.
"""

from __future__ import annotations

from typing import Unpack

from traverba.call_options import CallKeywords
from traverba.documents.inline import InlineTranslator, translate_inline
from traverba.documents.markup.html import HtmlPage
from traverba.documents.markup.markdown import MarkdownText

__all__ = ["translate_html", "translate_markdown"]


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
