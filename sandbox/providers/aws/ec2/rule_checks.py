"""Report what EC2 refuses in one security group rule, before it looks at the group.

Measured or documented service rules (EC2 API reference and terraform-provider-aws's schema of these
resources, read 2026-11); moto 5.2.5 misses all but the malformed CIDR, cfn-lint 1.58.0 misses the
ports and the description.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Generator
from typing import Final

from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, known

PEERS: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_TEXT: Final = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_GROUP_ID: Final = re.compile(r"sg-[0-9a-f]{8}(?:[0-9a-f]{9})?")
_PREFIX_LIST_ID: Final = re.compile(r"pl-[0-9a-f]{8}(?:[0-9a-f]{9})?")
_NAMED: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_PROTOCOLS: Final = ("tcp", "udp", "icmp", "icmpv6", "-1")
_HIGHEST_PORT: Final = 65535


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def rule_problems(inputs: Inputs) -> Problems:
    """Every problem of the rule's inputs alone."""
    yield from _peer_problems(inputs)
    yield from _protocol_problems(inputs)
    description = known(inputs, "description")
    if description is not None and not _TEXT.fullmatch(description):
        yield Problem(
            "description",
            f"InvalidParameterValue: Invalid rule description '{description}'. Valid descriptions "
            "are strings less than 256 characters from the following set: "
            "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )
    for field in ("securityGroupId", "referencedSecurityGroupId"):
        group = known(inputs, field)
        if group is not None and not _GROUP_ID.fullmatch(group):
            yield Problem(
                field, f'InvalidGroupId.Malformed: Invalid id: "{group}" (expecting "sg-...")'
            )
    listed = known(inputs, "prefixListId")
    if listed is not None and not _PREFIX_LIST_ID.fullmatch(listed):
        yield Problem(
            "prefixListId",
            f'InvalidPrefixListId.Malformed: Invalid id: "{listed}" (expecting "pl-...")',
        )


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _peer_problems(inputs: Inputs) -> Problems:
    given = [field for field in PEERS if field in inputs]
    if len(given) != 1:
        yield Problem(
            given[1] if given else PEERS[0],
            "Invalid Attribute Combination: Exactly one of these attributes must be configured: "
            f"[{','.join(PEERS)}]; configured: [{','.join(given)}]",
        )
    for field, version in (("cidrIpv4", 4), ("cidrIpv6", 6)):
        text = known(inputs, field)
        if text is not None:
            yield from _cidr_problems(field, text, version)


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _cidr_problems(field: str, text: str, version: int) -> Problems:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version or "/" not in text:
        yield Problem(
            field, f"InvalidParameterValue: CIDR block {text} is malformed (an IPv{version} one)"
        )
    elif text.lower() != str(network):
        yield Problem(
            field,
            f"Attribute {field} value must be a valid IPv{version} CIDR that represents a network "
            f"address, got: {text}; did you mean {network}?",
        )


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _protocol_problems(inputs: Inputs) -> Problems:
    given = known(inputs, "ipProtocol")
    if given is None:
        yield from _range_problems(inputs)
        return
    protocol = _NAMED.get(given.lower(), given.lower())
    if protocol not in _PROTOCOLS and not (protocol.isdecimal() and int(protocol) <= 255):
        yield Problem(
            "ipProtocol",
            f"InvalidParameterValue: Invalid value '{given}' for IP protocol. Unknown protocol.",
        )
        return
    if protocol in ("tcp", "udp"):
        yield from _tcp_problems(inputs, protocol)
    elif protocol in ("icmp", "icmpv6"):
        yield from _icmp_problems(inputs, protocol)
    else:  # EC2 ignores the ports and answers without them: a change that never ends.
        for field in ("fromPort", "toPort"):
            if field in inputs:
                yield Problem(
                    field, f"leave {field} out with ipProtocol {given}: it means every port"
                )


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _tcp_problems(inputs: Inputs, protocol: str) -> Problems:
    missing = [field for field in ("fromPort", "toPort") if field not in inputs]
    if missing:
        yield Problem(
            missing[0],
            "InvalidParameterValue: Invalid value for portRange. Must specify both from and to "
            "ports with TCP/UDP.",
        )
        return
    if not (yield from _range_problems(inputs)):
        low, high = known(inputs, "fromPort", int), known(inputs, "toPort", int)
        if low is not None and high is not None and low > high:
            yield Problem(
                "fromPort",
                f"InvalidParameterValue: Invalid {protocol.upper()} port range ({low}-{high})",
            )


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _range_problems(inputs: Inputs) -> Generator[Problem, None, bool]:
    """Also whether there were any."""
    bad = False
    for field in ("fromPort", "toPort"):
        port = known(inputs, field, int)
        if port is not None and not 0 <= port <= _HIGHEST_PORT:
            bad = True
            yield Problem(
                field,
                f"InvalidParameterValue: Invalid port {port}: it must be 0 to {_HIGHEST_PORT}",
            )
    return bad


@written(
    "what one rule must and must not have",
    "EC2 API reference, AuthorizeSecurityGroupIngress; terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed("the wording of the refusal")
def _icmp_problems(inputs: Inputs, protocol: str) -> Problems:
    # The "ports" are ICMP's type and code, -1 meaning any; ICMPv6 may leave both out.
    for field in ("fromPort", "toPort"):
        if field not in inputs:
            if protocol == "icmp":
                yield Problem(
                    field, f"MissingParameter: ICMP rules must specify {field} (-1 means any)"
                )
        elif (number := known(inputs, field, int)) is not None and not -1 <= number <= 255:
            yield Problem(
                field, f"InvalidParameterValue: ICMP {field} must be -1 to 255, not {number}"
            )
