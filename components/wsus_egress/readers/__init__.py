"""Other people's resources, read back as controls that can be proved.

A stack holds resources that this package did not write. A reader turns them into the same controls
as `controls` compiles, with bounds where a value is not known yet. Imports `proof` and what is
below it; the guardrails use it.

For example `aws.network_firewall.judged_policies(resources, context)` gives every firewall policy of
a stack with the rules that were read from its rule groups.
"""
