"""The command as a process of its own: pipes, signals, and lines that come one at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
COMMAND = (
    sys.executable,
    "-m",
    "traverba.cli",
    "translate",
    "--to",
    "qab",
    "--model",
    str(DATA / "tiny.traverba"),
)
ENVIRONMENT = {**os.environ, "TRAVERBA_DEVICE": "cpu", "TRAVERBA_THREADS": "1"}

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")


def start(*argv: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *argv], stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT)


def test_a_line_is_answered_before_the_next_one_is_written() -> None:
    process = start()
    assert process.stdin and process.stdout
    for line, answer in ((b"bami\n", b"zarion"), (b"\n", b""), (b"baut\n", b"ethzar")):
        process.stdin.write(line)
        process.stdin.flush()
        assert process.stdout.readline() == answer + b"\n"
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"", b"")


@posix
def test_a_reader_that_leaves_is_no_error_message() -> None:
    process = start()
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(b"bami\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"bami\n" * 2000)
    process.stdin.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell that puts the tests into the background makes their children deaf to interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@posix
@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_quietly() -> None:
    process = start()
    assert process.stdin and process.stdout
    process.stdin.write(b"bami\n")
    process.stdin.flush()
    assert process.stdout.readline()  # it is up and waits for more
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_output_is_utf_8_whatever_the_locale_says() -> None:
    environment = {**ENVIRONMENT, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    command = [*COMMAND, "--to", "qac"]
    done = subprocess.run(command, input=b"bami", capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0 and done.stdout.decode("utf-8").strip()
