// Package rancher2 describes the Pulumi provider rancher2: Rancher's own Terraform provider behind Pulumi's Terraform bridge.
package rancher2

import (
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
	upstream "github.com/rancher/terraform-provider-rancher2/rancher2"
)

// Name is the plugin's and the package's name, as in npm's @pulumi/rancher2.
const Name = "rancher2"

// Version is the version of npm's @pulumi/rancher2 whose tokens and properties this provider answers to.
const Version = "13.0.0"

// Provider returns the bridged provider's description. What is secret follows from upstream's Sensitive fields.
func Provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              shimv1.NewProvider(upstream.Provider().(*schema.Provider)),
		Name:           Name,
		DisplayName:    "Rancher2",
		Description:    "Rancher's Terraform provider rancher2, bridged to Pulumi.",
		License:        "Apache-2.0",
		GitHubOrg:      "rancher",
		Version:        Version,
		ResourcePrefix: "rancher2",
		// There is no documentation here; looking for upstream's would call the go command and warn.
		UpstreamRepoPath: ".",
	}
	info.MustComputeTokens(tokens.SingleModule("rancher2_", "index", tokens.MakeStandard(Name)))
	// As in npm's package: a name may be left out, and replacing what has a name of its own deletes it first.
	info.SetAutonaming(255, "-")
	return info
}
