"""An independent model of EC2's security groups: moto's backend (5.2.5).

Its import takes 1.9 s, so nothing here is loaded before a create or an update. What it misses is in
`rule_checks`, `security_group` and `security_group_rule`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from providers.aws.account import ACCOUNT, region
from providers.errors import aws_error
from providers.evidence import written
from providers.kind import Session
from providers.store import Record, Records

_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def admit_group(id_: str, record: Record, records: Records, session: Session) -> None:
    """Raise what moto answers to this group beside those that exist: a name taken."""
    mirror = _mirror(region(record, session))
    mirror.show(_without(records, id_), session)
    mirror.call("CreateSecurityGroup", lambda: mirror.add_group(id_, record))


def admit_rule(id_: str, token: str, record: Record, records: Records, session: Session) -> None:
    """Raise what moto answers: no such group, the same rule twice, the 61st rule."""
    mirror = _mirror(region(record, session))
    mirror.show(_without(records, id_), session)
    direction = "Egress" if token == _EGRESS else "Ingress"
    mirror.call(
        f"AuthorizeSecurityGroup{direction}", lambda: mirror.add_rule(id_, direction, record)
    )


def _without(records: Records, id_: str) -> Records:
    return {
        token: {key: record for key, record in held.items() if key != id_}
        for token, held in records.items()
    }


@cache
def _mirror(where: str) -> _Mirror:
    return _Mirror(where)


class _Mirror:
    """What the account holds in one region, replayed into moto under the same ids.

    moto counts IPv4 and IPv6 rules together towards the limit of 60; EC2 counts them apart
    ("Amazon VPC quotas", 2023-06). So there are two backends with all groups, one for each family.
    """

    def __init__(self, where: str) -> None:
        from moto.ec2.models import EC2Backend  # noqa: PLC0415 - 1.9 s.

        self._region = where
        self._backends: dict[str, Any] = {
            family: EC2Backend(where, ACCOUNT) for family in ("IPv4", "IPv6")
        }
        self._held: dict[str, Record] = {}

    def show(self, records: Records, session: Session) -> None:
        """Hold exactly what the account holds in this region."""
        wanted = [
            (token, id_, record)
            for token in (_GROUP, _EGRESS, _INGRESS)  # A rule may name any group.
            for id_, record in records.get(token, {}).items()
            if region(record, session) == self._region
        ]
        # Where something went or changed, start afresh; else add what is new. A replay of a hundred
        # rules takes ten milliseconds.
        now = {id_: record for _, id_, record in wanted}
        if any(now.get(id_) != record for id_, record in self._held.items()):
            self._held.clear()
            for backend in self._backends.values():
                backend.groups.clear()
        for token, id_, record in wanted:
            if id_ not in self._held:
                self._replay(token, id_, record, session)

    def _replay(self, token: str, id_: str, record: Record, session: Session) -> None:
        # What somebody wrote into the file by hand may be what moto refuses: the account holds it
        # all the same.
        try:
            if token == _GROUP:
                vpc = record.get("vpcId") or session.world.default_vpc(self._region)
                self.add_group(id_, {**record, "vpcId": vpc})
            else:
                self.add_rule(id_, "Egress" if token == _EGRESS else "Ingress", record)
        except Exception as error:
            if not _is_answer(error):
                raise
        self._held[id_] = record

    def add_group(self, id_: str, record: Record) -> None:
        """Create a group in both backends; it starts without the rule that allows all egress."""
        for backend in self._backends.values():
            group = backend.create_security_group(
                name=record.get("name") or id_,
                description=record.get("description") or "-",
                vpc_id=record.get("vpcId"),
            )
            groups = backend.groups[group.vpc_id]
            del groups[group.id]
            group.id = group.group_id = id_
            group.egress_rules.clear()  # As the real provider does right after the create.
            groups[id_] = group
        self._held[id_] = record

    def add_rule(self, id_: str, direction: str, record: Record) -> None:
        """Authorize a rule in the backend of its family."""
        backend = self._backends["IPv6" if "cidrIpv6" in record else "IPv4"]
        authorize = getattr(backend, f"authorize_security_group_{direction.lower()}")
        protocol = str(record.get("ipProtocol"))
        ranges = [
            {theirs: record[ours]}
            for theirs, ours in (("CidrIp", "cidrIpv4"), ("CidrIpv6", "cidrIpv6"))
            if ours in record
        ]
        referenced = record.get("referencedSecurityGroupId")
        listed = record.get("prefixListId")
        authorize(
            str(record.get("securityGroupId")),
            protocol,
            str(record.get("fromPort", -1)),  # moto wants a number even where EC2 does not.
            str(record.get("toPort", -1)),
            ranges,
            source_groups=[{"GroupId": referenced}] if referenced else [],
            prefix_list_ids=[{"PrefixListId": listed}] if listed else [],
        )
        self._held[id_] = record

    @written("duplicate rules, unknown groups, and 60 rules", "moto 5.2.5, ec2", "2026-11")
    def call(self, operation: str, action: Callable[[], None]) -> None:
        """Do it in moto, and pass on what moto answers."""
        try:
            action()
        except Exception as error:
            if not _is_answer(error):
                raise
            code, message = getattr(error, "code", "Unknown"), getattr(error, "message", error)
            raise aws_error(operation, str(code), str(message)) from error


def _is_answer(error: Exception) -> bool:
    from moto.core.exceptions import ServiceException  # noqa: PLC0415

    return isinstance(error, ServiceException)
