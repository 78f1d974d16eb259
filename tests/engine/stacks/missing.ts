import * as wsus from "@pulumi/wsus-egress";

new wsus.AwsWsusEgress("missing", {
    policy: { lists: ["wsus"], servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
} as any);
