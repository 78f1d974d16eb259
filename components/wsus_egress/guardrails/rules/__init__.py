"""The guardrails, one a file; the file's name is the end of the guardrail's id.

Each judges the resources of a stack and returns findings, or says that it does not apply. Imports
`guardrails.model` and `readers`.

For example `nsg_widens` reports a network security group that lets a WSUS server out past the policy.
"""
