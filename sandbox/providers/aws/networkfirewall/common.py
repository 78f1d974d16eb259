"""What the types of AWS Network Firewall share: names, ARNs, rule order, sets of addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from providers.aws.account import NamedKind, all_tags, arn, region, tag_problems
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import CloudError, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known
from providers.store import Record, Records
from providers.wire import UNKNOWN

RULE_GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
LOGGING: Final = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
MANAGER_POLICY: Final = "aws:fms/policy:Policy"
RESOURCE_POLICY: Final = "aws:networkfirewall/resourcePolicy:ResourcePolicy"

STRICT: Final = "STRICT_ORDER"
ORDERS: Final = ("DEFAULT_ACTION_ORDER", STRICT)
# "Capacity" of a stateful rule group, and of all that one policy references (Network Firewall
# quotas, developer guide, read 2026-11).
MOST_CAPACITY: Final = 30_000
# CreateRuleGroup's own model (botocore 1.44.5).
_NAME: Final = re.compile(r"[a-zA-Z0-9-]{1,128}")
_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_LONGEST_DESCRIPTION: Final = 512


class FirewallKind(NamedKind):
    """A resource of Network Firewall: its ARN, which holds its name, is its id."""

    resource: ClassVar[str]
    """What the ARN calls it."""
    create: ClassVar[str]
    """The operation that makes one."""
    computed: ClassVar[Sequence[str]] = ("arn", "region", "tagsAll", "updateToken")

    @written(
        "names of 128 characters and descriptions of 512",
        "botocore 1.44.5, network-firewall ResourceName, Description",
        "2026-11",
    )
    def common_problems(self, inputs: Inputs) -> Problems:
        """Report what the service refuses in the name, the description and the tags."""
        name = known(inputs, "name")
        if name is not None and not _NAME.fullmatch(name):
            yield NETWORK_FIREWALL.constraint(
                "name", name, "satisfy regular expression pattern: ^[a-zA-Z0-9-]+$ (1 to 128)"
            )
        description = known(inputs, "description")
        if description is not None and len(description) > _LONGEST_DESCRIPTION:
            yield NETWORK_FIREWALL.constraint(
                "description",
                description,
                f"have length less than or equal to {_LONGEST_DESCRIPTION}",
            )
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:
        """The ARN."""
        return arn("network-firewall", f"{self.resource}/{inputs['name']}", inputs, session)

    @written(
        "a name that is there, in these words",
        "measured by the authors of cdk-preflight with DryRun",
        "2026-09",
    )
    def taken(self, id_: str) -> CloudError:
        """The account has one of that name in the region."""
        name = id_.rpartition("/")[2]
        return NETWORK_FIREWALL.refusal(
            self.create,
            f"{self.name} name already exists, parameter: [{name}], context: {self.name}Name",
        )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": id_,
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
            "updateToken": "00000000-0000-4000-8000-000000000000",
        }


@written(
    "what is referred to cannot be deleted: InvalidOperationException",
    "Network Firewall API reference, DeleteRuleGroup",
    "2026-11",
)
@believed("the wording of that")
def in_use(operation: str, users: Iterable[str]) -> CloudError:
    """The error for deleting something that others refer to."""
    return NETWORK_FIREWALL.refusal(
        operation,
        f"Unable to delete the object because it is still in use ({', '.join(sorted(users))})",
        "InvalidOperationException",
    )


def mapping(holder: Inputs, *names: str) -> dict[str, Any]:
    """A map inside maps; empty if one is absent, unknown or not a map."""
    value: Any = holder
    for name in names:
        value = value.get(name) if is_a(value, dict) else None
    return value if is_a(value, dict) else {}


def rule_order(holder: Inputs, *names: str) -> str | None:
    """The rule order that a group or a policy has; None where it is not known yet."""
    value: Any = holder
    for name in (*names, "ruleOrder"):
        if value is UNKNOWN:
            return None
        value = value.get(name) if is_a(value, dict) else None
    return ORDERS[0] if value is None else value if isinstance(value, str) else None


def group_order(group: Inputs) -> str | None:
    """A rule group's rule order."""
    return rule_order(group, "ruleGroup", "statefulRuleOptions")


@written(
    "names of sets of 32 characters",
    "botocore 1.44.5, network-firewall RuleVariableName",
    "2026-11",
)
@believed("the wording of sets that are empty or there twice")
def variable_problems(rows: Inputs, field: str, value: str, path: str, context: str) -> Problems:
    """Report what the service refuses in named sets: `ipSets`, `portSets`, or a policy's variables.

    Args:
        rows: What holds the list of sets.
        field: The list's name.
        value: What a row calls its set: `ipSet` or `portSet`.
        path: The holder's path.
        context: What the service calls the place.
    """
    seen: set[str] = set()
    for index, row in enumerate(items(rows, field)):
        place = f"{path}.{field}[{index}]"
        key = known(row, "key") if is_a(row, dict) else None
        if key is None:
            continue
        if not _VARIABLE.fullmatch(key):
            yield NETWORK_FIREWALL.constraint(
                f"{place}.key",
                key,
                "satisfy regular expression pattern: ^[A-Za-z][A-Za-z0-9_]*$ (1 to 32)",
            )
        if key in seen:
            yield NETWORK_FIREWALL.problem(
                f"{place}.key",
                f"{context} has duplicate values, parameter: [{key}], context: {context}",
            )
        seen.add(key)
        definitions = mapping(row, value).get("definitions")
        if definitions == []:
            yield NETWORK_FIREWALL.problem(
                f"{place}.{value}.definitions",
                f"{key} cannot be null or empty, context: {context}.{key}",
            )
        for number, text in enumerate(items(mapping(row, value), "definitions")):
            if value == "ipSet" and isinstance(text, str) and not _is_network(text):
                yield NETWORK_FIREWALL.problem(
                    f"{place}.ipSet.definitions[{number}]",
                    f"{key} is invalid, parameter: [{text}], context: {context}.{key}",
                )


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text.removeprefix("!"), strict=False)
    except ValueError:
        return text.startswith("$")  # Another variable.
    return True


def sets(rows: Inputs, field: str, value: str) -> dict[str, Any]:
    """Named sets as the service's map: `{"HOME_NET": {"Definition": [...]}}`."""
    return {
        str(row["key"]): {"Definition": mapping(row, value).get("definitions", [])}
        for row in items(rows, field)
        if is_a(row, dict) and "key" in row
    }


def users_of(id_: str, records: Records) -> list[str]:
    """The policies, of this account or of Firewall Manager, that refer to a rule group."""
    own = [
        key
        for key, row in records.get(POLICY, {}).items()
        if id_ in {ref.get("resourceArn") for ref in _references(row)}
    ]
    managed = [
        key
        for key, row in records.get(MANAGER_POLICY, {}).items()
        if f'"{id_}"' in str(mapping(row, "securityServicePolicyData").get("managedServiceData"))
    ]
    return own + managed


def _references(policy: Record) -> list[dict[str, Any]]:
    return items(mapping(policy, "firewallPolicy"), "statefulRuleGroupReferences")
