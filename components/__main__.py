"""The components as a Pulumi plugin; Pulumi runs this folder."""

from wsus_egress.plugin import serve

if __name__ == "__main__":
    serve()
