import * as wsus from "@pulumi/wsus-egress";

// Security groups see ports, and nothing here sees names.
new wsus.AwsWsusEgress("blind", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: { lists: ["wsus"], servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
});
