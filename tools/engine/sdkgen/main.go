// Writes the SDK of a Pulumi package from its schema.
//
//	sdkgen LANGUAGE SCHEMA.json FOLDER
//
// `pulumi package gen-sdk` asks the language host for this, and the hosts that can be built here are
// too old to answer. It calls the same generators.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blang/semver"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

var languages = map[string]schema.Language{
	"go": gogen.Importer, "nodejs": nodejs.Importer, "python": python.Importer,
}

const tool = "wsus-egress sdkgen"

// The package refers to no other one's types: whoever asks for one has found a mistake in the schema.
type noOthers struct{}

func (noOthers) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	return nil, fmt.Errorf("the schema refers to the package %s", name)
}

func (noOthers) LoadPackageV2(_ context.Context, d *schema.PackageDescriptor) (*schema.Package, error) {
	return nil, fmt.Errorf("the schema refers to the package %s", d.Name)
}

func generate(language, schemaFile string) (map[string][]byte, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}
	pkg, err := schema.ImportSpec(spec, languages, noOthers{}, schema.ValidationOptions{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}
	switch language {
	case "go":
		return gogen.GeneratePackage(tool, pkg, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, true, nil)
	case "python":
		return python.GeneratePackage(tool, pkg, nil, nil)
	}
	return nil, fmt.Errorf("this tool does not write %q: choose go, nodejs or python", language)
}

func run(arguments []string) error {
	if len(arguments) != 3 {
		return fmt.Errorf("usage: sdkgen go|nodejs|python SCHEMA.json FOLDER")
	}
	files, err := generate(arguments[0], arguments[1])
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(arguments[2], name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
