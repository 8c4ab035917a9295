"""``traverba translate-file``: exit statuses, one line of summary, one line of error, and signals."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.runtime.files.scripted import WordByWord

import traverba.cli.translate
from traverba import DecodeOptions, Translation
from traverba.cli import main
from traverba.cli.progress import show_progress
from traverba.text import TextOptions

Run = Callable[..., tuple[int, str, str]]


class ClosableTranslator(WordByWord):
    """What the command loads."""

    options = DecodeOptions()
    told: ClassVar[list[object]] = []
    searched: ClassVar[list[object]] = []

    def translate_iter(self, texts: Iterable[str], *, target: str, **keywords: Any) -> Iterator[Translation]:
        self.told.append(keywords["text_options"])
        self.searched.append(keywords["options"])
        return super().translate_iter(texts, target=target, **keywords)

    def __enter__(self) -> ClosableTranslator:
        return self

    def __exit__(self, *error: object) -> None:
        pass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command in an empty folder, on a translator that writes capitals."""
    for name in [name for name in os.environ if name.startswith("TRAVERBA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*argv: str, on_text: Callable[[str], None] | None = None) -> tuple[int, str, str]:
        def load(*args: Any, **options: Any) -> ClosableTranslator:
            return ClosableTranslator(str.upper, on_text)

        monkeypatch.setattr(traverba.cli.translate, "load_translator", load)
        try:
            status = main(["translate-file", *argv])
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capfd.readouterr()

    return run


def test_a_file_becomes_another_and_one_line_says_so(run: Run) -> None:
    Path("a.txt").write_text("hello\n\nyou")
    assert run("a.txt", "b.txt", "--from", "en", "--to", "fr") == (0, "b.txt: 2 texts\n", "")
    assert Path("b.txt").read_text() == "HELLO\n\nYOU"


def test_the_summary_counts_what_was_flagged(run: Run) -> None:
    Path("a.txt").write_text("flag me")
    assert run("a.txt", "b.txt", "--to", "fr")[1] == "b.txt: 1 text; 1 flagged cut\n"


def test_the_summary_names_the_terms_that_are_missing(run: Run) -> None:
    Path("a.txt").write_text("disk missed\n\ndisk met\n\ndisk missed")
    assert run("a.txt", "b.txt", "--to", "fr")[1] == "b.txt: 3 texts; terms missing: disk (2)\n"


def test_options_of_files_reach_them(run: Run) -> None:
    Path("a.csv").write_bytes("id,name\n1,é\n".encode("latin-1"))
    argv = ("a.csv", "b.csv", "--to", "fr", "--columns", "id, name", "--encoding", "latin-1", "--beam", "1")
    assert run(*argv)[0] == 0
    assert Path("b.csv").read_bytes() == "id,name\n1,É\n".encode("latin-1")


def test_options_of_texts_reach_the_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(ClosableTranslator, "told", told)
    Path("a.txt").write_text("a")
    assert run("a.txt", "b.txt", "--to", "fr", "--wrap", "join", "--keep", "Bob", "--no-protect")[0] == 0
    assert told == [TextOptions(wrap="join", keep=("Bob",), protect=False)]


def test_the_search_of_a_file_is_asked_for_by_options_or_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[object] = []
    monkeypatch.setattr(ClosableTranslator, "searched", searched)
    Path("a.txt").write_text("a")
    assert run("a.txt", "b.txt", "--to", "fr", "--beam", "3", "--read-back", "0.1")[0] == 0
    monkeypatch.setenv("TRAVERBA_READ_BACK", "0.2")
    assert run("a.txt", "c.txt", "--to", "fr")[0] == 0
    assert searched == [DecodeOptions(beam_size=3, read_back=0.1), DecodeOptions(read_back=0.2)]


def test_options_come_from_the_environment_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("old")
    monkeypatch.setenv("TRAVERBA_TO", "fr")
    monkeypatch.setenv("TRAVERBA_FORCE", "1")
    assert run("a.txt", "b.txt")[0] == 0
    assert Path("b.txt").read_text() == "A"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("none.txt", "b.txt"), "not there"),
        (("a.txt", "a.txt"), "the input itself"),
        (("a.txt", "there.txt"), "already there"),
        (("a.txt", "b.pdf"), "no format is known"),
        (("a.txt", "none/b.txt"), "folder"),
        (("a.csv", "b.csv"), "columns"),
        (("bad.txt", "b.txt"), "line 1, byte 2"),
        (("a.txt",), "OUT"),
    ],
)
def test_bad_use_and_bad_input_end_with_2_and_say_why(argv: tuple[str, ...], said: str, run: Run) -> None:
    for name in ("a.txt", "there.txt", "a.csv"):
        Path(name).write_text("a")
    Path("bad.txt").write_bytes(b"a\xff")
    before = sorted(os.listdir())
    status, out, err = run(*argv, "--to", "fr")
    assert (status, out) == (2, "") and said in err and "Traceback" not in err
    assert sorted(os.listdir()) == before


def test_a_failure_ends_with_1(run: Run) -> None:
    def fail(text: str) -> None:
        raise OSError("no space left")

    Path("a.txt").write_text("a")
    status, _, err = run("a.txt", "b.txt", "--to", "fr", on_text=fail)
    assert status == 1 and "no space left" in err and not Path("b.txt").exists()


def test_an_interrupt_says_how_to_go_on(run: Run) -> None:
    def interrupt(text: str) -> None:
        if text == "two":
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        Path("a.txt").write_text("one\n\ntwo\n\nthree")
        status, out, err = run("a.txt", "b.txt", "--to", "fr", on_text=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (status, out) == (130, "") and "b.txt.partial" in err
    assert run("a.txt", "b.txt", "--to", "fr") == (0, "b.txt: 3 texts, 1 of them by an earlier run\n", "")
    assert Path("b.txt").read_text() == "ONE\n\nTWO\n\nTHREE"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("with_rich", [True, False])
def test_progress_is_shown_only_to_who_watches(with_rich: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if with_rich:
        pytest.importorskip("rich")
    else:
        monkeypatch.setitem(sys.modules, "rich", None)
        monkeypatch.setattr("traverba.cli.progress.find_spec", lambda name: None)
    with show_progress(io.StringIO()) as progress:
        assert progress is None
    with show_progress(terminal := Terminal()) as progress:
        assert progress is not None
        progress(3, 7)
    assert "3" in terminal.getvalue() and "7" in terminal.getvalue()
