"""Readers of AWS resources: security groups, Network Firewall, DNS Firewall, and where servers are.

For example `network_firewall.judged_policies` gives each firewall policy with its rules as terms.
Imports `readers` and what is below it.
"""
