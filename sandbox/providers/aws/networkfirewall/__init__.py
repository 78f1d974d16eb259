"""AWS Network Firewall: rule groups, policies, firewalls, their logging and sharing."""
