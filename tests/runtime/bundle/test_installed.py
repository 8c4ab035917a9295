"""A model is found by name or path, and a name is never mistaken for a folder that lies around."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.bundle import find_bundle, installed, installed_bundles, pack_bundle
from traverba.errors import BundleNotFoundError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty user folder, an empty package, and an empty current folder."""
    for name in ("home", "package", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(installed, "BUILT_IN", tmp_path / "package")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "home"


def test_folders_and_files_are_found_by_name(home: Path, bundle_folder: Path) -> None:
    pack_bundle(bundle_folder, home / "packed.traverba")
    bundle_folder.rename(home / "plain")
    (home / "unrelated").mkdir()
    assert installed_bundles() == {"packed": home / "packed.traverba", "plain": home / "plain"}
    assert find_bundle("plain") == home / "plain"


def test_a_name_wins_over_a_folder_that_is_called_alike(home: Path, bundle_folder: Path) -> None:
    Path("plain").mkdir()
    assert find_bundle("plain") == Path("plain")  # none is installed, so it can only be the folder
    bundle_folder.rename(home / "plain")
    assert find_bundle("plain") == home / "plain"
    assert find_bundle(Path("plain")) == find_bundle("./plain") == Path("plain")


def test_a_users_model_hides_the_built_in_one_of_its_name(home: Path, bundle_folder: Path) -> None:
    package = installed.BUILT_IN
    bundle_folder.rename(package / "everyday")
    assert find_bundle("everyday") == find_bundle() == package / "everyday"
    pack_bundle(package / "everyday", home / "everyday.traverba")
    assert find_bundle("everyday") == home / "everyday.traverba"
    assert find_bundle() == package / "everyday"


def test_no_name_needs_exactly_one_built_in_model(home: Path, bundle_folder: Path) -> None:
    with pytest.raises(BundleNotFoundError, match="no built-in models, so say which"):
        find_bundle()
    for name in ("one", "two"):
        pack_bundle(bundle_folder, installed.BUILT_IN / f"{name}.traverba")
    with pytest.raises(BundleNotFoundError, match=r"2 built-in models, so say which .* one, two"):
        find_bundle()


def test_what_is_nowhere_is_named_with_what_there_is(home: Path, bundle_folder: Path) -> None:
    bundle_folder.rename(home / "plain")
    with pytest.raises(BundleNotFoundError, match=r"no bundle at plane .* installed: plain"):
        find_bundle("plane")
