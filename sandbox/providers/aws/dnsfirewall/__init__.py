"""Route 53 Resolver DNS Firewall: domain lists, rule groups, rules, associations, fail mode."""
