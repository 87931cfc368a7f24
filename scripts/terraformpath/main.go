// Command terraformpath prints the path of a Terraform CLI to use, and says on
// standard error how it got it. It takes, in this order: the program that
// TF_ACC_TERRAFORM_PATH names, terraform from PATH, a copy that it downloaded
// before, and else a fresh download into -dir, checked against HashiCorp's
// signature.
//
// Usage: terraformpath [-dir bin/tools] [-no-download].
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
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

const (
	// oldest is the first CLI with write-only attributes, which the
	// acceptance tests and examples need.
	oldest = "1.11.0"
	// pinned is what a machine without Terraform gets.
	pinned = "1.14.9"

	downloadTimeout = 5 * time.Minute
)

// errNone says that no usable CLI is there and none may be downloaded.
var errNone = errors.New("no Terraform CLI of at least version " + oldest +
	" found: put terraform on PATH or name it in TF_ACC_TERRAFORM_PATH")

// finder holds what the search depends on, so that tests can set it.
type finder struct {
	named    string // from TF_ACC_TERRAFORM_PATH
	dir      string // for downloads
	lookPath func(string) (string, error)
	version  func(context.Context, string) (*version.Version, error)
	download func(context.Context, string) (string, error) // nil: not allowed
	log      io.Writer
}

func main() {
	dir := flag.String("dir", filepath.Join("bin", "tools"), "folder for a downloaded CLI")
	noDownload := flag.Bool("no-download", false, "fail rather than download")
	flag.Parse()

	f := finder{
		named:    os.Getenv("TF_ACC_TERRAFORM_PATH"),
		dir:      *dir,
		lookPath: exec.LookPath,
		version:  product.Terraform.GetVersion,
		download: download,
		log:      os.Stderr,
	}
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
		if err := f.check(ctx, f.named, "named by TF_ACC_TERRAFORM_PATH"); err != nil {
			return "", fmt.Errorf("TF_ACC_TERRAFORM_PATH=%s: %w", f.named, err)
		}
		return filepath.Abs(f.named)
	}

	if path, err := f.lookPath("terraform"); err == nil {
		err := f.check(ctx, path, "found on PATH")
		if err == nil {
			return filepath.Abs(path)
		}
		fmt.Fprintf(f.log, "terraform: %s from PATH is passed over: %v\n", path, err)
	}

	dir, err := filepath.Abs(filepath.Join(f.dir, "terraform-"+pinned))
	if err != nil {
		return "", err
	}
	kept := filepath.Join(dir, product.Terraform.BinaryName())
	if _, err := os.Stat(kept); err == nil {
		if err := f.check(ctx, kept, "downloaded before"); err == nil {
			return kept, nil
		}
	}

	if f.download == nil {
		return "", errNone
	}
	fmt.Fprintf(f.log, "terraform: downloading %s to %s\n", pinned, dir)
	path, err := f.download(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("downloading Terraform %s: %w; %w", pinned, err, errNone)
	}
	return path, f.check(ctx, path, "downloaded by hc-install")
}

// check runs the CLI once and says what was found.
func (f finder) check(ctx context.Context, path, how string) error {
	v, err := f.version(ctx, path)
	if err != nil {
		return fmt.Errorf("asking it for its version: %w", err)
	}
	if v.Core().LessThan(version.Must(version.NewVersion(oldest))) {
		return fmt.Errorf("it is version %s, and %s is the oldest that will do", v, oldest)
	}
	fmt.Fprintf(f.log, "terraform: %s, %s (%s)\n", v, path, how)
	return nil
}

// download fetches the pinned release into dir and returns the binary's path.
func download(ctx context.Context, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	release := &releases.ExactVersion{
		Product:    product.Terraform,
		Version:    version.Must(version.NewVersion(pinned)),
		InstallDir: dir,
		Timeout:    downloadTimeout,
	}
	return release.Install(ctx)
}
