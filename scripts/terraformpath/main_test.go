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
	"github.com/hashicorp/hc-install/product"
)

func TestFind(t *testing.T) {
	t.Parallel()

	kept := filepath.Join("terraform-"+pinned, product.Terraform.BinaryName())
	tests := map[string]struct {
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
			wantErr: "version 1.5.7, and " + oldest,
		},
		"PATH": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.11.0"},
			want: "/p/terraform", wantLog: "found on PATH",
		},
		"an old one on PATH is passed over": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.5.7", "fresh": pinned},
			want: "fresh", wantLog: "passed over",
		},
		"a pre-release counts as its release": {
			onPath: "/p/terraform", versions: map[string]string{"/p/terraform": "1.11.0-rc1"},
			want: "/p/terraform",
		},
		"kept from an earlier download": {
			kept: true, versions: map[string]string{kept: pinned},
			want: kept, wantLog: "downloaded before",
		},
		"nothing there: downloaded": {
			versions: map[string]string{"fresh": pinned},
			want:     "fresh", wantLog: "downloaded by hc-install",
		},
		"nothing there and no way out": {
			offline: true, wantErr: "TF_ACC_TERRAFORM_PATH",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			if tt.kept {
				writeFile(t, filepath.Join(dir, kept))
			}
			var log bytes.Buffer
			f := finder{
				named: tt.named,
				dir:   dir,
				log:   &log,
				lookPath: func(string) (string, error) {
					if tt.onPath == "" {
						return "", errors.New("not found")
					}
					return tt.onPath, nil
				},
				version: func(_ context.Context, path string) (*version.Version, error) {
					path = strings.TrimPrefix(path, dir+string(filepath.Separator))
					if v, ok := tt.versions[path]; ok {
						return version.NewVersion(v)
					}
					return nil, errors.New("cannot run")
				},
				download: func(context.Context, string) (string, error) { return "fresh", nil },
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

func writeFile(t *testing.T, path string) {
	t.Helper()

	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
