"""The version: of the wheel, of the plugin and of the tag, `vX.Y.Z`, that Pulumi fetches it by."""

VERSION = "0.1.0"
