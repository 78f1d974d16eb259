"""What a change of each setting of a target means for its protection.

For example `networkFirewall.protected` protects while it is true: `false` takes that away. A setting
that has no meaning here counts as one whose every change takes something away, and a test fails until
it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which changes of a setting weaken protection or open something.

    Attributes:
        result: What follows then, a clause.
        weakens: Whether the change from one value to the other does; of lists only where one of the
            two values is missing.
        lost: Whether an entry that goes from a list does.
        gained: Whether an entry that comes to a list does.
        opens: Whether what it has counts although the block around it is new: it admits what no
            endpoint list has.
        key: What tells the blocks of a list apart; else all of their content does, but for `aside`.
        aside: What of a block has no meaning: its name, its reason.
        covers: Settings beside it of which nothing more is to be said where it weakens.
    """

    result: str
    weakens: Callable[[Any, Any], bool] = lambda _old, _new: False
    lost: bool = False
    gained: bool = False
    opens: bool = False
    key: tuple[str, ...] = ()
    aside: tuple[str, ...] = ("name", "reason")
    covers: tuple[str, ...] = ()


def _any(_old: Any, _new: Any) -> bool:
    return True


def _gone(_old: Any, new: Any) -> bool:
    return new is None


def _was_named(old: Any, _new: Any) -> bool:
    return old is not None


def _off(old: Any, _new: Any) -> bool:
    return old is True


def _on(old: Any, _new: Any) -> bool:
    return old is False


def _less(old: Any, new: Any) -> bool:
    return bool(new < old)


def _more(old: Any, new: Any) -> bool:
    return bool(new > old)


def _drops_less(old: Any, new: Any) -> bool:
    return "drop" in str(old) or "drop" not in str(new)


def _down(*ranks: str | None) -> Callable[[Any, Any], bool]:
    """From the weakest to the strongest value."""
    return lambda old, new: ranks.index(new) < ranks.index(old)


HARMLESS: Final = Meaning("")
UNKNOWN: Final = Meaning(
    "nobody has said that this change is harmless", _any, lost=True, gained=True
)

AWS: Final[Mapping[str, Meaning]] = {
    "vpcId": Meaning("the old VPC keeps none of these rules", _any),
    "ownRanges": Meaning("no rule is about what goes there any more", gained=True, opens=True),
    "networkRules": Meaning("no endpoint list has this", gained=True, opens=True),
    "tags": HARMLESS,
    "securityGroup.rulesPerDirection": HARMLESS,
    "networkFirewall": Meaning("no rule sees host names any more", _gone),
    "networkFirewall.mode": Meaning(
        "the firewall, routes, logs or policy that only the old mode makes are deleted",
        _down("rules-only", "policy", "full"),
        covers=("endpoints", "logging", "protected", "vpcId"),
    ),
    "networkFirewall.vpcId": Meaning("the old VPC keeps no firewall", _any),
    "networkFirewall.homeNetworks": Meaning(
        "the rules are for traffic from these networks to all others", _any
    ),
    "networkFirewall.existingPolicy.arn": Meaning(
        "nobody looks at the policy that it named before", _was_named
    ),
    "networkFirewall.existingPolicy.ruleOrder": Meaning("the policy reads its rules anew", _any),
    "networkFirewall.existingPolicy.statefulDefaultActions": Meaning(
        "they decide about what no rule admits", _drops_less
    ),
    "networkFirewall.existingPolicy.rules": Meaning(
        "the proof takes others' rules to be so",
        lost=True,
        gained=True,
        opens=True,
        aside=("name",),
    ),
    "networkFirewall.ruleGroups": Meaning(
        "others' rules decide in the same policy", lost=True, gained=True, opens=True, key=("arn",)
    ),
    "networkFirewall.ruleGroups[].priority": Meaning("the policy reads it at another place", _any),
    "networkFirewall.ruleGroups[].alertOnly": Meaning("it drops nothing any more", _on),
    "networkFirewall.ruleGroups[].rules": Meaning("the proof takes its rules to be so", _any),
    "networkFirewall.ruleGroups[].variables": Meaning(
        "the proof takes its rules to be so", lost=True, gained=True
    ),
    "networkFirewall.priority": Meaning("rule groups of others can decide first", _more),
    "networkFirewall.defaultAction": Meaning(
        "it decides about what no rule admits", lambda _, new: new == "alert"
    ),
    "networkFirewall.betweenVpcs": Meaning(
        "the servers' VPCs may synchronize through the firewall, or no longer", _any
    ),
    "networkFirewall.tcpIdleTimeoutSeconds": HARMLESS,
    "networkFirewall.kmsKey": Meaning("it is encrypted with another key", _any),
    "networkFirewall.analysis": Meaning("nobody sees these names in a report", lost=True),
    "networkFirewall.streamExceptionPolicy": Meaning(
        "connections whose beginning the firewall did not see go on",
        _down("CONTINUE", "DROP", "REJECT"),
    ),
    "networkFirewall.policyCapacity": HARMLESS,
    "networkFirewall.capacity": HARMLESS,
    # Another name replaces a resource, which the engine's part of the preview says; its rules stay.
    "networkFirewall.existingNames": HARMLESS,
    "networkFirewall.protected": Meaning("the firewall can be deleted and detached", _off),
    "networkFirewall.endpoints": Meaning(
        "this zone's servers have no route to the firewall", lost=True, key=("zone",)
    ),
    "networkFirewall.endpoints[].subnetId": Meaning("the endpoint moves to another subnet", _any),
    "networkFirewall.endpoints[].protectedRouteTables": Meaning(
        "its subnets have no route to the firewall", lost=True
    ),
    "networkFirewall.endpoints[].returnRoutes": Meaning(
        "answers to these subnets go past the firewall", lost=True, key=("routeTableId",)
    ),
    "networkFirewall.endpoints[].returnRoutes[].destinations": Meaning(
        "answers to this subnet go past the firewall", lost=True
    ),
    "networkFirewall.transitGateway": Meaning(
        "no endpoint of this firewall is at the transit gateway any more", _gone
    ),
    "networkFirewall.transitGateway.id": Meaning("another firewall is made, elsewhere", _any),
    "networkFirewall.transitGateway.zoneIds": Meaning("this zone has no endpoint", lost=True),
    "networkFirewall.associations": Meaning(
        "this VPC's servers have no route to the firewall", lost=True, key=("subnetId",)
    ),
    "networkFirewall.associations[].zone": Meaning("the endpoint moves to another zone", _any),
    "networkFirewall.associations[].vpcId": Meaning("the endpoint moves to another VPC", _any),
    "networkFirewall.associations[].protectedRouteTables": Meaning(
        "its subnets have no route to the firewall", lost=True
    ),
    "networkFirewall.associations[].returnRoutes": Meaning(
        "answers to these subnets go past the firewall", lost=True, key=("routeTableId",)
    ),
    "networkFirewall.associations[].returnRoutes[].destinations": Meaning(
        "answers to this subnet go past the firewall", lost=True
    ),
    "networkFirewall.keepDefaultRoutes": Meaning(
        "the servers' old default route is in use again wherever the routes to the firewall go", _on
    ),
    "networkFirewall.logging": Meaning("nobody sees what the firewall passes and drops", _gone),
    "networkFirewall.logging.logGroup": Meaning("the logs go elsewhere", _any),
    "networkFirewall.logging.existingLogGroup": Meaning("the logs go elsewhere", _any),
    "networkFirewall.logging.deliveryStream": Meaning("the logs go elsewhere", _any),
    "networkFirewall.logging.kmsKey": Meaning("they are encrypted with another key", _any),
    "networkFirewall.logging.retentionDays": Meaning("logs are deleted earlier", _less),
    "networkFirewall.logging.bucket": Meaning("the logs go elsewhere", _any),
    "networkFirewall.logging.prefix": Meaning("the logs go elsewhere", _any),
    "networkFirewall.logging.types": Meaning("these are not logged any more", lost=True),
    "networkFirewall.shareWith": Meaning("it cannot use the rule groups any more", lost=True),
    "networkFirewall.firewallManager": Meaning("its VPCs get no firewall policy any more", _gone),
    "networkFirewall.firewallManager.accounts": Meaning(
        "other VPCs get the policy than before", _any
    ),
    "networkFirewall.firewallManager.organizationalUnits": Meaning(
        "other VPCs get the policy than before", _any
    ),
    "networkFirewall.firewallManager.resourceTags": Meaning(
        "other VPCs get the policy than before", _any
    ),
    "networkFirewall.firewallManager.logBucket": Meaning("the logs go elsewhere", _any),
    "networkFirewall.firewallManager.remediation": Meaning(
        "Firewall Manager only reports VPCs without a firewall", _off
    ),
    "dnsFirewall": Meaning("the VPC resolves every name", _gone),
    "dnsFirewall.priority": Meaning("rule groups of others can decide first", _more),
    "dnsFirewall.alsoResolve": Meaning(
        "the whole VPC resolves these names", gained=True, opens=True
    ),
    "dnsFirewall.blockResponse": HARMLESS,
    "dnsFirewall.manageFailMode": Meaning(
        "others decide whether every name resolves while DNS Firewall fails", _off
    ),
    "dnsFirewall.failOpen": Meaning("every name resolves while DNS Firewall fails", _on),
    "dnsFirewall.existingNames": HARMLESS,
    "dnsFirewall.protected": Meaning("the VPC's association can be removed", _off),
}
PEER: Final[Mapping[str, Meaning]] = {
    "awsPeer": HARMLESS,
    "awsPeer.securityGroupId": Meaning("whoever is in it counts as this party", _any, opens=True),
    "awsPeer.prefixListId": Meaning("whoever is in it counts as this party", _any, opens=True),
    "awsPeer.maxEntries": HARMLESS,
    "awsVpcId": Meaning("the old VPC keeps none of this party's rules", _any),
    "awsSecurityGroup": HARMLESS,
    "awsSecurityGroup.id": Meaning("the old group keeps none of these rules", _any, opens=True),
    "awsSecurityGroup.name": Meaning("the group is replaced by another one", _any),
    "awsSecurityGroup.description": Meaning("the group is replaced by another one", _any),
    "proxy": Meaning("it alone decides which names are reached", lambda _, new: new is not None),
}
AZURE: Final[Mapping[str, Meaning]] = {
    "resourceGroup": Meaning("what was made in the old one is deleted", _any),
    "location": Meaning("what was made in the old one is deleted", _any),
    "addressSpace": Meaning("no rule denies these addresses anything any more", lost=True),
    "destinations": Meaning(
        "Microsoft decides what the FQDN tag admits, and publishes it nowhere",
        lambda old, new: old == "list" and "tag" in new,
    ),
    "fqdnTags": Meaning("Microsoft decides what it admits, and publishes it nowhere", gained=True),
    "ruleCollectionGroupPriority": Meaning("groups of others can decide first", _more),
    "ruleCollectionGroupName": Meaning(
        "the old group is deleted before the new one is made, and no rule stands meanwhile", _any
    ),
    "denyRest": Meaning(
        "fewer addresses are denied what no rule admits",
        _down("nobody", "servers", "address-space"),
    ),
    "ipGroups": HARMLESS,
    "ipGroupIds": Meaning("whoever is in it counts as this party", gained=True, opens=True),
    "routing": Meaning("something else leads to the firewall", _any),
    "networkRules": Meaning("no endpoint list has this", gained=True, opens=True),
    "tags": HARMLESS,
    "firewallPolicy": Meaning("no rule sees host names any more", _gone),
    "firewallPolicy.id": Meaning(
        "the old policy keeps none of these rules", _any, covers=("name", "existing", "mode")
    ),
    "firewallPolicy.name": Meaning("the old policy keeps none of these rules", _any),
    "firewallPolicy.existing": HARMLESS,  # The mode says it too.
    "firewallPolicy.mode": Meaning(
        "the firewall or policy that only the old mode makes is deleted",
        lambda _, new: new != "full",
    ),
    "firewallPolicy.sku": Meaning(
        "the tier has fewer protections", _down("Basic", "Standard", "Premium")
    ),
    "firewallPolicy.threatIntelMode": Meaning(
        "known malicious addresses and names pass", _down(None, "Off", "Alert", "Deny")
    ),
    "firewallPolicy.basePolicy": Meaning("its rules come first", _any, opens=True),
    "firewallPolicy.dnsProxy": Meaning("the firewall does not answer DNS any more", _off),
    "firewallPolicy.dnsServers": Meaning("they decide which addresses a name has", _any),
    "firewallPolicy.groups": HARMLESS,
    "firewallPolicy.rules": Meaning(
        "the proof takes others' rules to be so",
        lost=True,
        gained=True,
        opens=True,
        aside=("name",),
    ),
    "firewall": Meaning("nothing applies the rules any more", _gone),
    "firewall.name": Meaning("the firewall is replaced by another one", _any),
    "firewall.virtualNetwork": Meaning("the firewall stands in another network", _any),
    "firewall.zones": Meaning("the firewall does not run there any more", lost=True),
    "firewall.publicAddresses": HARMLESS,
    "firewall.publicIpPrefix": HARMLESS,
    "firewall.management": HARMLESS,
    "firewall.workspace": Meaning(
        "the old one gets no logs any more", lambda old, _: old is not None
    ),
    "routeTable": Meaning("nothing leads traffic to the firewall", _gone),
    "routeTable.firewallAddress": Meaning("traffic goes to another machine", _any),
    "routeTable.bgpPropagation": Meaning("a gateway's routes can lead past the firewall", _on),
    "routeTable.private": Meaning(
        "what leads to this private range and back changes, past the firewall", gained=True
    ),
    "routeTable.direct": Meaning("it is reached past the firewall", gained=True, opens=True),
    "networkSecurityGroup.create": Meaning("no group guards the servers' subnets any more", _off),
    "networkSecurityGroup.destinations": Meaning(
        "the group admits every address", _down("internet", "service-tags")
    ),
    "networkSecurityGroup.applicationSecurityGroups": Meaning(
        "whoever is in it counts as this party", gained=True, opens=True
    ),
    "networkSecurityGroup.flush": Meaning("what a change denies goes on until it ends", _off),
    "networkSecurityGroup.lateralMovement": Meaning(
        "the servers may administer others by SSH, RDP and WinRM", _down("allow", "deny")
    ),
    "dnsSecurityPolicy": Meaning("the network resolves every name", _gone),
    "dnsSecurityPolicy.virtualNetwork": Meaning("the old network resolves every name", _any),
    "dnsSecurityPolicy.alsoResolve": Meaning(
        "the whole network resolves these names", gained=True, opens=True
    ),
    "subnets": Meaning(
        "the stack lets go of the subnet, which stays in Azure as it is then",
        lost=True,
        key=("virtualNetwork", "name"),
    ),
    "subnets[].addressPrefix": Meaning("other addresses have the rules than before", _any),
    "subnets[].addressPrefixes": Meaning("other addresses have the rules than before", _any),
    "subnets[].importId": HARMLESS,
    "subnets[].serviceEndpoints": Meaning(
        "what goes to these services passes no firewall", gained=True, opens=True, key=("service",)
    ),
    "subnets[].serviceEndpoints[].locations": Meaning(
        "the service's addresses in other regions are reached past the firewall", gained=True
    ),
    "subnets[].networkSecurityGroup": HARMLESS,
    "subnets[].routeTable": HARMLESS,
    "subnets[].attached": Meaning(
        "the subnet has no security group and no route table of this stack", _off
    ),
}
