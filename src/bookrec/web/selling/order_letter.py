"""Letter that confirms an order, queued in the order's own transaction."""

from __future__ import annotations

import sqlite3

from bookrec.shop.selling.order_states import StoredOrder
from bookrec.shop.selling.shop_settings import ShopSettings
from bookrec.web.kit.rendering import Renderer
from bookrec.web.mail.mailer import Mailer
from bookrec.web.mail.outbox import Letter
from bookrec.web.selling.order_facts import transfer_facts


class OrderLetters:
    """Confirmations of orders, where the shop sends e-mail and the buyer left an address."""

    def __init__(self, renderer: Renderer, mailer: Mailer) -> None:
        self._renderer = renderer
        self._mailer = mailer

    def queue(
        self, connection: sqlite3.Connection, order: StoredOrder, settings: ShopSettings
    ) -> None:
        """Queue the confirmation of an order in the transaction that places it."""
        if self._mailer.sends and order.email:
            self._mailer.post_at_once(connection, self._letter(order, settings), order.user_id)

    def placed(self) -> None:
        """Have the queue looked at, after the transaction."""
        self._mailer.wake()

    def _letter(self, order: StoredOrder, settings: ShopSettings) -> Letter:
        context: dict[str, object] = {
            "order": order,
            "shop": settings.name,
            "transfer": transfer_facts(order, settings),
            "link": f"{self._mailer.site}/orders/{order.order_id}",
        }
        subject, body = self._renderer.letter("mail/order.txt", order.language, context)
        return Letter(order.email, subject, body)
