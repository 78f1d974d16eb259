"""Azure controls: firewall rules, network security groups, route tables.

Each compiles a policy to rules, says which flows they admit, and writes them as documents of the
provider. Imports `controls` and what is below it.

For example the pattern `*.example.com` becomes a target FQDN of an application rule.
"""
