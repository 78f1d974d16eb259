"""The command `new`: what an environment needs in a folder of its own, or in a project that is there.

For example `planned(Request(Path(), "prod", ("aws",)))` has the texts of `Pulumi.yaml`,
`Pulumi.prod.yaml`, `__main__.py` and `requirements.txt`, and refuses a folder where one would be lost.
"""
