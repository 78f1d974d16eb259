"""What the gate finds: unapproved widenings, expired entries, unaccepted deviations.

For example a change that adds `*.example.com` to a list and approves nothing gives a `Finding` of
kind `unapproved-widening`, which fails the command.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wsus_egress.controls import Control
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import Acceptance, Approval, Environment, Gate, Target
from wsus_egress.model.policy import EXTRA
from wsus_egress.problems import Location
from wsus_egress.proof.proof import admitted_anew
from wsus_egress.review.analysis import Analysis, TargetAnalysis

if TYPE_CHECKING:
    # `check` looks at no change, and does not wait for what compares.
    from wsus_egress.review.change import NameChange, TargetChange
    from wsus_egress.review.unguarded import Unguarding

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


@dataclass(frozen=True, slots=True)
class Approved:
    """A widening with its approval; None where nobody approved it.

    Attributes:
        what: How an approval names it: `aws/https/*.example.com`.
        list_what: How an approval names all that comes from the same list: `aws/list/wsus`; empty
            where no list has it.
    """

    change: NameChange
    what: str
    approval: Approval | None
    location: Location | None
    list_what: str = ""


@dataclass(frozen=True, slots=True)
class Unguarded:
    """Protection that is taken away, with its approval; None where nobody approved it."""

    change: Unguarding
    approval: Approval | None
    location: Location | None

    @property
    def finding(self) -> Finding:
        """What the gate makes of it."""
        change, approve = self.change, self.change.what
        kind: Kind = "unapproved-removal" if change.removal else "unapproved-unguarding"
        file = "another environment" if change.removal == "environment" else change.environment
        instead = or_approve("put it back", approve, file)
        if change.last:
            approve, instead = (
                "",
                "put it back, or have somebody who may override this check merge it",
            )
        if self.approval:
            kind, approve = "no-longer-enforced" if change.removal else "protection-removed", ""
            instead = f"approved by {self.approval.owner} until {self.approval.expires}"
            if change.removal:
                instead += "; make sure that no server remains there"
        return Finding(kind, change.environment, change.target, change.text, instead, self.location,
                       approve)  # fmt: skip


def unguardings(
    found: Iterable[Unguarding],
    before: Environment | None,
    after: Environment | None,
    today: datetime.date,
    others: Mapping[str, Approval],
) -> tuple[Unguarded, ...]:
    """Each protection that is taken away with its approval, which only this change can give.

    Args:
        found: What is taken away.
        before: None where there was none.
        after: None where the change removes it.
        today: The day on which an approval must not have expired.
        others: What the change approves in any environment: one that goes has no file left.
    """
    given = given_by(before, after, today) if after else others
    return tuple(Unguarded(each, given.get(each.what), _line(after, each)) for each in found)


def _line(after: Environment | None, change: Unguarding) -> Location | None:
    return after.locate(change.keys) if after and change.keys else None


def approvals(
    change: TargetChange,
    before: Environment | None,
    after: Environment | None,
    today: datetime.date,
    locations: dict[str, Location | None],
) -> tuple[Approved, ...]:
    """Each widening of a target with its approval.

    An approval counts only for the change that adds it: one that the base already has was given to
    an earlier change.
    """
    given = given_by(before, after, today)
    lists = {e.pattern.text: e.list for e in after.policy.endpoints} if after else {}
    found = []
    for each in change.newly_allowed:
        name = lists.get(each.pattern, EXTRA)
        whole = f"{change.target}/list/{name}" if name != EXTRA else ""
        whats = (change.what(each), f"{change.target}/{each.long}", whole)
        approval = next((given[what] for what in whats if what in given), None)
        found.append(Approved(each, whats[0], approval, locations.get(each.label), whole))
    return tuple(found)


def or_approve(instead: str, what: str, environment: str) -> str:
    """What to do: something else, or an approval in the same change."""
    return (
        f"{instead}, or add {{what: {what!r}, owner, reason, expires}} to {environment}'s "
        "`approved` in this change"
    )


def given_by(
    before: Environment | None, after: Environment | None, today: datetime.date
) -> dict[str, Approval]:
    """The approvals that this change adds, by what they approve."""
    old = set(before.approved) if before else set()
    return {
        entry.what: entry
        for entry in (after.approved if after else ())
        if entry not in old and entry.expires >= today
    }


def acceptances(
    before: Environment | None, after: Environment, today: datetime.date
) -> Iterator[Finding]:
    """Deviations that a change starts or stops accepting.

    Accepting that the rules admit more is a widening as well: of the rules, not of the policy.
    """
    was = {entry.what: entry for entry in (before.accept if before else ())}
    now = {entry.what: entry for entry in after.accept}
    given = given_by(before, after, today)
    for what, entry in sorted(now.items()):
        old = was.get(what)
        if old == entry:
            continue
        text = f"accepted until {entry.expires}: {what} ({entry.reason})"
        kind: Kind = "newly-accepted"
        instead, approve = "check that the reason and the date still hold", ""
        if old is not None:
            text += f"; previously until {old.expires} ({old.reason})"
        longer = old is None or entry.expires > old.expires
        if longer and "/wider/" in what and what not in given:
            kind = "unapproved-acceptance"
            instead, approve = or_approve("fix it", what, after.name), what
        place = what.partition("/")[0]
        yield Finding(kind, after.name, place, text, instead, entry.location, approve)
    for what, entry in sorted(was.items()):
        if what not in now:
            text = f"no longer accepted: {what} ({entry.reason})"
            yield Finding("no-longer-accepted", after.name, what.partition("/")[0], text,
                          "nothing, if it no longer occurs")  # fmt: skip


def under_acceptances(
    environment: Environment,
    before: Environment,
    target: TargetAnalysis,
    was: Sequence[Control],
    today: datetime.date,
) -> Iterator[Finding]:
    """What the rules newly admit under an older acceptance, whose owner has not seen it."""
    accepted = {entry.what for entry in before.accept}
    if target.proof is None or not any(d.what in accepted for d in target.proof.deviations):
        return
    given = given_by(before, environment, today)
    place = target.target.cloud
    for each in admitted_anew(environment.policy, place, was, target.controls):
        if each.what in accepted and each.what not in given:
            yield Finding(
                "unapproved-acceptance",
                environment.name,
                place,
                f"{each.reason} (for example {each.witness}), and only its kind was accepted before",
                or_approve("fix it", each.what, environment.name),
                environment.locate((place,)),
                each.what,
            )


def widenings(change: TargetChange, found: Sequence[Approved], gate: Gate) -> Iterator[Finding]:
    """Widenings that nobody approved."""
    opened = [each for each in found if each.approval is None]
    kind: Kind = "unapproved-widening" if len(opened) > gate.unapproved else "widening-let-pass"
    for each in opened:
        yield Finding(
            kind,
            change.environment,
            change.target,
            f"newly allowed and not approved: {each.change.label} (for example {each.change.witness})",
            or_approve("remove it", each.what, change.environment),
            each.location,
            each.what,
        )


def rule_group_at_risk(
    environment: str, target: str, operation: str, type_: str, name: str
) -> Finding:
    """A rule group that is replaced or deleted; the engine's report names no environment."""
    what = "connections may drop until every endpoint has the new rules"
    instead = "keep its name and capacity, or deploy when no server synchronizes"
    if type_.endswith(":AzureFirewall"):
        # A network has one firewall: the old one goes first.
        what = "nothing passes from when the old one goes until the new one is there"
        instead = "keep its name, or deploy when no server synchronizes"
    return Finding(
        "rule-group-replaced",
        environment,
        target,
        f"the engine will {operation} {type_} {name}: {what}",
        instead,
    )


def unswitched_groups(environment: str, target: str, names: Sequence[str]) -> Finding:
    """Rule groups that a firewall policy of others goes on without: the engine cannot switch it.

    AWS refuses to delete a group that a policy refers to (`InvalidOperationException` of DeleteRuleGroup,
    API reference, read 2026-11; terraform-provider-aws issue 19616).
    """
    return Finding(
        "two-steps",
        environment,
        target,
        f"your firewall policy refers to {' and '.join(names)}, and `pulumi up` makes another in its place: "
        "the policy goes on with the old rules, and AWS refuses to delete the old group",
        "write `networkFirewall.capacity` so large that the list fits, once; or be ready to give the policy "
        "the new ARN, take the old one out, and run `pulumi up` again",
    )


def refused_while_protected(
    environment: str, target: str, setting: str, names: Sequence[str]
) -> Finding:
    """Protected resources that a change deletes, replaces or moves: `pulumi up` refuses that."""
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding(
        "two-steps",
        environment,
        target,
        f"`{setting}` protects {names[0]}{rest}: `pulumi up` refuses to delete, replace or move it",
        f"write `{setting}: false` and run `pulumi up`; deploy this change after that",
    )


def refused_in_place(
    environment: str, target: str, setting: str, instead: str, names: Sequence[str]
) -> Finding:
    """Resources of which Azure never changes what a setting says: `pulumi up` fails there."""
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding(
        "two-steps",
        environment,
        target,
        f"Azure never changes `{setting}` of what is there, {names[0]}{rest}: `pulumi up` fails",
        f"keep it, or {instead}",
    )


def expiries(environment: Environment, gate: Gate, today: datetime.date) -> Iterator[Finding]:
    """Entries that have expired or soon will."""
    entries: list[tuple[str, Approval | Acceptance]] = [
        *(("approved", entry) for entry in environment.approved),
        *(("accept", entry) for entry in environment.accept),
    ]
    for section, entry in entries:
        left = (entry.expires - today).days
        if left < 0:
            what = f"{section}: {entry.what!r} expired on {entry.expires}"
            instead = "close what it covers, or have its owner renew it"
            yield Finding("expired-entry", environment.name, "", what, instead, entry.location)
        elif left <= gate.warn_days:
            days = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
            what = f"{section}: {entry.what!r} expires {days} ({entry.expires})"
            instead = "have its owner renew it, or close what it covers"
            yield Finding("expires-soon", environment.name, "", what, instead, entry.location)


def deviations(environment: Environment, target: TargetAnalysis) -> Iterator[Finding]:
    """Deviations that nobody accepts; `expiries` reports those with an expired acceptance."""
    for each in target.proof.findings if target.proof else ():
        if not each.expired:
            yield Finding(
                "unaccepted-deviation",
                environment.name,
                target.target.cloud,
                f"{each.kind}: {each.reason} (for example {each.witness})",
                f"{repair(target.target)}, or list `what: {each.what}` under {environment.name}'s accept",
                environment.locate((target.target.cloud,)),
                accept=each.what,
            )


def repair(target: Target) -> str:
    """What makes rules follow the policy again, where one setting does; else that somebody must."""
    if isinstance(target, AzureTarget):
        if target.firewall_policy is None and target.route_table is None:
            return "add `firewallPolicy: {name: ...}` under wsus-egress:azure, so that rules see host names"
        return "fix it"
    if target.network_firewall is None:
        return "add `networkFirewall: {}` under wsus-egress:aws, so that rules see host names"
    if target.network_firewall.default_action != "drop":
        return (
            f"take `defaultAction: {target.network_firewall.default_action}` out of networkFirewall"
        )
    return "fix it"


def withdrawn(environment: Environment, target: Target) -> Iterator[Finding]:
    """What rules name and the cloud is withdrawing."""
    if isinstance(target, AzureTarget):
        group = target.network_security_group
        if group.create and group.destinations == "service-tags":
            # "Virtual network service tags" marks it as deprecated; as quoted 2024-06-05, and no page
            # that was found has a last day.
            what = (
                "the service tag AzureUpdateDelivery is deprecated: rules that name it stop working on "
                "a day that Microsoft has not published"
            )
            instead = "write destinations: internet, and let the firewall's rules see the names"
            keys = ("azure", "networkSecurityGroup", "destinations")
            where = environment.locate(keys)
            yield Finding("deprecated-tag", environment.name, "azure", what, instead, where)


_DNS_LAYERS: Final = {"aws-dns-firewall": "dnsFirewall", "azure-dns-policy": "dnsSecurityPolicy"}


def dns_layers(environment: Environment, targets: Sequence[TargetAnalysis]) -> Iterator[Finding]:
    """A layer of DNS that one cloud has and the other has not: the firewalls may admit the same."""
    has: dict[str, str] = {
        target.target.cloud: next((c.name for c in target.controls if c.name in _DNS_LAYERS), "")
        for target in targets
    }
    for cloud, other in (("aws", "azure"), ("azure", "aws")):
        if has.get(cloud) and has.get(other) == "":
            setting = next(_DNS_LAYERS[n] for n in _DNS_LAYERS if n.startswith(other))
            what = (
                f"in {cloud} only listed names resolve ({has[cloud]}), in {other} every name does"
            )
            instead = f"add {other}.{setting}, or leave it where the firewall is enough"
            where = environment.locate((other,))
            yield Finding("dns-layer", environment.name, other, what, instead, where)


def standing(analyses: Iterable[Analysis], today: datetime.date) -> tuple[Finding, ...]:
    """What the gate finds in environments as they stand, without a base."""
    found: list[Finding] = []
    for analysis in analyses:
        found += expiries(analysis.environment, analysis.environment.gate, today)
        for target in analysis.targets:
            found += deviations(analysis.environment, target)
            found += withdrawn(analysis.environment, target.target)
        found += dns_layers(analysis.environment, analysis.targets)
    return in_order(found)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Failing findings first, then by kind and place."""
    return tuple(
        sorted(set(found), key=lambda f: (not f.fails, f.kind, f.environment, f.target, f.what))
    )
