"""Which acceptances name nothing: neither a way in which rules could deviate, nor an assumption.

For example `aws/network-firewall/default-route/rtb-1`, where no rule rests on that table's routes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from wsus_egress.controls import Control
from wsus_egress.model.environment import Environment
from wsus_egress.problems import Problem
from wsus_egress.proof.proof import SUBJECTS

_DEVIATION: Final = re.compile(
    rf"(aws|azure)/\1-[a-z-]+/(wider|narrower)/({'|'.join(sorted(SUBJECTS))})"
)
_SHOWN: Final = 6


def of_nothing(environment: Environment, controls: Iterable[Control]) -> Iterator[Problem]:
    """Acceptances of assumptions that are not made, and of what cannot be an id.

    A deviation that could occur and does not is not a mistake: somebody may just have closed it.

    Args:
        environment: Whose acceptances they are.
        controls: Of all its targets.
    """
    made = {each.id for control in controls for each in control.assumptions}
    for index, entry in enumerate(environment.accept):
        if entry.what not in made and not _DEVIATION.fullmatch(entry.what):
            what = f"{entry.what!r} is neither assumed here nor a deviation"
            keys = ("accept", index, "what")
            yield Problem(entry.location, keys, what, _instead(entry.what, sorted(made)))


def _instead(what: str, made: list[str]) -> str:
    close = difflib.get_close_matches(what, made, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not made:
        return "remove it: nothing is assumed here"
    more = f" and {len(made) - _SHOWN} more" if len(made) > _SHOWN else ""
    return f"remove it; what is assumed here is {', '.join(made[:_SHOWN])}{more}"
