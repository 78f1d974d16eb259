"""`aws.ec2.ManagedPrefixList`: CIDR blocks under one id."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, NamedKind, all_tags, arn, region, tag_problems
from providers.aws.registry import check_schema, properties, tags
from providers.aws.service import EC2
from providers.errors import Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known
from providers.store import Record, Records

PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
# Registry schema AWS::EC2::PrefixList (cfn-lint 1.58.0) and "Work with customer-managed prefix
# lists" (VPC user guide, read 2026-11): a list has at most 1,000 entries, of one family.
_MOST_ENTRIES: Final = 1000
_LONGEST_NAME: Final = 255
_REQUEST_ENTRIES: Final = 100
_SOURCE: Final = (
    "terraform-provider-aws internal/service/ec2/vpc_managed_prefix_list.go, commit 007fe43"
)


@written("family is ForceNew; name, size and entries change in place", _SOURCE, "2026-11")
@written(
    "a create has a token: one that is sent again makes nothing new",
    "botocore 1.44.5, ec2 CreateManagedPrefixList ClientToken",
    "2026-11-30",
)
class ManagedPrefixList(NamedKind):
    """A list whose entries a rule takes with it; a rule counts as the most it can ever hold."""

    token = True
    type_name = PREFIX_LIST
    inputs: ClassVar = {
        "addressFamily": str,
        "entries": list,
        "maxEntries": int,
        "name": str,
        "region": str,
        "tags": dict,
    }
    required: ClassVar = ("addressFamily", "maxEntries")
    replaced_by: ClassVar = frozenset({"addressFamily", "region"})
    sets: ClassVar = ("entries",)
    computed: ClassVar = ("arn", "ownerId", "region", "tagsAll", "version")

    @written(
        "names, families, and 1,000 entries at most",
        'VPC user guide, "Work with customer-managed prefix lists"; botocore 1.44.5, '
        "CreateManagedPrefixListRequest",
        "2026-11",
    )
    @believed("the wording of a bad name, family, size or number of entries")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what EC2 refuses in the inputs alone."""
        family = known(inputs, "addressFamily")
        if family is not None and family not in ("IPv4", "IPv6"):
            yield EC2.problem("addressFamily", f"Invalid address family: {family}. IPv4 or IPv6.")
        name = known(inputs, "name")
        if name is not None and (
            not 1 <= len(name) <= _LONGEST_NAME or name.startswith("com.amazonaws")
        ):
            yield EC2.problem(
                "name",
                f"Invalid prefix list name '{name}': 1 to {_LONGEST_NAME} characters, not "
                "beginning with com.amazonaws",
            )
        most = known(inputs, "maxEntries", int)
        if most is not None and not 1 <= most <= _MOST_ENTRIES:
            yield EC2.problem("maxEntries", f"maxEntries must be 1 to {_MOST_ENTRIES}, not {most}")
        elif most is not None and len(items(inputs, "entries")) > most:
            yield EC2.problem(
                "entries",
                f"{len(items(inputs, 'entries'))} entries, which is more than maxEntries ({most})",
            )
        yield from _entry_problems(inputs, family)
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`pl-` and 17 hexadecimal digits, as EC2 gives."""
        return f"pl-{secrets.token_hex(9)[:17]}"

    @written("a create sends every entry in one request", _SOURCE, "2026-11")
    @written(
        "an update sends the entries that come in one request, and those that go with them",
        _SOURCE,
        "2026-11",
    )
    @written(
        "a request with more than 100 entries is refused, and no list is made",
        "botocore 1.44.5, AddPrefixListEntries; terraform-provider-aws issue 35371",
        "2026-11",
    )
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the request's size and the registry schema; two lists may have one name."""
        held = records.get(PREFIX_LIST, {}).get(id_, {})
        old, new = _blocks(held), _blocks(inputs)
        operation = "ModifyManagedPrefixList" if held else "CreateManagedPrefixList"
        for changed in (new - old, old - new):
            if len(changed) > _REQUEST_ENTRIES:
                raise aws_error(
                    operation,
                    "InvalidParameterValue",
                    "The number of entries per request cannot exceeds limit (100)",
                )
        check_schema(
            operation,
            "AWS::EC2::PrefixList",
            {
                "PrefixListName": inputs.get("name"),
                "AddressFamily": inputs.get("addressFamily"),
                "MaxEntries": inputs.get("maxEntries"),
                "Entries": properties(items(inputs, "entries")),
                "Tags": tags(inputs),
            },
            region(inputs, session),
        )

    @believed("a list that a rule or a route names cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a rule or a route names it."""
        users = sorted(
            key
            for held in records.values()
            for key, row in held.items()
            if id_ in (row.get("prefixListId"), row.get("destinationPrefixListId"))
        )
        if users:
            raise aws_error(
                "DeleteManagedPrefixList",
                "DependencyViolation",
                f"resource {id_} has a dependent object: {', '.join(users)}",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that EC2 and the provider add."""
        return {
            "arn": arn("ec2", f"prefix-list/{id_}", inputs, session),
            "ownerId": ACCOUNT,
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
            "version": 1,
        }


def _blocks(inputs: Inputs) -> set[str]:
    rows = (row for row in items(inputs, "entries") if is_a(row, dict))
    return {str(row["cidr"]) for row in rows if "cidr" in row}


def found(id_: str, beside: Inputs, records: Records, session: Session) -> Record | None:
    """A prefix list of the stack's region, made by a stack or listed in `world.yaml`."""
    where = region(beside, session)
    made = records.get(PREFIX_LIST, {}).get(id_)
    if made is not None and region(made, session) == where:
        return made
    listed = session.world.prefix_lists.get((where, id_))
    if listed is None:
        return None
    return {
        "addressFamily": listed.get("family", "IPv4"),
        "maxEntries": listed.get("max_entries", 1),
    }


@believed("entries twice, of another family, or that are not networks, in these words")
def _entry_problems(inputs: Inputs, family: str | None) -> Problems:
    seen: dict[str, int] = {}
    for index, entry in enumerate(items(inputs, "entries")):
        cidr = known(entry, "cidr") if is_a(entry, dict) else None
        if cidr is None:
            continue
        path = f"entries[{index}].cidr"
        try:
            network = ipaddress.ip_network(cidr)
        except ValueError as error:
            yield EC2.problem(path, f"Invalid CIDR block {cidr}: {error}")
            continue
        if family in ("IPv4", "IPv6") and family != f"IPv{network.version}":
            yield EC2.problem(path, f"CIDR block {cidr} is not of the list's family, {family}")
        if str(network) in seen:
            yield EC2.problem(path, f"Duplicate entry {cidr}: entries[{seen[str(network)]}] has it")
        seen.setdefault(str(network), index)
