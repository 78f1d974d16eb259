"""Readers of Azure resources: network security groups, firewall policies, and where servers are.

For example `nsgs.judged_nsgs` gives every network security group with its rules, whether they stand
inside it or are resources of their own. Imports `readers` and what is below it.
"""
