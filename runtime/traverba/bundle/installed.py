"""Where bundles live on this machine, and finding one by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from traverba.bundle.manifest import MANIFEST_FILE
from traverba.bundle.reader import ARCHIVE_SUFFIX
from traverba.errors import BundleNotFoundError

HOME_VARIABLE = "TRAVERBA_HOME"
BUILT_IN = Path(__file__).parents[1] / "models"
"""Bundles that come with the package."""


def home() -> Path:
    """The user's folder for bundles: TRAVERBA_HOME, or where this platform keeps application data."""
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "traverba" / "models"


def installed_bundles() -> dict[str, Path]:
    """Name -> folder or file; a bundle in the user's folder hides a built-in one of the same name."""
    return _bundles_in(BUILT_IN) | _bundles_in(home())


def find_bundle(name_or_path: str | os.PathLike[str] | None = None) -> Path:
    """The one built-in bundle, one that is installed under this name, or whatever lies at this path.

    A plain word is a name first: a folder that happens to be called like a model does
    not replace it.
    """
    if name_or_path is None:
        return _built_in()
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.name == name_or_path:
        installed = installed_bundles()
        if name_or_path in installed:
            return installed[name_or_path]
    if not path.exists():
        raise BundleNotFoundError(
            f"there is no bundle at {path} and none is installed under that name; "
            f"installed: {', '.join(installed_bundles()) or 'none'}"
        )
    return path


def _built_in() -> Path:
    bundles = _bundles_in(BUILT_IN)
    if len(bundles) != 1:
        raise BundleNotFoundError(
            f"this installation has {len(bundles) or 'no'} built-in models, so say which to load: "
            f"a path, or one of {', '.join(installed_bundles()) or '(none installed)'}"
        )
    return next(iter(bundles.values()))


def _bundles_in(folder: Path) -> dict[str, Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # no such folder, or one that may not be read
        return {}
    archives = {path.stem: path for path in entries if path.suffix == ARCHIVE_SUFFIX and path.is_file()}
    folders = {path.name: path for path in entries if (path / MANIFEST_FILE).is_file()}
    return archives | folders
