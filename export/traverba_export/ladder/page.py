"""Figures in a page that people write: blocks between two marks are replaced, all else stays.

A block begins with ``<!-- ladder: NAME -->`` and ends with ``<!-- /ladder -->``. The pictures of
``docs/page.md`` lie in ``docs/page/``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from traverba_export.quality.report import write_text
from traverba_export.recipe import RecipeError

BLOCK = re.compile(r"(<!-- ladder: (?P<name>[\w-]+) -->\n).*?(<!-- /ladder -->)", re.DOTALL)


def fill_page(page: Path, blocks: Mapping[str, str], pictures: Iterable[Path] = ()) -> None:
    """Put ``blocks`` where the page names them; a name that is not among them is an error."""
    text = page.read_text(encoding="utf-8")
    named = [match["name"] for match in BLOCK.finditer(text)]
    if unknown := [name for name in named if name not in blocks]:
        raise RecipeError(
            f"{page} wants the blocks {', '.join(unknown)}; there are {', '.join(blocks)}: correct the marks"
        )
    write_text(page, BLOCK.sub(lambda match: f"{match[1]}{blocks[match['name']].strip()}\n{match[3]}", text))
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for picture in pictures:
        shutil.copyfile(picture, folder / picture.name)
