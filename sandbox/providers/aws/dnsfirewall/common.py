"""What the types of DNS Firewall share: names, ids, and how the service answers.

The wording of an answer is the service's own only where a comment says where it was seen; the
conditions are the developer guide's and the API reference's (read 2026-11).
"""

from __future__ import annotations

import re
import secrets
from typing import ClassVar, Final

from providers.aws.account import NamedKind, tag_problems
from providers.aws.service import RESOLVER
from providers.errors import CloudError, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known

DOMAIN_LIST: Final = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
RULE_GROUP: Final = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
RULE: Final = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
ASSOCIATION: Final = (
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
)
CONFIG: Final = "aws:route53/resolverFirewallConfig:ResolverFirewallConfig"

# CreateFirewallRuleGroup's own model (botocore 1.44.5).
_NAME: Final = re.compile(r"(?!^[0-9]+$)[a-zA-Z0-9\-_' ]{1,64}")


@written(
    "a create has a token: one that is sent again makes nothing new",
    "botocore 1.44.5, route53resolver CreatorRequestId",
    "2026-11-30",
)
class ResolverKind(NamedKind):
    """A resource of DNS Firewall."""

    token = True
    prefix: ClassVar[str]
    """The prefix of its ids."""

    @written(
        "names are of 64 characters, and not of digits alone",
        "botocore 1.44.5, route53resolver Name",
        "2026-11",
    )
    def common_problems(self, inputs: Inputs) -> Problems:
        """Report what the service refuses in the name and the tags."""
        name = known(inputs, "name")
        if name is not None and not _NAME.fullmatch(name):
            yield RESOLVER.constraint(
                "name",
                name,
                "satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9\\-_' ']+) (1 to 64)",
            )
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The prefix and 16 hexadecimal digits, as the service gives."""
        return f"{self.prefix}-{secrets.token_hex(8)}"


@believed("the wording of a value that is none of an enum")
def enum(path: str, value: str | None, allowed: tuple[str, ...]) -> Problems:
    """A value that is none of those allowed."""
    if value is not None and value not in allowed:
        yield RESOLVER.constraint(path, value, f"satisfy enum value set: [{', '.join(allowed)}]")


@believed("the wording of ResourceNotFoundException")
def missing(operation: str, what: str, id_: str) -> CloudError:
    """The answer where something named is not there."""
    return RESOLVER.refusal(
        operation, f"The {what} with the ID '{id_}' doesn't exist", "ResourceNotFoundException"
    )


@believed("the wording of ConflictException")
def conflict(operation: str, message: str) -> CloudError:
    """The answer where what is there stands in the way."""
    return RESOLVER.refusal(operation, message, "ConflictException")
