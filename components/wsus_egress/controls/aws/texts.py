"""Names and tags that AWS refuses, and only at `pulumi up`: patterns and lengths of its own models.

The service models are those in botocore 1.44.5, the provider's that of pulumi-aws 7.51, read 2026-11.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from wsus_egress.model.aws import AwsTarget
from wsus_egress.problems import Keys, Problem

# The provider ends a name that it makes up itself in seven digits, here after a hyphen.
_GENERATED: Final = 8
# By the control: what its resources' names are made of, how long they may be, and what this project
# adds to a component's name at most. CreateSecurityGroup, CreateRuleGroup, CreateFirewallRule.
_GROUP: Final = re.compile(r"(?!sg-)[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]+")
_FIREWALL: Final = re.compile(r"[a-zA-Z0-9-]+")
_RESOLVER: Final = re.compile(r"[a-zA-Z0-9\-_' ]+")
_FIREWALL_LENGTH: Final = 128 - _GENERATED - len("-network-firewall-rules-20")
_RESOLVER_LENGTH: Final = 64 - _GENERATED - len("-dns-firewall-block-rest")
_GROUP_LENGTH: Final = 255 - _GENERATED - 64  # A server's or a client group's name is in it.
# The strictest of the services that get the tags (CloudWatch Logs, Firewall Manager).
_IN_TAGS: Final = frozenset("_.:/=+-@")
_IN_RESOURCE_TAGS: Final = _IN_TAGS | {"*", "\\"}
_KEY: Final = 128
_VALUE: Final = 256
_TAGS: Final = 50 - 3  # Three are this project's own.


def text_problems(target: AwsTarget, prefix: str) -> Iterator[Problem]:
    """What AWS refuses of the component's name and of the tags.

    Args:
        target: With the tags, and the controls that have names.
        prefix: The component's name.
    """
    yield from _name(target, prefix)
    yield from _tags(target.tags, ("aws", "tags"), _IN_TAGS)
    if len(target.tags) > _TAGS:
        what = f"{len(target.tags)} tags: a resource has 50 at most, and three are this project's"
        yield Problem(None, ("aws", "tags"), what, f"write {_TAGS} at most")
    firewall = target.network_firewall
    if firewall is not None and firewall.firewall_manager is not None:
        keys = ("aws", "networkFirewall", "firewallManager", "resourceTags")
        yield from _tags(firewall.firewall_manager.resource_tags, keys, _IN_RESOURCE_TAGS)


def _name(target: AwsTarget, prefix: str) -> Iterator[Problem]:
    for wanted, pattern, longest, called, made_of in (
        (True, _GROUP, _GROUP_LENGTH, "security groups",
         "letters, digits and ._-:/()#,@[]+=&;{}!$*, and not begin with sg-"),
        (target.network_firewall, _FIREWALL, _FIREWALL_LENGTH, "Network Firewall",
         "letters, digits and hyphens"),
        (target.dns_firewall, _RESOLVER, _RESOLVER_LENGTH, "DNS Firewall",
         "letters, digits, hyphens, underscores and spaces"),
    ):  # fmt: skip
        if not wanted:
            continue
        if not pattern.fullmatch(prefix):
            what = f"{prefix!r} begins the names of {called}, which must be {made_of}"
            yield Problem(None, ("name",), what, "give the component another name")
        elif len(prefix) > longest:
            what = (
                f"{prefix!r} has {len(prefix)} characters: with what is added to it the names of {called} "
                "would be longer than AWS allows"
            )
            yield Problem(None, ("name",), what, f"give it a name of {longest} at most")


def _tags(
    tags: tuple[tuple[str, str], ...], keys: Keys, others: frozenset[str]
) -> Iterator[Problem]:
    for key, value in tags:
        where = (*keys, key)
        if key.lower().startswith("aws:"):
            what = f"the tag {key!r} begins with aws:, which AWS keeps for itself"
            yield Problem(None, where, what, "use another key")
        for called, text, longest in (("key", key, _KEY), ("value", value, _VALUE)):
            if not _is_plain(text, others):
                what = f"AWS refuses the tag {called} {text!r}"
                made_of = f"letters, digits, spaces and {''.join(sorted(others))}"
                yield Problem(None, where, what, f"write {made_of}")
            if len(text) > longest or (called == "key" and not text):
                what = (
                    f"a tag's {called} has {len(text)} characters, and AWS takes {longest} at most"
                )
                yield Problem(None, where, what, "write a shorter one" if text else "write one")


def _is_plain(text: str, others: frozenset[str]) -> bool:
    """Whether a text has only letters, separators, numbers (as Unicode has them) and these others."""
    return all(each in others or unicodedata.category(each)[0] in "LZN" for each in text)
