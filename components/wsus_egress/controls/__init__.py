"""The controls: from a policy to a cloud's rules, and from the rules to what they admit.

Every control of either cloud has one shape, compile -> rules -> documents. A function
`compile_...` makes rules of the policy; the control says which flows its rules admit (`admits`,
`names`) and which part of the policy it is asked for (`asked`); `documents` are the resources that
deploy it, as plain data. `compile_target` makes every control of one target.

Imports `model`, `names` and `problems`, and nothing of a cloud's SDK. Inside, a module imports only
what stands before it in this order: rules, documents, control, compile, refusals.

For example `compile_target(environment, target)[-1].admits(flow)` is a `Ruling` with the verdict
`allow` and the rule `tls-443-*.example.com`.
"""

from __future__ import annotations

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Quota,
    Residue,
    Rule,
    Ruling,
    Verdict,
)
from wsus_egress.controls.compile import compile_target

__all__ = [
    "Assumption",
    "Bounds",
    "Control",
    "Document",
    "Quota",
    "Residue",
    "Rule",
    "Ruling",
    "Verdict",
    "compile_target",
]
