"""README and docs keep their word, see `tests.packaging.pages`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.packaging.pages import PAGES, ROOT, Block, PageError, blocks_of, true_body, update

from traverba.bundle.installed import BUILT_IN

SHOWS_THE_BUILT_IN_MODEL = (ROOT / "docs" / "decoding.md", ROOT / "docs" / "text.md")


def all_blocks() -> list[object]:
    """Every block of every page as a test parameter; one that is not run is a skip with its reason."""
    parameters: list[object] = []
    for page in PAGES:
        for block in blocks_of(page.read_text(encoding="utf-8")):
            marks = [pytest.mark.skip(reason=block.reason)] if block.reason else []
            if page in SHOWS_THE_BUILT_IN_MODEL and not BUILT_IN.exists():
                marks = [pytest.mark.skip(reason="the built-in model is not in this checkout")]
            name = f"{page.relative_to(ROOT)}:{block.line}"
            parameters.append(pytest.param(block, id=name, marks=marks))
    return parameters


@pytest.mark.parametrize("block", all_blocks())
def test_a_page_prints_what_it_shows(block: Block) -> None:
    assert true_body(block) == block.body, "python tests/packaging/pages.py --update mends the page"


def true(language: str, body: str) -> str:
    [block] = blocks_of(f"```{language}\n{body}```\n")
    return true_body(block)


def test_commands_are_told_from_their_output() -> None:
    assert true("console", "$ printf a \\\n    b\nab\n$ true\n") == "$ printf a \\\n    b\na\n$ true\n"
    assert true("console", "$ printf 'a\\nb\\n'\n...\nb\n") == "$ printf 'a\\nb\\n'\n...\nb\n"
    with pytest.raises(PageError, match="output without a command"):
        true("console", "a\n$ true\n")
    with pytest.raises(PageError, match="status 3"):
        true("console", "$ exit 3\n")


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("x = 1  # why\nprint(x)  # 1\n", "x = 1  # why\nprint(x)  # 1\n"),
        ("print(2)  # 1\n", "print(2)  # 2\n"),
        ("print(2)\n# 1\n\nx = 3\n", "print(2)  # 2\n\nx = 3\n"),
        ("print('a...c')  # a...c\n", "print('a...c')  # a...c\n"),
        ("for i in range(2):\n    print(i)\n# 7\n", "for i in range(2):\n    print(i)\n# 0\n# 1\n"),
        ("print('a\\n\\nb')\n", "print('a\\n\\nb')\n# a\n#\n# b\n"),
        (f"print('a' * {99})\n", f"print('a' * {99})\n# {'a' * 99}\n"),
        ("print(end='')  # 1\n", "print(end='')\n"),
    ],
)
def test_a_scripts_outputs_are_mended_where_they_stand(shown: str, printed: str) -> None:
    assert true("python", shown) == printed
    assert true("python", printed) == printed


def test_updating_changes_only_what_is_not_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.packaging.pages.ROOT", tmp_path)
    page = tmp_path / "page.md"
    skipped = "<!-- not run: takes long -->\n```console\n$ echo a\nb\n```\n"
    page.write_text(f"# Title\n```console\n$ echo a\nb\n```\nwords\n{skipped}", encoding="utf-8")
    assert update(page, write=False) == 1 == update(page, write=True)
    assert page.read_text() == f"# Title\n```console\n$ echo a\na\n```\nwords\n{skipped}"
    assert update(page, write=False) == 0
