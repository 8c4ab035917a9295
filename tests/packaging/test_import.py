"""What `import traverba` does in a process of its own: nothing that anyone would notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import traverba

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"

TRAINING_SIDE = ("torch", "onnx", "onnxscript", "traverba_export", "sacrebleu", "matplotlib")

WATCH_THE_NETWORK = """
import sys
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")
def deny(event, args):
    if event in NETWORK:
        raise SystemExit(f"{event} {args[-1]!r}")
sys.addaudithook(deny)
"""


def run_python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter that turns warnings into errors, away from the source tree."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def assert_silent_success(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_import_loads_nothing_of_the_training_side(tmp_path: Path) -> None:
    code = (
        f"import sys, traverba; loaded = set({TRAINING_SIDE}) & set(sys.modules); assert not loaded, loaded"
    )
    assert_silent_success(run_python(code, tmp_path))


def test_import_opens_no_socket(tmp_path: Path) -> None:
    assert_silent_success(run_python(WATCH_THE_NETWORK + "import traverba, traverba.cli", tmp_path))


def test_import_works_without_onnxruntime(tmp_path: Path) -> None:
    """Which onnxruntime to install is the user's choice; the error for none comes when a model is loaded."""
    assert_silent_success(
        run_python("import sys; sys.modules['onnxruntime'] = None; import traverba", tmp_path)
    )


def test_search_knows_neither_onnxruntime_nor_tokenizers(tmp_path: Path) -> None:
    """Each library has one door, graphs/ and text/; the search sees numpy and protocols."""
    code = "import sys, traverba.decoding; assert not {'onnxruntime', 'tokenizers'} & set(sys.modules)"
    assert_silent_success(run_python(code, tmp_path))


def test_import_leaves_logging_environment_and_threads_alone(tmp_path: Path) -> None:
    code = """
import logging, os, threading
before = dict(os.environ)
import traverba
assert logging.root.handlers == [] and logging.root.level == logging.WARNING
assert all(type(h) is logging.NullHandler for h in logging.getLogger("traverba").handlers)
assert dict(os.environ) == before
assert threading.active_count() == 1
"""
    assert_silent_success(run_python(code, tmp_path))


@pytest.mark.parametrize("model", [pytest.param(None, id="built-in"), pytest.param(str(TINY), id="tiny")])
def test_a_translation_needs_neither_the_network_nor_the_training_side(
    model: str | None, tmp_path: Path
) -> None:
    code = f"""
from traverba import load_translator
with load_translator({model!r}) as translator:
    source, target = translator.info.directions[0]
    assert str(translator.translate("the machines win", source=source, target=target))
loaded = set({TRAINING_SIDE}) & set(sys.modules)
assert not loaded, loaded
"""
    assert_silent_success(run_python(WATCH_THE_NETWORK + code, tmp_path))


def test_every_public_name_can_be_imported() -> None:
    assert traverba.__all__ == sorted(set(traverba.__all__))
    assert not [name for name in traverba.__all__ if not hasattr(traverba, name)]
