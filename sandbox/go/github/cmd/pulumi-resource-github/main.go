// Command pulumi-resource-github is the Pulumi resource plugin github.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"drover.dev/sandbox/github"
)

// Written by the command generate.
//
//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main(github.Name, github.Version, github.Provider(), schema)
}
