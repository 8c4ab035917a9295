"""Long jobs: what is finished is never lost, what is written is whole, and nothing else is touched."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.runtime.files.scripted import WordByWord, identity, shouting

from traverba import CancelToken, Control, DecodeOptions, load_translator
from traverba.documents.formats import FileOptions
from traverba.documents.job import FileReport, translate_file
from traverba.errors import (
    DocumentError,
    DocumentNotFoundError,
    FileFormatError,
    JobStoppedError,
    OptionError,
    OutputExistsError,
)

TINY = Path(__file__).parents[2] / "data" / "tiny.traverba"
PARAGRAPHS = "\n\n".join(f"paragraph {i}" for i in range(200))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.txt"
    path.write_text(PARAGRAPHS)
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out.txt"


class Crash(BaseException):
    """Like KeyboardInterrupt: not to be caught."""


def crashing_at(count: int) -> WordByWord:
    def crash(text: str) -> None:
        if translator.calls == count:
            raise Crash

    translator = WordByWord(str.upper, crash)
    return translator


def interrupted(source: Path, output: Path, count: int = 50) -> Path:
    """The journal of a job that crashed when it had ``count - 1`` texts."""
    with pytest.raises(Crash):
        translate_file(crashing_at(count), source, output, target="fr")
    return output.with_name("out.txt.partial")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_job_reports_and_leaves_nothing_but_its_output(source: Path, output: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    report = translate_file(shouting(), source, output, target="fr", progress=lambda *at: told.append(at))
    assert report == FileReport(units=200, continued=0, size_bytes=len(PARAGRAPHS))
    assert output.read_text() == PARAGRAPHS.upper()
    assert told == [(done, 200) for done in range(201)]
    assert files(tmp_path) == ["in.txt", "out.txt"]


def test_an_interrupted_job_has_written_no_output_and_goes_on(
    source: Path, output: Path, tmp_path: Path
) -> None:
    interrupted(source, output)
    assert files(tmp_path) == ["in.txt", "out.txt.partial"]
    translator = shouting()
    report = translate_file(translator, source, output, target="fr")
    assert (report.continued, translator.calls) == (49, 151)
    assert output.read_text() == PARAGRAPHS.upper()
    assert files(tmp_path) == ["in.txt", "out.txt"]


def test_flags_are_counted_those_of_an_earlier_run_too(source: Path, output: Path) -> None:
    source.write_text("flag me\n\nnot me\n\nflag me too")
    interrupted(source, output, count=3)
    assert translate_file(shouting(), source, output, target="fr").flags == {"cut": 2}


@pytest.mark.parametrize("torn", [b'["PARAG', b"\0\0\0\0\n", b'{"a": 1}\n', b"[\n\n"])
def test_a_torn_journal_is_cut_off_behind_its_last_whole_line(
    torn: bytes, source: Path, output: Path
) -> None:
    with interrupted(source, output).open("ab") as journal:
        journal.write(torn)
    assert translate_file(shouting(), source, output, target="fr").continued == 49
    assert output.read_text() == PARAGRAPHS.upper()


@pytest.mark.parametrize("kept", [0, 1, 10])
def test_a_journal_whose_first_line_is_torn_begins_again(kept: int, source: Path, output: Path) -> None:
    journal = interrupted(source, output)
    journal.write_bytes(journal.read_bytes()[:kept])
    assert translate_file(shouting(), source, output, target="fr").continued == 0
    assert output.read_text() == PARAGRAPHS.upper()


def other_text(source: Path) -> None:
    source.write_text(PARAGRAPHS + "\n\nmore")


@pytest.mark.parametrize(
    ("change", "keywords", "named"),
    [
        (other_text, {}, "input"),
        (None, {"target": "en"}, "target"),
        (None, {"source": "en"}, "options"),
        (None, {"options": DecodeOptions(beam_size=3)}, "options"),
        (None, {"file_options": FileOptions(retranslate=True)}, "file options"),
    ],
)
def test_a_journal_of_another_job_is_not_used(
    change: Callable[[Path], None] | None,
    keywords: dict[str, object],
    named: str,
    source: Path,
    output: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    interrupted(source, output)
    if change:
        change(source)
    given = {"target": "fr", **keywords}
    assert translate_file(shouting(), source, output, **given).continued == 0  # type: ignore[arg-type]
    assert f"({named})" in caplog.text
    assert output.read_text() == source.read_text().upper()


def test_resuming_can_be_turned_off(source: Path, output: Path) -> None:
    interrupted(source, output)
    assert translate_file(shouting(), source, output, target="fr", resume=False).continued == 0


def test_a_file_that_only_looks_like_a_journal_is_not_touched(source: Path, output: Path) -> None:
    mine = output.with_name("out.txt.partial")
    for content in (b"my own notes\n", b'{"a": 1}\n', b"notes"):
        mine.write_bytes(content)
        with pytest.raises(OutputExistsError, match="no journal"):
            translate_file(shouting(), source, output, target="fr")
        assert mine.read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_two_jobs_cannot_write_the_same_file(source: Path, output: Path) -> None:
    source.write_text("one text")

    def another(text: str) -> None:
        with pytest.raises(OutputExistsError, match="in use"):
            translate_file(identity(), source, output, target="fr")

    translate_file(WordByWord(str.upper, another), source, output, target="fr")
    assert output.read_text() == "ONE TEXT"


def test_a_cancelled_job_is_an_error_and_goes_on_later(source: Path, output: Path) -> None:
    cancel = CancelToken()

    def stop(done: int, total: int | None) -> None:
        if done == 20:
            cancel.cancel()

    with pytest.raises(JobStoppedError, match="20 of 200"):
        translate_file(shouting(), source, output, target="fr", progress=stop, control=Control(cancel=cancel))
    assert not output.exists()
    assert translate_file(shouting(), source, output, target="fr").continued == 20
    assert output.read_text() == PARAGRAPHS.upper()


def test_an_input_that_changes_meanwhile_is_noticed(source: Path, output: Path) -> None:
    source.write_text("one text")

    def change(text: str) -> None:
        source.write_text("another text")

    with pytest.raises(DocumentError, match="changed"):
        translate_file(WordByWord(str, change), source, output, target="fr")
    assert not output.exists()


def test_an_output_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    source, output = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(b"caf\xe9")
    options = FileOptions(encoding="latin-1")
    with pytest.raises(DocumentError, match="'Ω'"):
        translate_file(WordByWord(lambda _: "Ω"), source, output, target="fr", file_options=options)
    assert files(tmp_path) == ["in.txt", "out.txt.partial"]


def test_what_is_in_the_way_is_not_replaced_unless_forced(source: Path, output: Path) -> None:
    output.write_text("mine")
    with pytest.raises(OutputExistsError, match="already there"):
        translate_file(shouting(), source, output, target="fr")
    assert output.read_text() == "mine"
    translate_file(shouting(), source, output, target="fr", force=True)
    assert output.read_text() == PARAGRAPHS.upper()


def test_files_that_cannot_be_are_errors_before_anything_is_done(source: Path, tmp_path: Path) -> None:
    def attempt(source: Path, output: Path) -> None:
        translate_file(shouting(), source, output, target="fr", force=True)

    with pytest.raises(DocumentNotFoundError, match="not there"):
        attempt(tmp_path / "none.txt", tmp_path / "out.txt")
    with pytest.raises(DocumentNotFoundError, match="not a file"):
        attempt(tmp_path, tmp_path / "out.txt")
    with pytest.raises(DocumentNotFoundError, match="folder"):
        attempt(source, tmp_path / "none" / "out.txt")
    with pytest.raises(OptionError, match="the input itself"):
        attempt(source, source)
    with pytest.raises(FileFormatError, match="rename the output"):
        attempt(source, tmp_path / "out.srt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(OutputExistsError):
        attempt(source, tmp_path / "folder.txt")
    assert files(tmp_path) == ["folder.txt", "in.txt"]


@pytest.mark.parametrize(
    ("ending", "unit"),
    [
        (".txt", "a few words here\n\n"),
        (".csv", "1,a few words here\n"),
        (".srt", "1\n00:00:01,000 --> 00:00:02,000\nA few words here.\n\n"),
        (".po", '#, fuzzy\nmsgid "a few words here"\nmsgstr ""\n\n'),
    ],
)
def test_a_long_text_is_translated_in_constant_memory(
    ending: str, unit: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    asked = 2 if ending == ".po" else 1  # a catalogue keeps the question beside the answer

    def peak_bytes(count: int) -> int:
        source, output = tmp_path / f"{count}{ending}", tmp_path / f"out{count}{ending}"
        source.write_text(unit * count)
        columns = FileOptions(columns=("2",))
        gc.collect()
        tracemalloc.start()
        report = translate_file(shouting(), source, output, target="fr", file_options=columns)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.units == count == output.read_text().upper().count("WORDS HERE") // asked
        return peak

    gc.freeze()  # the collector waits until a quarter of all it knows is new: in a large process, for long
    request.addfinalizer(gc.unfreeze)
    peak_bytes(10)  # imports
    few, many = (600, 1200) if ending == ".po" else (60, 600)  # polib's objects wait for the collector
    assert peak_bytes(many) < 1.5 * peak_bytes(few) + 50_000


KILLED = """
import os, signal, sys
from traverba import load_translator
from traverba.documents.job import translate_file
source, output, fatal = sys.argv[1:]
def progress(done, total):
    if done == int(fatal):
        os.kill(os.getpid(), signal.SIGKILL)
with load_translator({model!r}, device="cpu", threads=1) as translator:
    translate_file(translator, source, output, target="qab", progress=progress)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_job_gives_the_bytes_of_one_that_was_not(tmp_path: Path) -> None:
    words = ["bami", "balo", "batu", "bake", "loba"]
    texts = [f"{words[i % 5]} {words[i // 5 % 5]} {words[i // 25 % 5]} ." for i in range(150)]
    source, whole, output = (tmp_path / name for name in ("in.json", "whole.json", "out.json"))
    source.write_text(json.dumps(texts, indent=1))
    with load_translator(TINY, device="cpu", threads=1) as translator:
        translate_file(translator, source, whole, target="qab")
        for fatal in (40, 100):
            command = [sys.executable, "-c", KILLED.format(model=str(TINY)), source, output, str(fatal)]
            assert subprocess.run(command, timeout=120).returncode == -signal.SIGKILL
            assert not output.exists()
        report = translate_file(translator, source, output, target="qab")
    assert report.continued == 100
    assert output.read_bytes() == whole.read_bytes() != source.read_bytes()
    assert files(tmp_path) == ["in.json", "out.json", "whole.json"]
    assert os.path.getsize(output) == report.size_bytes
