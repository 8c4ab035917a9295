"""Coverage-guided fuzzing of every reader of untrusted input, with atheris; no part of the suite.

    pip install atheris
    python tests/fuzz/fuzz_documents.py PARSER -atheris_runs=20000 [a folder of inputs to begin with]

PARSER is an ending of `traverba.documents.formats` without its dot (srt, html, docx, ...), or
``segmenter``. What the model would translate comes back as it is, so that a file must come out byte
for byte, or be refused with a typed error; anything else that is raised ends the run and leaves the
input beside it. A catalogue's new entries are marked, and archives are packed anew: for these, the
result must be readable and then stay as it is.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "runtime")]

with atheris.instrument_imports(include=["traverba", "justhtml", "markdown_it", "mdit_py_plugins", "polib"]):
    from tests.runtime.files.samples import SAMPLES, translated
    from tests.runtime.files.scripted import identity

    from traverba.documents.formats import FORMATS
    from traverba.errors import InputError
    from traverba.text import KnownWords, Reader, TextOptions

    for place in FORMATS.values():
        import_module(f"traverba.documents.formats.{place.partition('.')[0]}")

Check = Callable[[bytes], None]
WRITTEN_ANEW = {".po", ".pot", ".xlf", ".xliff", ".tmx", ".docx", ".odt", ".epub", ".html", ".htm", ".xhtml"}
"""An entry is marked, a page told its language, an archive packed: only the second time changes nothing."""


class Characters:
    """A vocabulary with one token a character, as far as reading needs one."""

    vocab_size = 0x110000

    def encode(self, text: str) -> list[int]:
        return list(map(ord, text))

    def spans(self, ids: list[int]) -> list[tuple[int, int]]:
        return [(i, i + 1) for i in range(len(ids))]


def check_file(ending: str, folder: Path) -> Check:
    """A file comes back as it is."""
    path = folder / f"input{ending}"

    def check(data: bytes) -> None:
        out = translated(path, data, identity(), columns=("1", "2"))
        expected = translated(path, out, identity(), columns=("1", "2")) if ending in WRITTEN_ANEW else data
        assert out == expected, (out, expected)

    return check


def check_segmenter(data: bytes) -> None:
    """Segments lie in order within the text; each, left as the model reads it, becomes itself again."""
    text = data[1:].decode("utf-8", "surrogatepass")
    options = TextOptions(
        split="lines" if data[0] & 1 else "sentences",
        protect=not data[0] & 2,
        match_case=bool(data[0] & 4),
        patterns=(r"\d+", "e+") if data[0] & 8 else (),
        longest=10 + data[0],
    )
    end = 0
    for reading in Reader(Characters(), options, ("en", "fr"), "fr", KnownWords()).read(text):  # type: ignore[arg-type]
        assert end <= reading.span[0] < reading.span[1] <= len(text), reading.span
        end, original = reading.span[1], text[slice(*reading.span)]
        restored = reading.restore(reading.text, lambda span: span[0]).text
        if not options.match_case:
            assert restored == original, (restored, original)


def refusing(check: Check) -> Check:
    """An input that is refused with a typed error has passed; so has one too short to be any."""

    def checked(data: bytes) -> None:
        with contextlib.suppress(InputError, UnicodeDecodeError):
            check(data or b"\0")

    return checked


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if f".{name}" not in FORMATS and name != "segmenter":
        sys.exit(f"PARSER must be segmenter or one of {', '.join(each[1:] for each in FORMATS)}")
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds"
        seeds.mkdir()
        for sample in SAMPLES:
            if Path(sample.name).suffix == f".{name}":
                (seeds / sample.name).write_bytes(sample.data)
        check = check_segmenter if name == "segmenter" else check_file(f".{name}", Path(folder))
        atheris.Setup([*sys.argv, str(seeds)], refusing(check))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
