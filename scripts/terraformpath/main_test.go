package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
)

func TestFind(t *testing.T) {
	t.Parallel()

	kept := filepath.Join("terraform-"+terraform.pinned, "terraform")
	keptTofu := filepath.Join("tofu-"+openTofu.pinned, "tofu")
	tests := map[string]struct {
		tofu     bool
		named    string
		onPath   string
		kept     bool
		offline  bool
		versions map[string]string // by path; a path that is absent is broken
		want     string
		wantErr  string
		wantLog  string
	}{
		"named wins over PATH": {
			named: "/n/terraform", onPath: "/p/terraform",
			versions: map[string]string{"/n/terraform": "1.12.0", "/p/terraform": "1.13.0"},
			want:     "/n/terraform", wantLog: "named by TF_ACC_TERRAFORM_PATH",
		},
		"a broken named one is an error though PATH has one": {
			named: "/n/terraform", onPath: "/p/terraform",
			versions: map[string]string{"/p/terraform": "1.13.0"},
			wantErr:  "TF_ACC_TERRAFORM_PATH=/n/terraform",
		},
		"an old named one is an error that names both versions": {
			named: "/n/terraform", versions: map[string]string{"/n/terraform": "1.5.7"},
			wantErr: "version 1.5.7, and " + terraform.oldest,
		},
		"PATH": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.11.0"},
			want: "/p/terraform", wantLog: "found on PATH",
		},
		"an old one on PATH is passed over": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.5.7", "fresh": terraform.pinned},
			want: "fresh", wantLog: "passed over",
		},
		"a pre-release counts as its release": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.11.0-rc1"},
			want: "/p/terraform",
		},
		"kept from an earlier download": {
			kept: true, versions: map[string]string{kept: terraform.pinned},
			want: kept, wantLog: "downloaded before",
		},
		"nothing there: downloaded": {
			versions: map[string]string{"fresh": terraform.pinned},
			want:     "fresh", wantLog: "downloaded just now",
		},
		"nothing there and no way out": {
			offline: true, wantErr: "TF_ACC_TERRAFORM_PATH",
		},
		"OpenTofu: named": {
			tofu: true, named: "/n/tofu", onPath: "/p/tofu", versions: map[string]string{"/n/tofu": "1.12.0", "/p/tofu": "1.13.0"},
			want: "/n/tofu", wantLog: "tofu: 1.12.0, /n/tofu (named by TF_ACC_TERRAFORM_PATH)",
		},
		"OpenTofu: what is named is a Terraform": {
			tofu: true, named: "/n/other", onPath: "/p/tofu", versions: map[string]string{"/n/other": "other", "/p/tofu": "1.13.0"},
			want: "/p/tofu", wantLog: "looking elsewhere: TF_ACC_TERRAFORM_PATH=/n/other",
		},
		"OpenTofu: what is named is broken": {
			tofu: true, named: "/n/tofu", onPath: "/p/tofu", versions: map[string]string{"/p/tofu": "1.13.0"},
			wantErr: "TF_ACC_TERRAFORM_PATH=/n/tofu",
		},
		"Terraform: what is named is an OpenTofu": {
			named: "/n/other", onPath: "/p/terraform", versions: map[string]string{"/n/other": "other", "/p/terraform": "1.13.0"},
			wantErr: "another program",
		},
		"OpenTofu: kept from an earlier build": {
			tofu: true, kept: true, versions: map[string]string{keptTofu: openTofu.pinned},
			want: keptTofu, wantLog: "built before",
		},
		"OpenTofu: nothing there: built": {
			tofu: true, versions: map[string]string{"fresh": openTofu.pinned},
			want: "fresh", wantLog: "built just now",
		},
		"OpenTofu: nothing there and it cannot be built": {
			tofu: true, offline: true, wantErr: "no OpenTofu CLI of at least version",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			if tt.kept {
				writeFile(t, filepath.Join(dir, kept))
				writeFile(t, filepath.Join(dir, keptTofu))
			}
			var log bytes.Buffer
			f := finder{
				product: terraform,
				named:   tt.named,
				dir:     dir,
				log:     &log,
				lookPath: func(string) (string, error) {
					if tt.onPath == "" {
						return "", errors.New("not found")
					}
					return tt.onPath, nil
				},
				version: func(_ context.Context, path string) (*version.Version, error) {
					path = strings.TrimPrefix(path, dir+string(filepath.Separator))
					switch v := tt.versions[path]; v {
					case "":
						return nil, errors.New("cannot run")
					case "other":
						return nil, errOther
					default:
						return version.NewVersion(v)
					}
				},
				download: func(context.Context, string) (string, error) { return "fresh", nil },
			}
			if tt.tofu {
				f.product = openTofu
			}
			if tt.offline {
				f.download = func(context.Context, string) (string, error) { return "", errors.New("no network") }
			}

			got, err := f.find(t.Context())
			got = strings.TrimPrefix(got, dir+string(filepath.Separator))
			switch {
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)):
				t.Errorf("error = %v, want one with %q", err, tt.wantErr)
			case tt.wantErr == "" && (err != nil || got != tt.want):
				t.Errorf("find() = %q, %v, want %q", got, err, tt.want)
			}
			if !strings.Contains(log.String(), tt.wantLog) {
				t.Errorf("log = %q, want %q in it", log.String(), tt.wantLog)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()

	for answer, want := range map[string]map[string]string{
		"Terraform v1.11.4\non linux_amd64\n":                                                    {"Terraform": "1.11.4"},
		"\nWarning: Unable to open CLI configuration file\n\nOpenTofu v1.12.6\non linux_amd64\n": {"OpenTofu": "1.12.6"},
		"GNU bash, version 5.2\n":                                                                {},
	} {
		for _, p := range []product{terraform, openTofu} {
			got, err := finder{product: p}.parse(answer)
			switch v, ok := want[p.name]; {
			case ok && (err != nil || got.String() != v):
				t.Errorf("%s: %q is %v, %v", p.name, answer, got, err)
			case !ok && !errors.Is(err, errOther):
				t.Errorf("%s: %q is %v, %v", p.name, answer, got, err)
			}
		}
	}
}

// TestPin holds the version that is looked for to the one that would be built.
func TestPin(t *testing.T) {
	t.Parallel()

	mod, err := os.ReadFile(filepath.Join("..", "..", "tools", "tofu", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "github.com/opentofu/opentofu v" + openTofu.pinned + " "; !strings.Contains(string(mod), want) {
		t.Errorf("tools/tofu/go.mod does not pin %q", want)
	}
}

func writeFile(t *testing.T, path string) {
	t.Helper()

	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
