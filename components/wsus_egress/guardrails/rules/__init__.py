"""The guardrails, one a file, each exported as `GUARDRAIL`.

Each judges the resources of a stack: it returns findings, or says that the stack has nothing to look
at. Imports `guardrails.findings`, `guardrails.model` and `readers`.

For example `nsg_widens` reports a network security group that lets a WSUS server out past the policy.
"""
