"""Readers of AWS resources: security groups, Network Firewall, DNS Firewall, and where servers are.

For example `suricata_lines.read_line` turns one line of Suricata text into what it passes at least
and at most. Imports `readers` and what is below it.
"""
