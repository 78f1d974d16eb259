"""Guardrails: rules for any stack, so that nothing in it widens the policy of its WSUS servers.

Each guardrail judges a whole stack, whoever wrote it, and `pack` publishes all of them as a Pulumi
policy pack. Imports `readers`, `review.widenings` and what is below them; only `pack` imports Pulumi.

For example `rules.nsg_ingress.GUARDRAIL.judge(resources, context)` gives a finding for each rule of
a network security group that lets the Internet reach a WSUS server.
"""
