"""What a target's rules admit, compared with the policy, path by path.

Flows that no rule and no clause of the policy can tell apart form a class, and one flow of each is
looked at; sets of names are compared exactly. Imports `controls`, `model` and `names`.

For example `prove(environment, target, controls, today).fidelity` is `exact` where the rules admit
the policy's flows, no more and no less; every deviation carries a flow that shows it.
"""
