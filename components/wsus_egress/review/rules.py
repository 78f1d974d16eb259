"""The rules that are not the same on both sides of a change.

For example an application rule whose set gains `*.example.com` is a `RuleChange` that `gained` it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.controls import Control

_WORD: Final = re.compile(r"[^\s,()]+")
# Both texts of a rule that is no longer than a line are read faster than what differs in them.
_SHORT: Final = 100


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A control's rule that is not the same on both sides. `was` is the text of one that changed."""

    control: str
    id: str
    kind: Literal["added", "removed", "changed"]
    text: str
    was: str = ""

    @property
    def gained(self) -> tuple[str, ...]:
        """The words that only the new text has; empty where the two texts are short."""
        return _only(self.text, self.was) if self._is_long else ()

    @property
    def lost(self) -> tuple[str, ...]:
        """The words that only the old text has; empty where the two texts are short."""
        return _only(self.was, self.text) if self._is_long else ()

    @property
    def _is_long(self) -> bool:
        return bool(self.was) and max(len(self.text), len(self.was)) > _SHORT


def _only(text: str, other: str) -> tuple[str, ...]:
    return tuple((Counter(_WORD.findall(text)) - Counter(_WORD.findall(other))).elements())


def rule_changes(before: Sequence[Control], after: Sequence[Control]) -> tuple[RuleChange, ...]:
    """What comes, what goes and what differs, by control and rule id."""
    old = {(control.name, rule.id): rule for control in before for rule in control.rules}
    new = {(control.name, rule.id): rule for control in after for rule in control.rules}
    changes = [RuleChange(*key, "added", new[key].text) for key in new if key not in old]
    changes += [RuleChange(*key, "removed", old[key].text) for key in old if key not in new]
    changes += [
        RuleChange(*key, "changed", new[key].text, old[key].text)
        for key in new
        if key in old and old[key].text != new[key].text
    ]
    return tuple(sorted(changes, key=lambda change: (change.control, change.id)))
