import * as pulumi from "@pulumi/pulumi";
import * as wsus from "@pulumi/wsus-egress";

// The provider of another region: without the AWS package, which this stack does not need.
class Aws extends pulumi.ProviderResource {
    constructor(name: string, region: string) {
        super("aws", name, { region });
    }
}

new wsus.AwsWsusEgress(
    "region",
    {
        vpcId: "vpc-0a1b2c3d4e5f60718",
        networkFirewall: {},
        policy: { lists: ["wsus"], servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
    },
    { providers: [new Aws("us", "us-east-1")] },
);
