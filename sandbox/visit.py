"""A machine of the sandbox asks for URLs through the firewall that `make up` deployed, and the firewall writes its log.

    .venv/bin/python sandbox/visit.py --from 10.23.0.10 http://crl.microsoft.com/ https://sws.update.microsoft.com/

The rules are those that the stand-in for AWS holds, and a real Suricata 7.0, which is what AWS Network Firewall runs, judges the
requests. Its records stand in the log as the firewall wraps them. No packet leaves the machine.
"""

import argparse
import ipaddress
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import env

sys.path.insert(0, str(env.ROOT / "components"))
sys.path.insert(0, str(Path(__file__).with_name("suricata")))

import default_action
from conversation import usual
from providers.store import Record, Records, Store, StoreError
from providers.world import load
from replay import Deployment, JudgeError, Suricata
from wsus_egress.review.urls import InvalidUrl, requests_of

_SERVICE = "aws:networkfirewall"
_FIRST_PORT = 1024  # `replay` gives each request a port of its own.


class CannotVisitError(Exception):
    """Why no request is judged, in one sentence."""


@dataclass(frozen=True, slots=True)
class Firewall:
    """What is deployed.

    Attributes:
        name: The firewall's.
        zone: The first of its availability zones.
        deployment: Its rules, all groups in their order.
        log: The file of its alert log.
    """

    name: str
    zone: str
    deployment: Deployment
    log: Path


def firewall(held: Records, folder: Path) -> Firewall:
    """The one firewall of the stand-in.

    Args:
        held: What the stand-in for AWS holds.
        folder: Where its logs stand.

    Raises:
        CannotVisitError: When there is none or more than one, or it writes no alert log.
    """
    firewalls = _of(held, "firewall:Firewall")
    if len(firewalls) != 1:
        raise CannotVisitError(
            f"the sandbox has {len(firewalls)} Network Firewalls, and one is needed: run `make up`"
        )
    ((arn, found),) = firewalls.items()
    policy = _of(held, "firewallPolicy:FirewallPolicy")[found["firewallPolicyArn"]][
        "firewallPolicy"
    ]
    references = sorted(
        policy.get("statefulRuleGroupReferences", ()), key=lambda each: each.get("priority", 0)
    )
    groups = [
        _one(held, "ruleGroup:RuleGroup", each["resourceArn"])["ruleGroup"] for each in references
    ]
    sets = [row for group in groups for row in group.get("ruleVariables", {}).get("ipSets", ())]
    variables = policy.get("policyVariables", {}).get("ruleVariables", ())
    return Firewall(
        found["name"],
        _zone(found),
        Deployment(
            "".join(f"{group['rulesSource']['rulesString'].rstrip()}\n" for group in groups),
            ip_sets={row["key"]: tuple(row["ipSet"]["definitions"]) for row in (*sets, *variables)},
            default_actions=tuple(policy.get("statefulDefaultActions", ())),
        ),
        folder / _log(held, arn),
    )


def _of(held: Records, kind: str) -> dict[str, Record]:
    return held.get(f"{_SERVICE}/{kind}", {})


def _one(held: Records, kind: str, arn: str) -> Record:
    found = _of(held, kind).get(arn)
    if found is None:  # Somebody edited the stand-in's file.
        raise CannotVisitError(
            f"the sandbox has no {kind.partition(':')[0]} {arn!r}, which its firewall names: run `make up`"
        )
    return found


def _zone(found: Record) -> str:
    """The zone of a firewall's first subnet."""
    if not found.get("subnetMappings"):  # At a transit gateway it has zones, and no subnets.
        return str(found["availabilityZoneMappings"][0]["availabilityZoneId"])
    place = (found["region"], found["subnetMappings"][0]["subnetId"])
    return str(load().subnets.get(place, {}).get("zone", ""))


def _log(held: Records, arn: str) -> str:
    """The name of the alert log: of its log group, bucket or stream."""
    logging = _of(held, "loggingConfiguration:LoggingConfiguration").get(arn, {})
    for each in logging.get("loggingConfiguration", {}).get("logDestinationConfigs", ()):
        if each["logType"] == "ALERT":
            return f"{next(iter(each['logDestination'].values())).strip('/')}.log"
    raise CannotVisitError("the sandbox's firewall writes no alert log: deploy `logging`")


def visit(chosen: Firewall, suricata: Suricata, source: str, urls: list[str]) -> list[str]:
    """Let a machine ask for URLs; the log's lines, in its order.

    Raises:
        CannotVisitError: When an address or a URL is not one, or the rules cannot be judged here.
    """
    try:
        sender = ipaddress.ip_address(source)
        asked = [request.flow(sender) for url in urls for request in requests_of(url)]
    except (ValueError, InvalidUrl) as error:
        raise CannotVisitError(str(error)) from error
    try:
        events = suricata.alerts(chosen.deployment, list(map(usual, asked)), int(time.time()))
    except (JudgeError, KeyError) as error:
        raise CannotVisitError(f"the deployed rules cannot be judged here: {error}") from error
    blocked = {event["src_port"] for event in events if event["verdict"]["action"] == "drop"}
    for port, flow in enumerate(asked, _FIRST_PORT):
        print(f"{'blocked' if port in blocked else 'passed '} {flow}")
    return [json.dumps(line) for event in events if (line := _wrapped(event, chosen)) is not None]


def _wrapped(event: dict[str, Any], chosen: Firewall) -> dict[str, Any] | None:
    """A record as AWS Network Firewall writes it ("Contents of a log", read 2026-11); a packet's number is the capture's."""
    alert = default_action.logged(event["alert"])
    if alert is None:
        return None
    del event["pcap_cnt"]
    return {
        "firewall_name": chosen.name,
        "availability_zone": chosen.zone,
        "event_timestamp": str(int(time.time())),
        "event": {**event, "alert": alert},
    }


def main() -> int:
    """Ask, say what became of each request, and add to the log."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="source", required=True, help="the address that asks")
    parser.add_argument("urls", nargs="+", metavar="URL")
    arguments = parser.parse_args()
    program = env.suricata_program(env.ROOT)
    try:
        if program is None:
            raise CannotVisitError(  # noqa: TRY301 - all reasons end in one place
                f"there is no Suricata {env.SURICATA_SERIES}: `make setup` says why"
            )
        store = Store("aws")
        chosen = firewall(store.read(), store.folder / "logs")
        lines = visit(chosen, Suricata(program), arguments.source, arguments.urls)
    except (CannotVisitError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    chosen.log.parent.mkdir(parents=True, exist_ok=True)
    with chosen.log.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    print(f"records added to {chosen.log}: {len(lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
