"""The command line `wsus-egress`, one module an output format."""
