import * as pulumi from "@pulumi/pulumi";
import * as wsus from "@pulumi/wsus-egress";

const first = new wsus.AwsWsusEgress("first", {
    vpcId: pulumi.secret("vpc-0a1b2c3d4e5f60718"),
    policy: {
        lists: ["wsus"],
        servers: [{ name: "wsus", addresses: ["10.20.0.10"], synchronizationPorts: { http: 8600, https: 8601 } }],
        clients: [{ name: "clients", addresses: ["10.20.1.0/24"], updatesFrom: "wsus" }],
    },
    dnsFirewall: { priority: 250 },
    accept: ["aws/aws-security-group/wider/nameless", "aws/aws-dns-firewall/wider/sources"].map((what) => ({
        what,
        reason: "This network has no firewall yet",
        expires: "2099-12-31",
    })),
});
export const securityGroupIds = first.securityGroupIds;
