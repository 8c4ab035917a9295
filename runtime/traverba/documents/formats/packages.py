"""Documents that are zip archives: some parts are translated, the others copied as they are.

An archive is refused before anything of it is unpacked if it is encrypted or claims a size that
no document has; what a part claims also bounds what is unpacked of it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.splices import Spliced, Unit
from traverba.documents.formats.xmltree import LARGEST_BYTES, XmlFile, parse_xml
from traverba.documents.inline import InlineText
from traverba.errors import DocumentError

MOST_PARTS = 20_000
LARGEST_UNPACKED_BYTES = 2 * 2**30
LARGEST_RATIO = 200
"""Unpacked size over packed size of a part of more than a megabyte; real text stays below 30."""
RATIO_COUNTS_FROM_BYTES = 2**20
CHUNK_BYTES = 2**20
ENCRYPTED = 0x1
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


class Package:
    """A zip archive of which a format knows what parts hold text, and where."""

    def __init__(self, reading: Reading) -> None:
        self.path: Path = reading.path
        self.target = reading.target

    def part_names(self) -> list[str]:
        """The parts that may hold text, in the order of reading."""
        raise NotImplementedError

    def find(self, name: str, file: XmlFile) -> Iterator[Unit]:
        """The units of a part."""
        raise NotImplementedError

    @cached_property
    def parts(self) -> dict[str, zipfile.ZipInfo]:
        """What the archive holds, by name, after all checks."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise DocumentError(f"{self.path} is no {self.path.suffix} file: {error}") from error
        _check(self.path, infos)
        return {info.filename: info for info in infos}

    def read(self, name: str) -> XmlFile:
        """One part as XML."""
        if name not in self.parts:
            raise DocumentError(
                f"{self.path} has no part {name}; it is not the {self.path.suffix} its name says"
            )
        if self.parts[name].file_size > LARGEST_BYTES:
            raise DocumentError(f"{self.path}: its part {name} is too large to be read")
        with zipfile.ZipFile(self.path) as archive:
            data = b"".join(_unpacked(archive, self.parts[name], self.path))
        return parse_xml(data, f"{self.path}, part {name}")

    def units(self) -> Iterator[InlineText]:
        for name in self.part_names():
            yield from (unit.inline for unit in self._spliced(name).units if not unit.fixed)

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        """Only one part at a time is unpacked; the translations come in the order of reading."""
        translated = {name: self._spliced(name).translated(translations) for name in self.part_names()}
        with zipfile.ZipFile(self.path) as archive, zipfile.ZipFile(sink, "w") as copy:
            copy.comment = archive.comment
            for info in self.parts.values():
                with copy.open(_like(info), "w", force_zip64=info.file_size > 2**31) as part:
                    if info.filename in translated:
                        part.write(translated[info.filename])
                    else:
                        for chunk in _unpacked(archive, info, self.path):
                            part.write(chunk)

    def _spliced(self, name: str) -> Spliced:
        file = self.read(name)
        return Spliced(file, list(self.find(name, file)))


def _check(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    if len(names) > MOST_PARTS or len(set(names)) < len(names):
        raise DocumentError(f"{path} holds {len(names)} parts, some of one name or too many to be a document")
    if any(info.compress_type not in PACKINGS for info in infos):
        raise DocumentError(f"{path} is packed in a way that cannot be unpacked; zip it with deflate")
    if any(info.flag_bits & ENCRYPTED for info in infos):
        raise DocumentError(f"{path} is encrypted; remove its password first")
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED_BYTES:
        raise DocumentError(
            f"{path} would unpack to more than {LARGEST_UNPACKED_BYTES} bytes; it is not read"
        )
    for info in infos:
        swollen = info.file_size > LARGEST_RATIO * info.compress_size
        if swollen and info.file_size > RATIO_COUNTS_FROM_BYTES:
            raise DocumentError(
                f"{path}: its part {info.filename} unpacks to {info.file_size} bytes from "
                f"{info.compress_size}, like a zip bomb; it is not read"
            )


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    try:
        with archive.open(info) as part:
            while chunk := part.read(CHUNK_BYTES):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise DocumentError(f"{path}: its part {info.filename} is damaged ({error})") from error


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same name, date, attributes and compression for a part of the copy."""
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    copy.compress_type = info.compress_type
    copy.comment = info.comment
    copy.create_system = info.create_system
    copy.external_attr = info.external_attr
    copy.internal_attr = info.internal_attr
    return copy
