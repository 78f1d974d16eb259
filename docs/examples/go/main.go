package main

import (
	wsusegress "github.com/OWNER/pulumi-wsus-egress/sdk/go/wsus-egress"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		egress, err := wsusegress.NewAwsWsusEgress(ctx, "wsus", &wsusegress.AwsWsusEgressArgs{
			VpcId: pulumi.String("vpc-0a1b2c3d4e5f60718"),
			Policy: wsusegress.PolicyArgs{
				Lists:   []string{"wsus"},
				Servers: []wsusegress.ServerArgs{{Name: "wsus", Addresses: []string{"10.20.0.10"}}},
			},
			NetworkFirewall: &wsusegress.NetworkFirewallArgs{},
		})
		if err != nil {
			return err
		}
		ctx.Export("securityGroupIds", egress.SecurityGroupIds)
		return nil
	})
}
