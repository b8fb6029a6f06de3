"""Settings of one reader's own list: the shop's, as an arm changes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bookrec.shop.experiments.arms import SNAPSHOT, VISIT_WEIGHT, Arm
from bookrec.shop.selling.shop_settings import ShopSettings


@dataclass(frozen=True)
class ListSettings:
    """Settings by which a reader's own list is made."""

    shop: ShopSettings
    visit_weight: float | None = None
    """Weight of the visit, beside 1 for the stored list; None = the site's own."""
    snapshot_id: str = ""
    """Snapshot that has the stored list; '' = the published one."""
    arm: str = ""
    """Arm whose settings these are; '' outside an experiment."""


def list_settings(shop: ShopSettings, arm: Arm, name: str) -> ListSettings:
    """Return the shop's settings as an arm of a name changes them."""
    changes: dict[str, str | int] = {
        key: int(value) if isinstance(getattr(shop, key), int) else value
        for key, value in arm.items()
        if key not in (SNAPSHOT, VISIT_WEIGHT)
    }
    weight = arm.get(VISIT_WEIGHT)
    return ListSettings(
        replace(shop, **changes),  # type: ignore[arg-type]
        None if weight is None else float(weight),
        arm.get(SNAPSHOT, ""),
        name,
    )
