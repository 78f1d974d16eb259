"""Stand-ins for the `aws` and `azure-native` Pulumi providers: for trying and testing, no cloud.

Nothing here talks to AWS or Azure. A stand-in answers the Pulumi engine as the provider of the same
name does, refuses what the cloud is known to refuse, and keeps what it accepted in one JSON file a
cloud (`$WSUS_EGRESS_SANDBOX_CLOUD`, by default `.sandbox/cloud/` in the checkout). Editing that file
is the out-of-band change that `pulumi refresh` finds. `sandbox/world.yaml` says what exists already.

A resource type is one subclass of `kind.Kind`, listed in its cloud's `KINDS`. Three things judge it:
its own rules (in every `Check`, so also in a preview), and before anything is stored the vendor's
model (cfn-lint's registry schemas, azure-mgmt-network) and, for EC2, moto. Those are imported only
then: a preview and an `up` that changes nothing start without them. The rules of a Network Firewall
rule group are judged by Suricata itself, also in a preview.

An answer has the service's own words where somebody has measured them, and the comment says who;
elsewhere the condition is documented and the wording is the stand-in's.

Left out on purpose: outputs that other resources change (a policy's list of groups, a security
group's list of rules) and anything that takes time, costs money or needs a permission.
"""
