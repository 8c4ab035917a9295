"""Terms and how they must be translated: read from a file, found in a text, checked in its translation.

Knows texts and words only; the translator turns what is found here into constraints of the
search. May import `traverba.errors` and `traverba.text`.
"""

from traverba.glossary.matching import TermFinder, TermMatch, says
from traverba.glossary.reading import load_glossary
from traverba.glossary.terms import Glossary, Term

__all__ = ["Glossary", "Term", "TermFinder", "TermMatch", "load_glossary", "says"]
