"""What `audit` prints as JSON: one type for each object, of which the JSON Schema is made too."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

Version = Literal[1]
Line = Annotated[int, Field(ge=1)]
Fidelity = Literal["exact", "wider", "narrower", "both", "unknown"]


class AuditedControl(TypedDict):
    """One control on its own: of one that sees no names, its ports and addresses."""

    control: str
    fidelity: Fidelity
    resources: list[str]


class AuditedDeviation(TypedDict):
    """A flow that is admitted and not listed, or listed and denied, and the rule that decides."""

    kind: Literal["wider", "narrower"]
    witness: str
    control: str
    rule: str
    file: str
    line: Line
    patterns: list[str]


class AuditUnread(TypedDict):
    """Something that could not be read, and which deviations it could hide."""

    what: str
    file: str
    line: Line
    could_hide: list[Literal["wider", "narrower"]]


class AuditAssumption(TypedDict):
    """Something taken for granted: that no file says."""

    id: str
    state: Literal["assumed", "confirmed", "contradicted"]


class AuditedTarget(TypedDict):
    """What the rules of one cloud do for one source."""

    cloud: Literal["aws", "azure", "any"]
    source: str
    alternative: str
    fidelity: Fidelity
    controls: list[AuditedControl]
    deviations: list[AuditedDeviation]
    unread: list[AuditUnread]
    assumptions: list[AuditAssumption]


class AuditedFile(TypedDict):
    """A file, and what it was recognised as."""

    file: str
    format: str


class UnusableFile(TypedDict):
    """A file that is none of the formats, or broken."""

    file: str
    what: str


class AuditReport(TypedDict):
    """What `wsus-egress audit --format json` prints."""

    version: Version
    against: str
    files: list[AuditedFile]
    unusable: list[UnusableFile]
    targets: list[AuditedTarget]
