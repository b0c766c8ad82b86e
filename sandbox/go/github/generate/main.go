// Command generate writes the Pulumi schema that the plugin embeds.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"

	"drover.dev/sandbox/github"
)

// quiet drops warnings: there is one for each resource, that this build goes without upstream's documentation.
type quiet struct{ diag.Sink }

func (quiet) Warningf(*diag.Diag, ...any) {}

func main() {
	sink := quiet{diag.DefaultSink(os.Stdout, os.Stderr, diag.FormatOptions{Color: colors.Never})}
	spec, err := tfgen.GenerateSchema(github.Provider(), sink)
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("cmd", "pulumi-resource-github", "schema.json"), text, 0o644); err != nil {
		log.Fatal(err)
	}
}
