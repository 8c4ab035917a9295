"""Figures in a page that people write: blocks between two marks are replaced, all else stays.

A block begins with ``<!-- ladder: NAME -->`` and ends with ``<!-- /ladder -->``, or says another word in
the place of ``ladder``. The pictures of ``docs/page.md`` lie in ``docs/page/``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from traverba_export.quality.report import write_text
from traverba_export.recipe import RecipeError

BLOCK = r"(<!-- {mark}: (?P<name>[\w-]+) -->\n).*?(<!-- /{mark} -->)"


def fill_page(
    page: Path, blocks: Mapping[str, str], pictures: Iterable[Path] = (), mark: str = "ladder"
) -> None:
    """Put ``blocks`` where the page names them; a name that is not among them is an error."""
    text = page.read_text(encoding="utf-8")
    block = re.compile(BLOCK.format(mark=mark), re.DOTALL)
    named = [match["name"] for match in block.finditer(text)]
    if unknown := [name for name in named if name not in blocks]:
        raise RecipeError(
            f"{page} wants the blocks {', '.join(unknown)}; there are {', '.join(blocks)}: correct the marks"
        )
    write_text(page, block.sub(lambda match: f"{match[1]}{blocks[match['name']].strip()}\n{match[3]}", text))
    folder = page.with_suffix("")
    for picture in pictures:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(picture, folder / picture.name)
