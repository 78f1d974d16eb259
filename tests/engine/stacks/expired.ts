import * as wsus from "@pulumi/wsus-egress";

// Whoever accepted this has not looked at it again.
new wsus.AwsWsusEgress("expired", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: { lists: ["wsus"], servers: [{ name: "wsus", addresses: ["10.20.0.10"] }] },
    accept: ["names", "nameless"].map((subject) => ({
        what: `aws/aws-security-group/wider/${subject}`,
        reason: "This network has no firewall yet",
        expires: "2020-12-31",
    })),
});
