"""Every format gives back what it was given if nothing is translated, and only other words if all is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from tests.runtime.files.samples import SAMPLES, Sample, parts_of
from tests.runtime.files.scripted import identity, shouting

from traverba.documents.formats import FORMATS, FileOptions, Reading, format_of, open_document
from traverba.documents.inline import translate_inline
from traverba.errors import FileFormatError

ARCHIVES = [sample for sample in SAMPLES if not isinstance(sample.shouted, bytes)]
samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def read(sample: Sample, folder: Path, *, shout: bool) -> bytes:
    path = folder / sample.name
    path.write_bytes(sample.data)
    document = open_document(Reading(path, "fr", "en", sample.options))
    sink = io.BytesIO()
    translator = shouting() if shout else identity()
    document.write(translate_inline(translator, document.units(), target="fr"), sink)
    return sink.getvalue()


@samples
def test_a_file_that_is_not_changed_stays_the_same(sample: Sample, tmp_path: Path) -> None:
    out = read(sample, tmp_path, shout=False)
    if isinstance(sample.shouted, bytes):
        assert out == sample.data
    else:
        assert list(parts_of(out).items()) == list(parts_of(sample.data).items())


@samples
def test_only_words_change(sample: Sample, tmp_path: Path) -> None:
    out = read(sample, tmp_path, shout=True)
    if isinstance(sample.shouted, bytes):
        assert out == sample.shouted
    else:
        before, after = parts_of(sample.data), parts_of(out)
        assert list(after.items()) == list((before | sample.shouted).items())


@pytest.mark.parametrize("sample", ARCHIVES, ids=lambda sample: sample.name)
def test_parts_of_an_archive_keep_their_order_packing_and_dates(sample: Sample, tmp_path: Path) -> None:
    if isinstance(sample.shouted, bytes):
        pytest.skip("no archive")
    archives = [
        zipfile.ZipFile(io.BytesIO(data)) for data in (sample.data, read(sample, tmp_path, shout=True))
    ]
    before, after = (
        [(info.filename, info.compress_type, info.date_time) for info in archive.infolist()]
        for archive in archives
    )
    assert before == after


@samples
def test_units_can_be_asked_for_again(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    path.write_bytes(sample.data)
    document = open_document(Reading(path, "fr", "en", sample.options))
    assert list(document.units()) == list(document.units()) != []


@pytest.mark.parametrize("name", ["a", "a.pdf", "a.txt.gz", ".txt"])
def test_an_unknown_ending_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(FileFormatError, match=r"\.txt, .*\.docx"):
        format_of(Path(name))


def test_every_format_that_is_listed_can_be_opened(tmp_path: Path) -> None:
    for ending in FORMATS:
        path = tmp_path / f"empty{ending}"
        path.write_bytes(b"")
        assert open_document(Reading(path, "fr", "en", FileOptions(columns=("1",))))
