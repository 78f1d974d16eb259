"""One thing that a reviewer has to know, and the kinds of it.

For example `Finding("expires-soon", "prod", "", ...)`: the gate lets it pass, and every output shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.problems import Location

Kind = Literal["unapproved-widening", "unapproved-acceptance", "unapproved-removal",
               "unapproved-unguarding", "protection-removed", "two-steps",
               "unapproved-renewal", "approval-renewed", "approval-idle",
               "unapproved-assumption", "newly-assumed", "unapproved-program", "program-changed",
               "engine-error", "no-longer-enforced", "newly-accepted", "no-longer-accepted",
               "expired-entry", "unaccepted-deviation", "expires-soon",
               "widening-let-pass", "rule-group-replaced", "policy-violation",
               "policy-warning", "own-list", "package-moved", "stack-skipped",
               "placeholder", "deprecated-tag", "dns-layer"]  # fmt: skip

RULES: Final[dict[Kind, str]] = {
    "unapproved-widening": "A change allows more, and the same change does not approve it.",
    "unapproved-acceptance": "A change accepts that the rules admit more, and the same change does "
    "not approve it.",
    "unapproved-removal": "A change removes a target or an environment, and the same change does not approve it.",
    "unapproved-unguarding": "A change takes protection away, or opens what no endpoint list has, "
    "and the same change does not approve it.",
    "unapproved-renewal": "A change prolongs an approval, or takes it out while what it covers stays, "
    "and the same change does not approve it.",
    "unapproved-assumption": "A change takes for granted what the base does not, and does not approve "
    "it.",
    "unapproved-program": "A change replaces what Pulumi runs or installs, which no preview can judge, and does "
    "not approve it.",
    "expired-entry": "An approval or acceptance has expired.",
    "unaccepted-deviation": "The rules differ from the policy, and nobody accepts the difference.",
    "expires-soon": "An approval or acceptance expires soon.",
    "widening-let-pass": "A change allows more without approval, within the gate's threshold.",
    "rule-group-replaced": "The engine replaces a rule group or a firewall: connections drop meanwhile.",
    "two-steps": "A change removes what is protected, or changes what Azure never changes: `pulumi up` "
    "fails until a change that prepares it is deployed.",
    "no-longer-enforced": "A change removes a target: nothing is enforced there any more.",
    "protection-removed": "A change takes protection away, or opens what no endpoint list has, "
    "with an approval.",
    "approval-renewed": "A change prolongs or takes out an approval, with an approval of its own.",
    "approval-idle": "A change approves what it does not change, or what does not exist.",
    "newly-assumed": "A change takes for granted what the base does not, with an approval.",
    "program-changed": "A change of the program, which no preview runs.",
    "newly-accepted": "A change accepts a deviation.",
    "no-longer-accepted": "A change no longer accepts a deviation.",
    "engine-error": "The engine's preview has an error, so what it would do is unknown.",
    "policy-violation": "A policy pack's mandatory rule is broken.",
    "policy-warning": "A policy pack's advisory rule is broken.",
    "own-list": "A list of the project is used instead of the package's list of that name, and differs.",
    "package-moved": "A change moves the package's version, with which the package's lists may change.",
    "placeholder": "Settings still have a placeholder of `wsus-egress new`.",
    "deprecated-tag": "A rule names what its cloud is withdrawing.",
    "dns-layer": "Only one of an environment's clouds resolves the listed names only.",
    "stack-skipped": "A stack's file has no setting of this package.",
}
_FAILING: Final = {"unapproved-widening", "unapproved-acceptance", "unapproved-removal",
                   "unapproved-unguarding", "unapproved-renewal", "unapproved-assumption",
                   "unapproved-program", "expired-entry", "unaccepted-deviation", "engine-error",
                   "policy-violation"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reviewer has to know.

    Attributes:
        target: Empty where the finding concerns the whole environment.
        what: What is found, in a clause.
        instead: What to do about it.
        location: The line of the entry, where there is one.
        approve: The `what` of the entry under `approved` that lets it pass; empty where none does.
        accept: The same under `accept`.
    """

    kind: Kind
    environment: str
    target: str
    what: str
    instead: str
    location: Location | None = None
    approve: str = ""
    accept: str = ""

    @property
    def fails(self) -> bool:
        """Whether the gate stays closed."""
        return self.kind in _FAILING

    @property
    def where(self) -> str:
        """`prod/aws`."""
        return f"{self.environment}/{self.target}" if self.target else self.environment


def or_approve(instead: str, what: str, environment: str) -> str:
    """What to do: something else, or an approval in the same change."""
    return (
        f"{instead}, or add {{what: {what!r}, owner, reason, expires}} to {environment}'s "
        "`approved` in this change"
    )


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Failing findings first, then by kind and place."""
    return tuple(
        sorted(set(found), key=lambda f: (not f.fails, f.kind, f.environment, f.target, f.what))
    )
