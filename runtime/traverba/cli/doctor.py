"""``traverba doctor``: what this installation consists of, and whether it works."""

from __future__ import annotations

import platform
import time
from argparse import Namespace
from collections.abc import Callable
from importlib import metadata
from typing import TextIO

from traverba.bundle import find_bundle, open_bundle
from traverba.cli.translate import load_from
from traverba.errors import TraverbaError
from traverba.graphs import available_providers, clash_of, default_threads, installed_distributions

DISTRIBUTIONS = ("traverba", "numpy", "tokenizers", "onnxruntime", "onnxruntime-gpu")
SAMPLES = {"en": "the machines win", "fr": "les machines gagnent", "ru": "машины побеждают"}
"""A text to try for each source language; digits for any other."""


def run_doctor(args: Namespace, stdout: TextIO) -> int:
    """Print one line for each finding; 1 if a check fails."""
    stdout.write(f"python       {platform.python_version()} on {platform.platform()}\n")
    for name in DISTRIBUTIONS:
        stdout.write(f"{name:<12} {_version(name)}\n")
    checks: tuple[tuple[str, Callable[[Namespace], str]], ...] = (
        ("providers", _providers),
        ("threads", lambda args: str(args.threads or default_threads())),
        ("model", _model),
        ("pairs", _pairs),
        ("sample", _sample),
    )
    return max([_report(name, check, args, stdout) for name, check in checks])


def _report(name: str, check: Callable[[Namespace], str], args: Namespace, stdout: TextIO) -> int:
    try:
        finding, failed = check(args), 0
    except TraverbaError as error:
        finding, failed = f"FAILED: {error}", 1
    stdout.write(f"{name:<12} {finding}\n")
    stdout.flush()
    return failed


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def _providers(args: Namespace) -> str:
    found = ", ".join(available_providers(plugins=True))
    clash = clash_of(installed_distributions())
    return f"{found}\n             {clash}" if clash else found


def _model(args: Namespace) -> str:
    path = find_bundle(args.model)
    with open_bundle(path, verify_hashes=True) as bundle:
        manifest = bundle.manifest
        return (
            f"{manifest.name} {manifest.version} at {path}: {len(manifest.files)} files, every hash is right"
        )


def _pairs(args: Namespace) -> str:
    """Trained ones, and how the others run."""
    with open_bundle(find_bundle(args.model)) as bundle:
        routes = bundle.manifest.routes
    found: dict[str, list[str]] = {}
    for route in routes:
        found.setdefault(route.runs, []).append(f"{route.source}-{route.target}")
    return "; ".join(f"{runs}: {', '.join(pairs)}" for runs, pairs in found.items())


def _sample(args: Namespace) -> str:
    start = time.perf_counter()
    with load_from(args) as translator:
        loaded = time.perf_counter()
        source, target = translator.info.directions[0]
        text = SAMPLES.get(source, "12345")
        translation = translator.translate(text, source=source, target=target)
        load_ms, translate_ms = 1000 * (loaded - start), 1000 * (time.perf_counter() - loaded)
        return (
            f"{source}: {text} -> {target}: {translation.text} "
            f"({translation.provider}, {translation.precision}; "
            f"loaded in {load_ms:.0f} ms, translated in {translate_ms:.0f} ms)"
        )
