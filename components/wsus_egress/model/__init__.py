"""What is allowed, and where: frozen values, no files and no clouds.

A policy says which flows may go out; an environment adds the targets to enforce it on. Imports
`names` and `problems` only.

For example `policy.decide(flow)` says whether a flow is allowed, and which endpoint decides.
"""
