"""The policy pack; Pulumi runs this folder."""

from pathlib import Path

from pulumi_policy import PolicyPack

from wsus_egress.guardrails.pack import policies

PolicyPack("wsus-egress", policies=policies(Path(__file__).parent))
