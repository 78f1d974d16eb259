"""Names of resources that exist already: AWS cannot rename them, and another name replaces them.

For example `existingNames: {rules-1: wsus-egress}` keeps a rule group that somebody made before. Without
a name here Pulumi makes one up, and does so again after an import: its bridge takes the old one only
where it made that itself (pulumi-terraform-bridge pkg/tfbridge/schema.go, applyDefaults and
extractSchemaInputsObject, commit 59de6c6, read 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from wsus_egress.model.base import by_key
from wsus_egress.problems import Problem, shortened

ExistingNames: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, str])]
"""By what a resource's name ends in here, such as `rules-1`, the name that it has in AWS."""


@dataclass(frozen=True, slots=True)
class NameForm:
    """The names that a service takes.

    Attributes:
        pattern: All of a name.
        made_of: What to write instead of another one.
    """

    pattern: re.Pattern[str]
    made_of: str


# ResourceName of Network Firewall, Name of Route 53 Resolver, ResourceName of Firewall Manager (botocore
# 1.44.5; of the last only the letters and digits that `\w` has, and the plain space).
FIREWALL_NAME: Final = NameForm(
    re.compile(r"[a-zA-Z0-9-]{1,128}"), "write 1 to 128 letters, digits and hyphens"
)
RESOLVER_NAME: Final = NameForm(
    re.compile(r"(?![0-9]+\Z)[a-zA-Z0-9\-_' ]{1,64}"),
    "write 1 to 64 letters, digits, hyphens, underscores, apostrophes and spaces, not digits alone",
)
MANAGER_NAME: Final = NameForm(
    re.compile(r"[\w .:/=+@-]{1,128}"), "write 1 to 128 letters, digits, spaces and _.:/=+-@"
)


def name_problems(
    names: ExistingNames, form: NameForm, others: Mapping[str, NameForm] | None = None
) -> Iterator[Problem]:
    """Names that AWS would refuse, so that no resource can have them.

    Args:
        names: The setting.
        form: What the service takes.
        others: What is taken for single resources instead.
    """
    for key, name in names:
        own = (others or {}).get(key, form)
        if not own.pattern.fullmatch(name):
            what = f"{shortened(name)!r} is not a name that {key} can have in AWS"
            yield Problem(None, ("existingNames", key), what, own.made_of)
