"""What a release is known by: its version and the repository's address."""

VERSION = "0.1.0"
"""The version of the wheel and of the plugin, and of the tag, `vX.Y.Z`, that Pulumi fetches it by."""

PUBLISHER = "OWNER"
"""Who publishes the package. `OWNER` is a placeholder: a release is refused while it stands here."""

REPOSITORY = f"https://github.com/{PUBLISHER}/pulumi-wsus-egress"
"""Where the package is developed; other files that name the address must name this one."""
