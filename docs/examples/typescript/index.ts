import * as wsus from "@pulumi/wsus-egress";

const egress = new wsus.AwsWsusEgress("wsus", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: {
        lists: ["wsus"],
        servers: [{ name: "wsus", addresses: ["10.20.0.10"] }],
    },
    networkFirewall: {},
});

export const securityGroupIds = egress.securityGroupIds;
