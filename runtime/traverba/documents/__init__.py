"""Documents: their text is translated, all else stays as it is.

`inline` takes markup out of a sentence and puts it back by the translation's word alignment; the formats
are built on it. Imports the runtime's results, never a model; a format's library is imported when the
format is used, from the extra ``files``.
"""
