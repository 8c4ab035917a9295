"""`kernels.c`, compiled by this machine's C compiler for this machine: for training on few CPU threads.

Nothing depends on it: without a compiler, or with more threads than one loop is faster than, torch's own
operations do the same. `TRAVERBA_KERNELS=0` asks for them.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

log = logging.getLogger(__name__)

SOURCE = Path(__file__).with_name("kernels.c")
FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros",
         "-fassociative-math", "-ffinite-math-only", "-shared", "-fPIC")  # fmt: skip
MOST_THREADS = 4
"""A kernel is one loop on one thread; torch's operations with more threads than these pass it."""


def kernels(*tensors: Tensor) -> ctypes.CDLL | None:
    """The compiled kernels, if there are any and ``tensors`` are on the CPU, contiguous and no doubles."""
    if torch.get_num_threads() > MOST_THREADS or os.environ.get("TRAVERBA_KERNELS") == "0":
        return None
    if any(each.is_cuda or each.dtype == torch.float64 or not each.is_contiguous() for each in tensors):
        return None
    return _library()


def call(library: ctypes.CDLL, name: str, *arguments: Tensor | int | float) -> float:
    """Tensors are passed as their addresses, integers as int64, floats as float."""
    return float(getattr(library, name)(*map(_c, arguments)))


def _c(argument: Tensor | int | float) -> ctypes.c_void_p | ctypes.c_int64 | ctypes.c_float:
    if isinstance(argument, Tensor):
        return ctypes.c_void_p(argument.data_ptr())
    return ctypes.c_int64(argument) if isinstance(argument, int) else ctypes.c_float(argument)


@cache
def _library() -> ctypes.CDLL | None:
    """Compiled once for each source and processor, into the cache of this user's home."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or platform.system() != "Linux":
        return None
    try:
        path = _place(compiler)
        if not path.exists():
            _compile(compiler, path)
        library = ctypes.CDLL(str(path))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        log.warning("kernels.c could not be compiled, training will take longer: %s", error)
        return None
    library.smoothed_loss.restype = ctypes.c_double
    return library


def _place(compiler: str) -> Path:
    """Where the library of this source, compiler and processor lies; RuntimeError if there is no home."""
    asked = " ".join((compiler, *FLAGS, _instructions())).encode()
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "traverba-export"
    return folder / f"kernels-{hashlib.sha256(SOURCE.read_bytes() + asked).hexdigest()[:16]}.so"


def _compile(compiler: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        subprocess.run([compiler, *FLAGS, "-o", made, SOURCE, "-lm"], check=True, capture_output=True)
        made.replace(path)


def _instructions() -> str:
    """Which ones this processor has: what was compiled for another one may not run here."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    return next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
