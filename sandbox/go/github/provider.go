// Package github describes the Pulumi provider github: GitHub's own Terraform provider behind Pulumi's Terraform bridge.
package github

import (
	upstream "github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	pulumitokens "github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Name is the plugin's and the package's name, as in npm's @pulumi/github.
const Name = "github"

// Version is the version of npm's @pulumi/github whose tokens and properties this provider answers to.
const Version = "6.15.0"

// upstreamVersion is what the Terraform provider calls itself in its requests' user agent.
const upstreamVersion = "6.13.0"

// Provider returns the bridged provider's description. What is secret follows from upstream's Sensitive fields, and from here for the token.
func Provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(upstream.NewProvider(upstreamVersion, "none")()),
		Name:           Name,
		DisplayName:    "GitHub",
		Description:    "GitHub's Terraform provider github, bridged to Pulumi.",
		License:        "Apache-2.0",
		GitHubOrg:      "integrations",
		Version:        Version,
		ResourcePrefix: "github",
		// There is no documentation here; looking for upstream's would call the go command and warn.
		UpstreamRepoPath: ".",
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"GITHUB_BASE_URL"},
				Value:   "https://api.github.com/",
			}},
			"token": {
				Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}},
				Secret:  tfbridge.True(),
			},
		},
		Resources:   resources(),
		DataSources: dataSources(),
		// As the official plugin is built: previews and diffs come out the same only with the same settings.
		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
		EnableRawStateDelta:            true,
	}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard(Name)))
	// As in npm's package: a name may be left out, and replacing what has a name of its own deletes it first.
	info.SetAutonaming(255, "-")
	return info
}

// resources returns what the official plugin has otherwise than follows from upstream's schema
// (https://github.com/pulumi/pulumi-github/blob/v6.15.0/provider/resources.go).
func resources() map[string]*tfbridge.ResourceInfo {
	overrides := map[string]*tfbridge.ResourceInfo{
		// Upstream allows one element; npm's package keeps the list that it was before.
		"github_repository_environment": {
			Fields: map[string]*tfbridge.SchemaInfo{"reviewers": {MaxItemsOne: tfbridge.False()}},
		},
	}
	for _, name := range []string{
		"github_actions_environment_secret",
		"github_repository_autolink_reference",
		"github_repository_collaborator",
		"github_repository_deploy_key",
	} {
		overrides[name] = &tfbridge.ResourceInfo{DeleteBeforeReplace: true}
	}
	for _, name := range []string{
		"github_actions_organization_secret",
		"github_codespaces_organization_secret",
		"github_dependabot_organization_secret",
	} {
		overrides[name] = &tfbridge.ResourceInfo{
			Fields: map[string]*tfbridge.SchemaInfo{"selected_repository_ids": {ForceNew: tfbridge.True()}},
		}
	}
	return overrides
}

// dataSources returns the functions whose names in npm's package do not follow from upstream's.
func dataSources() map[string]*tfbridge.DataSourceInfo {
	return map[string]*tfbridge.DataSourceInfo{
		"github_app": {Tok: pulumitokens.ModuleMember(Name + ":index/getGithubApp:getGithubApp")},
	}
}
