"""Which language a text is in: the many-to-one recurrent model, built in.

`ngrams` turns words into the numbers of their character n-grams, `contract` says what lies in an
identifier's folder, `identifier` runs its one graph, `results` is what it answers, `builtin` is the
one that comes with the package, and `documents` asks it paragraph by paragraph. Imports numpy, the
door to onnxruntime (`traverba.graphs.session`) and the descriptions of files, nothing else.
"""

from traverba.identification.builtin import detect, load_identifier
from traverba.identification.documents import Paragraph, detect_paragraphs, foreign_paragraphs, is_in
from traverba.identification.identifier import Identifier
from traverba.identification.results import UNDETERMINED, Candidate, Detection

__all__ = [
    "UNDETERMINED",
    "Candidate",
    "Detection",
    "Identifier",
    "Paragraph",
    "detect",
    "detect_paragraphs",
    "foreign_paragraphs",
    "is_in",
    "load_identifier",
]
