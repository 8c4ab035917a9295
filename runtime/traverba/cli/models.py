"""``traverba models``: what is installed, what it translates and how, and whether it is sound."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from traverba.bundle import Manifest, Route, find_bundle, home, installed_bundles, open_bundle
from traverba.errors import BundleError
from traverba.loading import load_translator


def run_models(args: Namespace, stdout: TextIO) -> int:
    """List, show or verify; 1 if a model is not sound."""
    if args.action == "show":
        with open_bundle(find_bundle(args.model)) as bundle:
            manifest = bundle.manifest
        for route in manifest.routes:
            stdout.write((json.dumps(asdict(route)) if args.json else route_line(route)) + "\n")
        return 0
    if args.action == "verify":
        paths = [find_bundle(model) for model in args.model] or list(installed_bundles().values())
        return max([_verify(path, args.json, stdout) for path in paths], default=0)
    found = installed_bundles()
    for name, path in found.items():
        entry = _describe(name, path)
        stdout.write((json.dumps(entry, ensure_ascii=False) if args.json else _line(entry)) + "\n")
    if not found and not args.json:
        stdout.write(f"no models are installed; further ones belong in {home()}\n")
    return 0


def route_line(route: Route) -> str:
    """The pair, how it runs, and the figures that decided it."""
    line = f"{route.source}-{route.target}  {route.runs}"
    if (scores := route.scores) is None:
        return line if route.trained else f"{line}  (not measured)"
    both = f"{scores.metric} {scores.straight:.1f} straight, {scores.pivoted:.1f} in two steps"
    return f"{line}  ({both}; {scores.data})"


def _describe(name: str, path: Path) -> dict[str, Any]:
    try:
        with open_bundle(path) as bundle:
            return {"name": name, "path": str(path), "error": None, **_summary(bundle.manifest)}
    except BundleError as error:
        return {"name": name, "path": str(path), "error": str(error)}


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "version": manifest.version,
        "directions": [f"{d.source}-{d.target}" for d in manifest.directions],
        "precisions": [variant.precision for variant in manifest.variants],
        "size_bytes": sum(entry.size_bytes for entry in manifest.files),
        "licences": sorted({data.licence for data in manifest.training_data}),
    }


def _line(entry: dict[str, Any]) -> str:
    if entry["error"]:
        return f"{entry['name']}  DAMAGED: {entry['error']}"
    size = f"{entry['size_bytes'] / 1e6:.1f} MB"
    words = (entry["name"], entry["version"], ",".join(entry["directions"]), ",".join(entry["precisions"]))
    return "  ".join([*words, size, entry["path"]])


def _verify(path: Path, as_json: bool, stdout: TextIO) -> int:
    """Hashes, vocabulary and the graphs' tensors."""
    problem = None
    try:
        load_translator(path, device="cpu", verify=True).close()
    except BundleError as error:
        problem = str(error)
    if as_json:
        stdout.write(json.dumps({"path": str(path), "ok": problem is None, "error": problem}) + "\n")
    else:
        stdout.write(f"{path}: {problem or 'ok'}\n")
    return 0 if problem is None else 1
