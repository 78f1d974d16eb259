"""Readers: other people's resources, read back as the rules and controls that can be proved.

A stack holds resources that this package did not write. A reader turns them into the same controls
that `controls` compiles, and says of each rule what it is at least and at most where a value is not
known yet. Readers know no proof and no guardrail: `review.widenings` proves what they read. They
import `controls`, `model` and `names`.

For example `aws.network_firewall.judged_policies(resources, environment)` gives every firewall policy
of a stack with the rules that were read from its rule groups.
"""
