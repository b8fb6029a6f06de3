"""Files of a source: directories, zips and single files, compressed or not, without the junk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from bookrec.errors import DataError
from bookrec.offline.data.files.archives import is_archive, members
from bookrec.offline.data.files.compression import DAMAGE, bare_name, damaged, decompress

SAMPLE_MARK: Final = "SAMPLE-DATA.txt"
"""Name of the file that marks a source as generated data."""
LIMIT_BYTES: Final = 16 << 30
"""Most bytes to which the files of an archive, or a compressed file, may decompress."""
_JUNK_NAMES: Final = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_JUNK_STEMS: Final = {"readme", "license", "licence", "copying", "changelog", "citation"}
_JUNK_LIST: Final = (
    ".md .rst .pdf .png .jpg .jpeg .gif .webp .svg .bmp .ico .tif .tiff .heic .py .pyc .ipynb .r "
    ".js .css .html .htm .docx .doc .pptx .ppt .rtf .odt .mp3 .mp4 .exe .dll .lnk .url .log .ini "
    ".yml .yaml .toml .keras .h5 .hdf5 .pkl .pickle .joblib .npy .npz .db-wal .db-shm"
)
_JUNK_SUFFIXES: Final = frozenset(_JUNK_LIST.split())


@dataclass(frozen=True)
class SourceFile:
    """File of a source."""

    name: str
    """Name without folders and compression suffix, e.g. ``Ratings.csv``."""
    place: str
    """Path, or path and member of an archive, for messages."""
    load: Callable[[], bytes] = field(repr=False)
    """Reads the bytes, which may still be compressed."""
    limit_bytes: int = LIMIT_BYTES

    def read(self) -> bytes:
        """Read and decompress the file.

        Raises:
            DataError: the file is unreadable, truncated, too large or empty.
        """
        try:
            content = decompress(self.load(), self.place, self.limit_bytes)
        except DAMAGE as error:
            raise damaged(self.place, error) from error
        if not content[:4096].strip() and not content.strip():
            raise DataError(f"{self.place} is empty; get it again and run the import again.")
        return content


@dataclass
class SourceFiles:
    """Files of a source, in the order of their paths."""

    files: list[SourceFile] = field(default_factory=list)
    is_sample: bool = False
    """Whether the files are generated data."""
    ignored: list[str] = field(default_factory=list)
    """Places of the files that hold no tables by their names: pictures, documents, programs."""


def open_source(paths: Sequence[Path], *, limit_bytes: int = LIMIT_BYTES) -> SourceFiles:
    """List the files at paths: directories with all their folders, zips, and single files.

    A file that is named itself is never ignored.

    Raises:
        DataError: a path does not exist or cannot be read, or an archive is damaged or too large.
    """
    source = SourceFiles()
    for path in paths:
        if path.is_dir():
            for child in _walk(path):
                _add(source, child, limit_bytes, is_ignored(child.relative_to(path).as_posix()))
        elif path.is_file():
            _add(source, path, limit_bytes, False)
        else:
            raise DataError(f"{path} does not exist; name a directory, a zip or a file of tables.")
    return source


def _walk(directory: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(directory):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names))


def _add(source: SourceFiles, path: Path, limit_bytes: int, ignore: bool) -> None:
    def open_bytes() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise damaged(str(path), error) from error

    if path.name == SAMPLE_MARK:
        source.is_sample = True
    elif ignore or not path.is_file():
        source.ignored.append(str(path))
    elif is_archive(open_bytes):
        for member in members(open_bytes, str(path), limit_bytes):
            place = f"{path}:{member.path}"
            if member.name == SAMPLE_MARK:
                source.is_sample = True
            elif is_ignored(member.path.replace(":", "/")):
                source.ignored.append(place)
            else:
                file = SourceFile(bare_name(member.name), place, member.load, limit_bytes)
                source.files.append(file)
    else:
        file = SourceFile(bare_name(path.name), str(path), path.read_bytes, limit_bytes)
        source.files.append(file)


def is_ignored(path: str) -> bool:
    """Whether a path with ``/`` is that of a hidden file, a document, a picture or a program."""
    parts = PurePosixPath(path).parts
    name = PurePosixPath(bare_name(parts[-1]).lower())
    return (
        any(part == "__MACOSX" or part.startswith(".") for part in parts)
        or name.name.startswith("~$")
        or name.name in _JUNK_NAMES
        or name.suffix in _JUNK_SUFFIXES
        or (name.stem in _JUNK_STEMS and name.suffix in {"", ".txt"})
    )
