"""EC2: security groups, prefix lists and routes."""
