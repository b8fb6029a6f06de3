"""Paths below a home directory; the command line makes a `Home` and passes it on."""

from __future__ import annotations

import contextlib
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import BookrecError

_PACKAGED_TEMPLATES = Path(__file__).parent / "templates"
_SECRET_BYTES: Final = 32
_REPOSITORY_TEMPLATES = Path(__file__).parents[2] / "templates"


def templates_directory() -> Path:
    """Return ``bookrec/templates`` of an installed wheel, else ``templates`` of the repository."""
    return _PACKAGED_TEMPLATES if _PACKAGED_TEMPLATES.is_dir() else _REPOSITORY_TEMPLATES


@dataclass(frozen=True)
class Home:
    """Home directory of an installation: ``--home``, ``BOOKREC_HOME``, or the current directory."""

    root: Path

    @property
    def datasets(self) -> Path:
        """``artifacts/datasets``: one directory per data set, and the pointer ``current``."""
        return self.root / "artifacts" / "datasets"

    @property
    def work_corrections(self) -> Path:
        """``works.csv``: the operator's corrections of works; read by ``data import``."""
        return self.root / "works.csv"

    @property
    def inbox(self) -> Path:
        """``inbox``: files that the nightly job adds to the data set."""
        return self.root / "inbox"

    @property
    def models(self) -> Path:
        """``artifacts/models``: one directory per model bundle, and the pointer ``current``."""
        return self.root / "artifacts" / "models"

    @property
    def snapshots(self) -> Path:
        """``precomputed``: one directory per snapshot, and the pointer ``current``."""
        return self.root / "precomputed"

    @property
    def shop_database(self) -> Path:
        """``var/shop.sqlite``: accounts, sessions and ratings; written by the site."""
        return self.root / "var" / "shop.sqlite"

    @property
    def nightly_log(self) -> Path:
        """``var/nightly.jsonl``: a line for each nightly run, for the owner's pages."""
        return self.root / "var" / "nightly.jsonl"

    @property
    def identity_secret_file(self) -> Path:
        """``var/identity-secret``: key of the ids made of e-mail addresses and phone numbers."""
        return self.root / "var" / "identity-secret"

    def identity_secret(self) -> bytes:
        """Return the secret with which e-mail addresses and phone numbers become ids (`ReaderIds`).

        It is made on first need and never changes: with another one, all those readers get other ids.

        Raises:
            BookrecError: the file is damaged.
        """
        path = self.identity_secret_file
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
        if len(secret) != _SECRET_BYTES:
            raise BookrecError(
                f"{path} has {len(secret)} bytes instead of {_SECRET_BYTES}; restore it from a backup, "
                "or remove it and import the data again."
            )
        return secret


def _make_secret(path: Path) -> None:
    """Make the file, for its owner only; of several processes at once the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
