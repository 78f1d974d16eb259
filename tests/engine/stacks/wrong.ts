import * as wsus from "@pulumi/wsus-egress";

// Each of these is a wrong type that a program without types could send.
new wsus.AwsWsusEgress("wrong", {
    vpcId: 17 as any,
    policy: {
        lists: "wsus" as any,
        servers: [{ name: "wsus", addresses: ["10.20.0.10"], synchronizationPorts: { http: 8530.5 } }],
    },
});
