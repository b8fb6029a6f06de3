"""Raw files of a directory or a zip, each compressed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from bookrec.errors import DataError

SAMPLE_MARK: Final = "SAMPLE-DATA.txt"
"""Name of the file that marks a source as generated data."""


def _unzip_only_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) != 1:
            raise zipfile.BadZipFile(f"holds {len(members)} files instead of one")
        return archive.read(members[0])


_DECOMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "": bytes,
    ".xz": lzma.decompress,
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".zip": _unzip_only_member,
}
_DAMAGE: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class RawFile:
    """A raw file, still compressed."""

    name: str
    """Name with compression suffix, e.g. ``Ratings.csv.xz``."""
    place: str
    """Path, or path and member of a zip, for messages."""
    load: Callable[[], bytes]
    """Reads the compressed bytes."""

    def read(self) -> bytes:
        """Read and decompress the file.

        Raises:
            DataError: the file is unreadable, truncated or empty.
        """
        suffix = PurePosixPath(self.name).suffix
        try:
            content = _DECOMPRESS.get(suffix, bytes)(self.load())
        except _DAMAGE as error:
            raise DataError(
                f"{self.place} cannot be read, it is damaged or cut short ({error}); "
                "get it again and run the import again."
            ) from error
        if not content.strip():
            raise DataError(f"{self.place} is empty; get it again and run the import again.")
        return content


class RawSource:
    """The files of a directory or a zip, by name without compression suffix."""

    def __init__(self, path: Path) -> None:
        """List the files at ``path``.

        Raises:
            DataError: nothing exists there, or it is neither a directory nor a zip.
        """
        self.path = path
        if path.is_dir():
            self._files = {p.name: self._plain_file(p) for p in path.iterdir() if p.is_file()}
        elif zipfile.is_zipfile(path):
            self._files = self._zipped_files()
        elif path.exists():
            raise DataError(f"{path} is neither a directory nor a zip; name the directory itself.")
        else:
            raise DataError(f"{path} does not exist; name the directory (or zip) of the raw files.")

    @property
    def names(self) -> list[str]:
        """Names of the files, sorted."""
        return sorted(self._files)

    @property
    def is_sample(self) -> bool:
        """Whether the files are generated data."""
        return SAMPLE_MARK in self._files

    def find(self, name: str) -> RawFile | None:
        """Find a file by name, plain or else compressed; None if there is none."""
        for suffix in _DECOMPRESS:
            if name + suffix in self._files:
                return self._files[name + suffix]
        return None

    def _plain_file(self, path: Path) -> RawFile:
        return RawFile(path.name, str(path), path.read_bytes)

    def _zipped_files(self) -> dict[str, RawFile]:
        with zipfile.ZipFile(self.path) as archive:
            members = [info.filename for info in archive.infolist() if not info.is_dir()]
        files: dict[str, RawFile] = {}
        # Of members of one name, the shallowest counts: archives often wrap all files in a folder.
        for member in sorted(members, key=lambda m: (m.count("/"), m)):
            name = PurePosixPath(member).name
            if not member.startswith("__MACOSX/"):
                files.setdefault(name, RawFile(name, f"{self.path}:{member}", self._loader(member)))
        return files

    def _loader(self, member: str) -> Callable[[], bytes]:
        def load() -> bytes:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(member)

        return load
