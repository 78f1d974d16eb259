import * as pulumi from "@pulumi/pulumi";
import * as wsus from "@pulumi/wsus-egress";

const policy = (address: any) => ({
    lists: ["wsus"],
    servers: [{ name: "wsus", addresses: [address] }],
});

// A structure that is not known before the deployment, though the types forbid it.
new wsus.AwsWsusEgress("unknown", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: policy(pulumi.secret("10.20.0.10")) as any,
});
