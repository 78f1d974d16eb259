"""Other people's rules as chains of terms that the audit can prove.

`picture.pictures` takes the resources that `readers.formats` has read, and gives for a source the
controls that its flows meet, each as a `Chain`: terms in the order in which the cloud takes them,
and what becomes of the rest. Imports `readers.formats`, `controls`, `model` and `names`.

For example a security group with TCP 443 to 0.0.0.0/0 is a `Chain` with one term that allows, and
every other flow is denied.
"""
