"""The manifest survives JSON, and says where it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from traverba.bundle import FileEntry, Manifest, Score, TrainingData
from traverba.bundle.manifest import parse_manifest
from traverba.contract import FORMAT_VERSION
from traverba.errors import BundleFormatError, BundleVersionError

FILES = tuple(
    FileEntry(name, 1, "0" * 64) for name in ("decoder_step.onnx", "encoder.onnx", "tokenizer.json")
)


@pytest.fixture
def complete(manifest: Manifest) -> Manifest:
    return replace(
        manifest,
        files=FILES,
        model={"cell": "lstm", "layers": [2, 2], "residual": True, "dropout": 0.2},
        decoding={"beam_size": 4, "length_penalty": 1},
        training_data=(TrainingData("tatoeba", "CC BY 2.0 FR", "Tatoeba contributors", sentences=10),),
        scores=(Score("en", "fr", "tatoeba", "BLEU", 31.5, settings="beam 5"),),
        exporter={"torch": "2.13"},
    )


def as_json(manifest: Manifest) -> dict[str, Any]:
    return json.loads(json.dumps(manifest.to_json()))  # type: ignore[no-any-return]


def test_a_manifest_survives_json(complete: Manifest) -> None:
    assert parse_manifest(json.dumps(complete.to_json())) == complete


def test_fields_of_a_later_minor_writer_are_ignored(complete: Manifest) -> None:
    value = as_json(complete) | {"mood": "sunny"}
    assert parse_manifest(json.dumps(value)) == complete


def test_a_newer_format_is_refused_before_its_fields_are_read() -> None:
    with pytest.raises(BundleVersionError, match="pip install --upgrade traverba"):
        parse_manifest(json.dumps({"format_version": FORMAT_VERSION + 1, "all": "else is different"}))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '"x"', "\xff", "{}", '{"format_version": true}', "[" * 9999]
)
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(BundleFormatError):
        parse_manifest(text)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", None, r"manifest\.name: expected a string, got null"),
        ("vocab_size", 320.5, r"manifest\.vocab_size: expected a whole number, got a number"),
        ("vocab_size", True, r"manifest\.vocab_size: expected a whole number, got true or false"),
        ("directions", {}, r"manifest\.directions: expected a list, got an object"),
        ("target_tokens", [], r"manifest\.target_tokens: expected an object, got a list"),
        ("files", [{"path": "x", "size_bytes": 1}], r"manifest\.files\[0\]\.sha256: missing"),
        ("scores", [1], r"manifest\.scores\[0\]: expected an object"),
        ("files", [], r"'encoder\.onnx' is not in files"),
        ("vocab_size", 4, r"token id 4 is outside the vocabulary"),
        ("target_tokens", {"fr": 3}, r"no target token for 'en'"),
        ("target_tokens", {"fr": 3, "en": 3}, r"two special tokens share an id"),
        ("languages", ["fr"], r"'en' is not in languages"),
        ("directions", [], r"no direction"),
        ("variants", [{"narrow_step": "n.onnx"}], r"one of the graphs for shortlists without the other"),
        ("variants", [{"narrow_step": "n.onnx", "shortlist": "s.onnx"}], r"'shortlist\.npz' is not in files"),
        ("variants", [{"narrow_step": "n.onnx", "shortlist": "s.onnx"}], r"'n\.onnx' is not in files"),
        ("words", {"en": "words.en.txt.gz"}, r"'words\.en\.txt\.gz' is not in files"),
        ("dictionaries", {"en-fr": "d.gz"}, r"'d\.gz' is not in files"),
        ("rare_words", {"en-fr": "r.gz"}, r"'r\.gz' is not in files"),
        ("single_words", {"en-fr": "s.gz"}, r"'s\.gz' is not in files"),
        ("words", {"tlh": "README.md"}, r"words of 'tlh', which is not in languages"),
        ("shortlist", {"bleu_change": {}}, r"manifest\.shortlist\.coverage: missing"),
    ],
)
def test_a_wrong_field_is_named(complete: Manifest, field: str, value: object, message: str) -> None:
    with pytest.raises(BundleFormatError, match=message):
        parse_manifest(json.dumps(as_json(complete) | {field: value}))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
def test_a_score_that_is_no_number_is_refused(complete: Manifest, number: str) -> None:
    text = json.dumps(complete.to_json()).replace("31.5", number)
    with pytest.raises(BundleFormatError, match=r"scores\[0\]\.value: expected a finite number"):
        parse_manifest(text)


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/passwd",
        "a/../b",
        "a\\b",
        "C:x",
        "a//b",
        "./a",
        "",
        ".",
        "a/",
        "manifest.json",
        "a\0b",
        "\ud800",
    ],
)
def test_a_path_that_leaves_the_bundle_is_refused(complete: Manifest, path: str) -> None:
    value = as_json(complete)
    value["files"].append({"path": path, "size_bytes": 1, "sha256": "0" * 64})
    with pytest.raises(BundleFormatError, match="unsafe file path"):
        parse_manifest(json.dumps(value))
