"""Beyond one account: Resource Access Manager and Firewall Manager."""
