import * as wsus from "@pulumi/wsus-egress";

const server = { name: "wsus", addresses: ["10.20.0.10"] };
new wsus.AwsWsusEgress("chosen", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    policy: {
        lists: ["wsus"],
        mode: "restricted",
        schemes: wsus.types.enums.PolicySchemes.AsListed,
        servers: [server],
        extraEndpoints: [{ pattern: "kms.example.com", schemes: ["https"], owner: "servers", reason: "Keys" }],
    },
    networkFirewall: { mode: "rules-only" },
});
