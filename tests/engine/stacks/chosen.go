package main

import (
	wsusegress "github.com/OWNER/pulumi-wsus-egress/sdk/go/wsus-egress"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := wsusegress.NewAwsWsusEgress(ctx, "chosen", &wsusegress.AwsWsusEgressArgs{
			VpcId: pulumi.String("vpc-0a1b2c3d4e5f60718"),
			Policy: wsusegress.PolicyArgs{
				Lists:   []string{"wsus"},
				Mode:    pulumi.StringRef("restricted"),
				Schemes: pulumi.StringRef(string(wsusegress.PolicySchemesAsListed)),
				Servers: []wsusegress.ServerArgs{{Name: "wsus", Addresses: []string{"10.20.0.10"}}},
				ExtraEndpoints: []wsusegress.ExtraEndpointArgs{{
					Pattern: "kms.example.com", Schemes: []string{"https"}, Owner: "servers", Reason: "Keys",
				}},
			},
			NetworkFirewall: &wsusegress.NetworkFirewallArgs{Mode: pulumi.StringRef("rules-only")},
		})
		return err
	})
}
