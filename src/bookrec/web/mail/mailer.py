"""The mailer of a worker: queues letters, and sends them in a task of its own.

No request waits for an SMTP server. Without settings of e-mail, `Mailer.sends` is false, and the
operator hands links over.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

import aiosmtplib

from bookrec.errors import ShopUnavailable
from bookrec.web.kit.log import get_logger
from bookrec.web.mail.mail_settings import MailSettings
from bookrec.web.mail.outbox import (
    Letter,
    QueuedLetter,
    enqueue,
    enqueue_at_once,
    has_due,
    mark_failed,
    mark_sent,
    take_due,
)
from bookrec.web.store.database import ShopDatabase, Transaction

logger = get_logger(__name__)

_LOOK_EVERY_S: Final = 20.0
"""Seconds between two looks at the queue, for letters of other processes and tries that are due."""
_TIMEOUT_S: Final = 30.0
_GOODBYE_S: Final = 5.0


class Mailer:
    """Queues the shop's letters, and sends them."""

    def __init__(self, database: ShopDatabase, settings: MailSettings | None) -> None:
        self._database = database
        self._settings = settings
        self._wake = asyncio.Event()

    @property
    def sends(self) -> bool:
        """Whether the shop sends e-mail."""
        return self._settings is not None

    @property
    def site(self) -> str:
        """Address of the site in links; '' when the shop sends no e-mail."""
        return self._settings.site if self._settings else ""

    async def post(
        self, transaction: Transaction, letter: Letter, user_id: str | None = None
    ) -> bool:
        """Queue a letter in the caller's transaction; whether the shop sends e-mail at all.

        The letter is sent after the commit: soon, and again later when the server is out of reach.
        """
        if self._settings is None:
            return False
        await enqueue(transaction, letter, user_id)
        self._wake.set()
        return True

    def post_at_once(
        self, connection: sqlite3.Connection, letter: Letter, user_id: str | None = None
    ) -> None:
        """Queue a letter in a transaction of the shop's core; call `wake` after its commit."""
        enqueue_at_once(connection, letter, user_id)

    def wake(self) -> None:
        """Have the queue looked at now."""
        self._wake.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what is due until the block ends."""
        if self._settings is None:
            yield
            return
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(task, _GOODBYE_S)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _LOOK_EVERY_S)
            try:
                if self._wake.is_set():
                    self._wake.clear()
                    # The transaction of `post` ends first.
                    async with self._database.write():
                        pass
                await self.send_due()
            except ShopUnavailable as error:
                logger.warning("letters wait", reason=str(error))
            except Exception:
                logger.exception("letters failed")

    async def send_due(self) -> None:
        """Send every letter that is due, one after another."""
        while await self._take_one():
            pass

    async def _take_one(self) -> bool:
        if not await has_due(self._database):
            return False
        queued = await take_due(self._database)
        if queued is None:
            return False
        try:
            await self._send(queued.letter)
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            await self._note_failure(queued, error)
        else:
            await mark_sent(self._database, queued)
            logger.info("letter sent", mail_id=queued.mail_id)
        return True

    async def _send(self, letter: Letter) -> None:
        settings = self._settings
        assert settings is not None
        encrypted = not settings.tls and bool(settings.username)
        await aiosmtplib.send(
            message_of(letter, settings.sender),
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password or None,
            use_tls=settings.tls,
            # A password is never sent in clear; without one, TLS is used where it is offered.
            start_tls=None if not encrypted and not settings.tls else encrypted,
            tls_context=ssl.create_default_context(),
            timeout=_TIMEOUT_S,
        )

    async def _note_failure(self, queued: QueuedLetter, error: Exception) -> None:
        code = getattr(error, "code", None)
        refused = isinstance(error, ValueError | aiosmtplib.SMTPRecipientsRefused)
        for_good = refused or (isinstance(code, int) and 500 <= code < 600)
        reason = f"{type(error).__name__}: {error}"
        again = await mark_failed(self._database, queued, reason, for_good=for_good)
        logger.warning(
            "letter not sent",
            mail_id=queued.mail_id,
            tries=queued.tries,
            will_retry=again,
            reason=reason,
        )


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as a MIME message.

    Raises:
        ValueError: address or subject hold a line break.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message
