"""Letters with one-time links: to a new password, and to the account of a reader of the data set."""

from __future__ import annotations

from bookrec.web.kit.rendering import Renderer
from bookrec.web.mail.outbox import Letter


def link_letter(
    renderer: Renderer, kind: str, language: str, recipient: str, link: str, name: str, valid: int
) -> Letter:
    """Write a letter with a link.

    Args:
        renderer: has the texts.
        kind: ``reset`` (``valid`` is in hours) or ``claim`` (in days).
        language: of the letter.
        recipient: address.
        link: whole address of the link.
        name: username, or id of the reader.
        valid: time for which the link works.
    """
    subject, body = renderer.letter(
        f"mail/{kind}.txt", language, {"link": link, "name": name, "valid": valid}
    )
    return Letter(recipient, subject, body)
