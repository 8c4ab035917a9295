"""The floats that training multiplies with: those that a recipe asks for, where the machine has them."""

from __future__ import annotations

import logging
import time
from functools import cache

import torch

log = logging.getLogger(__name__)

PROBE = 256
"""Rows and columns of the product that is timed."""


def products_in(precision: str, device: str) -> torch.autocast:
    """Autocast to a recipe's precision; to none where a CPU only imitates bf16.

    Without instructions for it (AVX-512 BF16, AMX) its products take fifty times as long as those of fp32.
    """
    narrow = torch.float16 if precision == "fp16" else torch.bfloat16
    wanted = precision != "fp32" and (device != "cpu" or narrow is not torch.bfloat16 or bf16_pays())
    return torch.autocast(device, narrow, enabled=wanted)


@cache
def bf16_pays() -> bool:
    """Whether this CPU multiplies bf16 about as fast as fp32, or faster; measured, once."""
    pays = product_seconds(torch.bfloat16) < 2 * product_seconds(torch.float32)
    if not pays:
        log.warning("this CPU has no bf16 products: fp32 is taken instead")
    return pays


def product_seconds(dtype: torch.dtype) -> float:
    """The shortest of five tries."""
    left, right = (torch.ones(PROBE, PROBE, dtype=dtype) for _ in range(2))
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        torch.mm(left, right)
        seconds.append(time.perf_counter() - begun)
    return min(seconds)
