import * as wsus from "@pulumi/wsus-egress";

const args = {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    dnsFirewall: {},
    networkFirewall: {},
    policy: { lists: ["wsus"], servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
};

const first = new wsus.AwsWsusEgress("first", args);
new wsus.AwsWsusEgress("second", args, { dependsOn: [first] });
