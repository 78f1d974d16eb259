"""One thing that was seen of what is taken for granted: in a cloud by a lookup, or in somebody's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was seen.

    Attributes:
        key: The id of the assumption that it is about.
        text: What it is, a clause.
        against: Whether it speaks against the assumption.
    """

    key: str
    text: str
    against: bool = False

    def __str__(self) -> str:
        """As a line of the log."""
        return f"{self.key}: seen{', against it' if self.against else ''}: {self.text}"
