// Command pulumi-resource-rancher2 is the Pulumi resource plugin rancher2.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"drover.dev/sandbox/rancher2"
)

// Written by the command generate.
//
//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main(rancher2.Name, rancher2.Version, rancher2.Provider(), schema)
}
