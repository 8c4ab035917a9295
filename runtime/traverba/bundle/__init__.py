"""The model on disk: a folder or one ``.traverba`` file, described by ``manifest.json``.

Reading checks everything before a model is built from it; writing is atomic. This
room imports the standard library only, so that the exporter and the runtime can share it.
"""

from traverba.bundle.installed import find_bundle, home, installed_bundles
from traverba.bundle.manifest import (
    Calibration,
    FileEntry,
    Manifest,
    Score,
    ShortlistReport,
    SpecialTokens,
    TrainingData,
)
from traverba.bundle.reader import Bundle, open_bundle, verify_files
from traverba.bundle.routes import Direction, PairScores, Route, UntrainedPair
from traverba.bundle.variant import Step, Variant
from traverba.bundle.writer import pack_bundle, write_bundle, write_manifest

__all__ = [
    "Bundle",
    "Calibration",
    "Direction",
    "FileEntry",
    "Manifest",
    "PairScores",
    "Route",
    "Score",
    "ShortlistReport",
    "SpecialTokens",
    "Step",
    "TrainingData",
    "UntrainedPair",
    "Variant",
    "find_bundle",
    "home",
    "installed_bundles",
    "open_bundle",
    "pack_bundle",
    "verify_files",
    "write_bundle",
    "write_manifest",
]
