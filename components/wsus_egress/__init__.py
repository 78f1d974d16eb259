"""WSUS egress: one endpoint list, enforced on AWS and Azure, and proved."""
