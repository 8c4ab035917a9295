"""The wheel that users install: complete, small, and without anything of the tests."""

from __future__ import annotations

import email.message
import email.parser
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZE_LIMIT_BYTES = 40_000_000
"""32 MB of built-in model, compressed or not, and a generous rest."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree without the network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return email.parser.Parser().parsestr(archive.read(name).decode())


def test_the_wheel_is_pure_python_and_small(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size <= SIZE_LIMIT_BYTES


def test_the_wheel_adds_two_packages_to_site_packages_and_nothing_else(names: set[str]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    tops = {name.split("/")[0] for name in names}
    assert tops == {"traverba", "traverba_export", f"traverba-{version}.dist-info"}


@pytest.mark.parametrize("source", ["runtime/traverba", "export/traverba_export"])
def test_the_wheel_has_every_file_of_the_packages(source: str, names: set[str]) -> None:
    """Code, type markers, recipes and the built-in model: a file that git ignores would be left out."""
    package = ROOT / source
    files = {f"{package.name}/{path.relative_to(package).as_posix()}" for path in package.rglob("*.*")}
    missing = {
        name for name in files - names if "__pycache__" not in name and (package.parent / name).is_file()
    }
    assert not missing
    assert f"{package.name}/py.typed" in names


def test_the_wheel_has_a_built_in_model(names: set[str]) -> None:
    models = [name for name in names if name.startswith("traverba/models/")]
    assert any(name.endswith(("/manifest.json", ".traverba")) for name in models)


def test_the_metadata_states_the_licence_and_carries_its_text(
    metadata: email.message.Message, names: set[str]
) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_a_plain_install_needs_four_small_libraries(metadata: email.message.Message) -> None:
    requirements = metadata.get_all("Requires-Dist") or []
    plain = {entry.split(">")[0] for entry in requirements if "extra ==" not in entry}
    assert plain == {"numpy", "sentencex", "snowballstemmer", "tokenizers"}


def test_torch_and_onnx_come_by_extra_only_and_never_with_an_onnxruntime_alone(
    metadata: email.message.Message,
) -> None:
    requirements = metadata.get_all("Requires-Dist") or []
    heavy = [entry for entry in requirements if entry.startswith(("torch>", "onnx>"))]
    assert heavy and all("extra ==" in entry for entry in heavy)
    assert not [entry for entry in heavy if "'cpu'" in entry or "'gpu'" in entry]
