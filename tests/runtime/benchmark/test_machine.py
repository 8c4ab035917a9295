"""Readings of this process and this machine."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from traverba.benchmark import machine
from traverba.benchmark.machine import describe_machine, idle_cpu_percent, memory_bytes

linux = pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
BLOCK = 64 * 2**20
COUNTERS_LAG = 2**20
"""The system adds up a process's pages lazily."""


@linux
def test_memory_that_is_taken_is_seen_now_and_memory_that_was_given_back_at_the_peak() -> None:
    """In a process of its own: a large one gives memory back to the system when it likes."""
    program = """if True:
        from traverba.benchmark.machine import memory_bytes
        before, _ = memory_bytes()
        block = bytearray(b"x") * int(input())
        during, _ = memory_bytes()
        del block
        print(before, during, *memory_bytes())
    """
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=str(BLOCK), capture_output=True, text=True, check=True)
    before, during, after, peak = map(int, done.stdout.split())
    assert during - before > 0.9 * BLOCK
    assert during - after > 0.9 * BLOCK
    assert peak > during - COUNTERS_LAG


def test_a_sleeping_process_is_idle() -> None:
    assert idle_cpu_percent(0.2) < 20


def test_a_thread_that_spins_is_seen() -> None:
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            pass

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        busy = idle_cpu_percent(0.3)
    finally:
        stop.set()
        thread.join()
    assert busy > 20


def test_where_nothing_can_be_read_nothing_is_made_up(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "Path", lambda path: __import__("pathlib").Path(f"{tmp_path}/{path}"))
    assert memory_bytes() == (None, None)


def test_a_report_names_machine_and_versions() -> None:
    described = describe_machine()
    assert described.cpus >= 1
    assert described.processor
    assert {"numpy", "tokenizers"} < set(described.versions)
    assert any(name.startswith("onnxruntime") for name in described.versions)
