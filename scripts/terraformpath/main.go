// Command terraformpath prints the path of a Terraform CLI to use, and says on
// standard error how it got it. It takes, in this order: the program that
// TF_ACC_TERRAFORM_PATH names, terraform from PATH, a copy that it downloaded
// before, and else a fresh download into -dir, checked against HashiCorp's
// signature.
//
// With -opentofu it is an OpenTofu CLI: what TF_ACC_TERRAFORM_PATH names if that
// is one, tofu from PATH, a copy that it built before, and else one that it builds
// into -dir from the module that tools/tofu pins, which takes some minutes. The
// current folder must be the repository's.
//
// Usage: terraformpath [-opentofu] [-dir bin/tools] [-no-download].
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-version"
	hcproduct "github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

const downloadTimeout = 5 * time.Minute

// product is a CLI that can be looked for.
type product struct {
	// name is for people, binary the name of its program.
	name, binary string
	// oldest is the first version that will do, pinned what a machine without one
	// gets.
	oldest, pinned string
	// got says how the pinned one came.
	got string
	// namedMayDiffer says that TF_ACC_TERRAFORM_PATH may name another product.
	namedMayDiffer bool
}

var (
	// The oldest Terraform and OpenTofu with write-only attributes, which the
	// acceptance tests and examples need.
	terraform = product{name: "Terraform", binary: "terraform", oldest: "1.11.0", pinned: "1.14.9", got: "downloaded"}
	openTofu  = product{name: "OpenTofu", binary: "tofu", oldest: "1.11.0", pinned: "1.12.6", got: "built", namedMayDiffer: true}
)

// finder holds what the search depends on, so that tests can set it.
type finder struct {
	product

	named    string // from TF_ACC_TERRAFORM_PATH
	dir      string // for downloads
	lookPath func(string) (string, error)
	version  func(context.Context, string) (*version.Version, error)
	download func(context.Context, string) (string, error) // nil: not allowed
	log      io.Writer
}

func main() {
	tofu := flag.Bool("opentofu", false, "look for OpenTofu and not for Terraform")
	dir := flag.String("dir", filepath.Join("bin", "tools"), "folder for a CLI that is downloaded or built")
	noDownload := flag.Bool("no-download", false, "fail rather than download or build")
	flag.Parse()

	f := finder{
		product:  terraform,
		named:    os.Getenv("TF_ACC_TERRAFORM_PATH"),
		dir:      *dir,
		lookPath: exec.LookPath,
		download: download,
		log:      os.Stderr,
	}
	if *tofu {
		f.product, f.download = openTofu, build
	}
	f.version = f.ask
	if *noDownload {
		f.download = nil
	}
	path, err := f.find(context.Background())
	if err != nil {
		fmt.Fprintf(os.Stderr, "terraformpath: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(path)
}

// find returns the absolute path of the CLI.
func (f finder) find(ctx context.Context) (string, error) {
	// A CLI that somebody names is meant: if it is wrong, that is an error
	// and no reason to look elsewhere.
	if f.named != "" {
		err := f.check(ctx, f.named, "named by TF_ACC_TERRAFORM_PATH")
		if err == nil {
			return filepath.Abs(f.named)
		}
		err = fmt.Errorf("TF_ACC_TERRAFORM_PATH=%s: %w", f.named, err)
		if !f.namedMayDiffer || !errors.Is(err, errOther) {
			return "", err
		}
		fmt.Fprintf(f.log, "%s: looking elsewhere: %v\n", f.binary, err)
	}

	if path, err := f.lookPath(f.binary); err == nil {
		err := f.check(ctx, path, "found on PATH")
		if err == nil {
			return filepath.Abs(path)
		}
		fmt.Fprintf(f.log, "%s: %s from PATH is passed over: %v\n", f.binary, path, err)
	}

	dir, err := filepath.Abs(filepath.Join(f.dir, f.binary+"-"+f.pinned))
	if err != nil {
		return "", err
	}
	kept := filepath.Join(dir, f.binary)
	if _, err := os.Stat(kept); err == nil {
		if err := f.check(ctx, kept, f.got+" before"); err == nil {
			return kept, nil
		}
	}

	none := fmt.Errorf("no %s CLI of at least version %s found: put %s on PATH or name it in TF_ACC_TERRAFORM_PATH", f.name, f.oldest, f.binary)
	if f.download == nil {
		return "", none
	}
	fmt.Fprintf(f.log, "%s: %s will be %s into %s\n", f.binary, f.pinned, f.got, dir)
	path, err := f.download(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("%s %s could not be %s: %w; %w", f.name, f.pinned, f.got, err, none)
	}
	return path, f.check(ctx, path, f.got+" just now")
}

// check runs the CLI once and says what was found.
func (f finder) check(ctx context.Context, path, how string) error {
	v, err := f.version(ctx, path)
	if err != nil {
		return fmt.Errorf("asking it for its version: %w", err)
	}
	if v.Core().LessThan(version.Must(version.NewVersion(f.oldest))) {
		return fmt.Errorf("it is version %s, and %s is the oldest that will do", v, f.oldest)
	}
	fmt.Fprintf(f.log, "%s: %s, %s (%s)\n", f.binary, v, path, how)
	return nil
}

// errOther says that a program is not the CLI that is looked for.
var errOther = errors.New("it is another program")

// ask runs "version" and reads the answer.
func (f finder) ask(ctx context.Context, path string) (*version.Version, error) {
	out, err := exec.CommandContext(ctx, path, "version").Output()
	if err != nil {
		return nil, err
	}
	return f.parse(string(out))
}

// parse reads what a CLI answers: "Terraform v1.11.4", perhaps after a warning.
func (f finder) parse(out string) (*version.Version, error) {
	for line := range strings.Lines(out) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), f.name+" v"); ok {
			return version.NewVersion(v)
		}
	}
	return nil, fmt.Errorf("%w: it does not call itself %s", errOther, f.name)
}

// download fetches the pinned release into dir and returns the binary's path.
func download(ctx context.Context, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	release := &releases.ExactVersion{
		Product:    hcproduct.Terraform,
		Version:    version.Must(version.NewVersion(terraform.pinned)),
		InstallDir: dir,
		Timeout:    downloadTimeout,
	}
	return release.Install(ctx)
}

// build builds the OpenTofu that tools/tofu pins into dir and returns the
// binary's path. Without the flag it would call itself a prerelease.
func build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, openTofu.binary)
	cmd := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join("tools", "tofu"), "-trimpath", //nolint:gosec // All of it is ours.
		"-ldflags", "-s -w -X github.com/opentofu/opentofu/version.dev=no", "-o", path, "github.com/opentofu/opentofu/cmd/tofu")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return path, cmd.Run()
}
