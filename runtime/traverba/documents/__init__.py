"""Documents: their text is translated, all else stays as it is.

`inline` takes markup out of a sentence and puts it back by the translation's word alignment; `markup` does
that to HTML, XML and Markdown, `formats` and `job` to files. Imports the runtime's results, never a model; a
format's library is imported when the format is used, from the extra ``files``.
"""

from traverba.documents.formats import FileOptions
from traverba.documents.job import FileReport, translate_file
from traverba.documents.markup import translate_html, translate_markdown, translate_xml

__all__ = [
    "FileOptions",
    "FileReport",
    "translate_file",
    "translate_html",
    "translate_markdown",
    "translate_xml",
]
