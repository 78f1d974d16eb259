"""Names and tags that AWS refuses only at `pulumi up` are refused by `check` and the components."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import ONE, VPC

from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.problems import PolicyErrors

Build = Callable[..., Environment]
BOTH: dict[str, Any] = {"networkFirewall": {}, "dnsFirewall": {}}
OTHER = "give the component another name"


def refused(environment: Build, name: str = "wsus", **aws: Any) -> list[str]:
    """What is refused of a target under a component's name."""
    built = environment(servers=[ONE], aws={"vpcId": VPC, **aws})
    try:
        compile_target(built, built.targets[0], name)
    except PolicyErrors as errors:
        return [str(problem) for problem in errors.problems]
    return []


@pytest.mark.parametrize(
    ("name", "controls", "expected"),
    [
        ("prod-wsus", BOTH, []),
        ("prod.wsus", {}, []),
        ("w" * 32, BOTH, []),
        ("prod_wsus", {"dnsFirewall": {}}, []),
        ("prod_wsus", BOTH,
         ["name: 'prod_wsus' begins the names of Network Firewall, which must be letters, digits and "
          f"hyphens; {OTHER}"]),
        ("prod.wsus", {"dnsFirewall": {}},
         ["name: 'prod.wsus' begins the names of DNS Firewall, which must be letters, digits, hyphens, "
          f"underscores and spaces; {OTHER}"]),
        ("sg-wsus", {},
         ["name: 'sg-wsus' begins the names of security groups, which must be letters, digits and "
          f"._-:/()#,@[]+=&;{{}}!$*, and not begin with sg-; {OTHER}"]),
        ("wsüs", {},
         ["name: 'wsüs' begins the names of security groups, which must be letters, digits and "
          f"._-:/()#,@[]+=&;{{}}!$*, and not begin with sg-; {OTHER}"]),
        ("w" * 33, {"dnsFirewall": {}},
         [f"name: {'w' * 33!r} has 33 characters: with what is added to it the names of DNS Firewall would "
          "be longer than AWS allows; give it a name of 32 at most"]),
        ("w" * 95, {"networkFirewall": {}},
         [f"name: {'w' * 95!r} has 95 characters: with what is added to it the names of Network Firewall "
          "would be longer than AWS allows; give it a name of 94 at most"]),
    ],
)  # fmt: skip
def test_names(
    environment: Build, name: str, controls: dict[str, Any], expected: list[str]
) -> None:
    """Each service has its own characters and lengths."""
    assert expected == refused(environment, name, **controls)


def test_tags(environment: Build) -> None:
    """Reserved, with characters that one of the services refuses, too long, too many; all at once."""
    letters = "letters, digits, spaces and +-./:=@_"
    tags = {
        "größe 2": "a b",
        "AWS:x": "1",
        "a&b": "1",
        "v": "<x>",
        "k" * 129: "1",
        "w": "v" * 257,
        "": "1",
    }

    assert {
        "aws.tags.a&b: AWS refuses the tag key 'a&b'; write " + letters,
        "aws.tags.v: AWS refuses the tag value '<x>'; write " + letters,
        "aws.tags.AWS:x: the tag 'AWS:x' begins with aws:, which AWS keeps for itself; use another key",
        f"aws.tags.{'k' * 129}: a tag's key has 129 characters, and AWS takes 128 at most; write a shorter one",
        "aws.tags.w: a tag's value has 257 characters, and AWS takes 256 at most; write a shorter one",
        "aws.tags.: a tag's key has 0 characters, and AWS takes 128 at most; write one",
    } == {*refused(environment, tags=tags)}
    (many,) = refused(environment, tags={f"k{n}": "v" for n in range(48)})
    assert (
        "aws.tags: 48 tags: a resource has 50 at most, and three are this project's; write 47 at most"
        == many
    )


def test_tags_of_other_vpcs(environment: Build) -> None:
    """Firewall Manager looks for VPCs by tags, which may have wildcards."""
    managed: dict[str, Any] = {
        "mode": "rules-only",
        "firewallManager": {"resourceTags": {"team*": "a\\b"}},
    }
    assert [] == refused(environment, networkFirewall=managed)

    managed["firewallManager"]["resourceTags"] = {"a&b": "1"}
    (found,) = refused(environment, networkFirewall=managed)
    assert found.startswith(
        "aws.networkFirewall.firewallManager.resourceTags.a&b: AWS refuses the tag key"
    )
