"""The clouds' limits that a reviewer should look at: half used, or used otherwise than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wsus_egress.controls import Control
from wsus_egress.controls.base import Quota


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a control's limit is used; `was` is None where the base lacks the control."""

    control: str
    quota: Quota
    was: int | None

    @property
    def used(self) -> str:
        """`40`, or `40, previously 38`."""
        differs = self.was is not None and self.was != self.quota.used
        return f"{self.quota.used}, previously {self.was}" if differs else str(self.quota.used)


def quota_uses(before: Sequence[Control], after: Sequence[Control]) -> tuple[QuotaUse, ...]:
    """The limits of `after` of which half is used, or whose use changes."""
    was = {(c.name, quota.name): quota.used for c in before for quota in c.quotas()}
    uses = [
        QuotaUse(control.name, quota, was.get((control.name, quota.name)))
        for control in after
        for quota in control.quotas()
    ]
    return tuple(
        use
        for use in uses
        if 2 * use.quota.used >= use.quota.limit or use.was not in (None, use.quota.used)
    )
