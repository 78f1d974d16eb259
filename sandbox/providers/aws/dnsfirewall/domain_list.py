"""`aws.route53.ResolverFirewallDomainList`: the names that a rule is about."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from providers.aws.account import all_tags, arn, region
from providers.aws.dnsfirewall.common import DOMAIN_LIST, RULE, ResolverKind, conflict
from providers.aws.registry import check_schema, tags
from providers.aws.service import RESOLVER
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, items
from providers.store import Records

# UpdateFirewallDomains (Route 53 API reference, read 2026-11): 1,000 domains a request; each may
# begin with *, else letters, digits, hyphens and the dots between labels; 1 to 255 characters.
_MOST: Final = 1000
_LONGEST: Final = 255
_DOMAIN: Final = re.compile(r"\*|(?:\*\.?)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?")


@written(
    "the name is ForceNew, the names are replaced in place",
    "terraform-provider-aws internal/service/route53resolver/firewall_domain_list.go, commit 0233cd5",
    "2026-11",
)
class DomainList(ResolverKind):
    """A list of names, each exact or with a leading `*`."""

    type_name, prefix = DOMAIN_LIST, "rslvr-fdl"
    inputs: ClassVar = {"domains": list, "name": str, "region": str, "tags": dict}
    replaced_by: ClassVar = frozenset({"name", "region"})
    sets: ClassVar = ("domains",)
    computed: ClassVar = ("arn", "region", "tagsAll")

    @written(
        "1,000 names a request, of 255 characters, * only at the start",
        "Route 53 API reference, UpdateFirewallDomains",
        "2026-11",
    )
    @believed("the wording of those")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        domains = items(inputs, "domains")
        if len(domains) > _MOST:
            yield RESOLVER.problem(
                "domains",
                f"{len(domains)} domains: a request takes at most {_MOST}; use several lists",
            )
        for index, domain in enumerate(domains):
            if isinstance(domain, str) and not (
                len(domain) <= _LONGEST and _DOMAIN.fullmatch(domain)
            ):
                yield RESOLVER.problem(
                    f"domains[{index}]",
                    f"Invalid domain '{domain}': an optional * at its start, then letters, digits, "
                    f"hyphens and dots, 1 to {_LONGEST} characters",
                )

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema."""
        new = id_ not in records.get(DOMAIN_LIST, {})
        check_schema(
            "CreateFirewallDomainList" if new else "UpdateFirewallDomains",
            "AWS::Route53Resolver::FirewallDomainList",
            {
                "Name": inputs.get("name"),
                "Domains": items(inputs, "domains"),
                "Tags": tags(inputs),
            },
            region(inputs, session),
            RESOLVER,
        )

    @believed("a list in use cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a rule uses it."""
        rules = sorted(
            key
            for key, row in records.get(RULE, {}).items()
            if row.get("firewallDomainListId") == id_
        )
        if rules:
            raise conflict(
                "DeleteFirewallDomainList",
                f"The domain list '{id_}' is in use by the rule {rules[0]}: delete the rule first",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": arn("route53resolver", f"firewall-domain-list/{id_}", inputs, session),
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }
