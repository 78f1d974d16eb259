import * as wsus from "@pulumi/wsus-egress";

// What the types forbid, and a program without them could send.
new wsus.AwsWsusEgress("misspelt", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: { lists: ["wsus"], colour: "red", servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
} as any);
