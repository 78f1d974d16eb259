"""AWS controls: security groups, Network Firewall, DNS Firewall.

Each compiles a policy to rules, says which flows they admit, and writes them as documents of the
provider. Imports `controls` and what is below it.

For example the pattern `*.example.com` for https becomes one Suricata rule on `tls.sni`.
"""
