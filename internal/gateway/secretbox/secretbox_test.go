package secretbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
)

func newKey(t *testing.T) *secretbox.Key {
	t.Helper()
	key, err := secretbox.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	key, other := newKey(t), newKey(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		sealed, err := key.Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := key.Open(sealed)
		if err != nil || string(opened) != string(plain) {
			t.Fatalf("opened %d bytes of %d, error %v", len(opened), len(plain), err)
		}
		if _, err := other.Open(sealed); err == nil {
			t.Fatal("another key opens it")
		}
	})
	if _, err := key.Open("?"); err == nil {
		t.Error("garbage opens")
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "gateway.key")
	key := newKey(t)
	if err := key.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	read, err := secretbox.ReadKeyFile(path)
	if err != nil || read.Fingerprint() != key.Fingerprint() || read.HashBrought("x") != key.HashBrought("x") {
		t.Errorf("the key that was read is another one, error %v", err)
	}
	if err := newKey(t).WriteFile(path); err == nil {
		t.Error("an existing key was overwritten")
	}

	open := filepath.Join(dir, "open.key")
	empty := filepath.Join(dir, "empty.key")
	wrong := filepath.Join(dir, "wrong.key")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{open: string(data), empty: "# nothing\n", wrong: "AGE-SECRET-KEY-1PLANTED\n"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for file, tells := range map[string]string{
		filepath.Join(dir, "none.key"): "init", open: "chmod 600", empty: "AGE-SECRET-KEY-1", wrong: "AGE-SECRET-KEY-1",
	} {
		_, err := secretbox.ReadKeyFile(file)
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tells) || strings.Contains(err.Error(), "PLANTED") {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	key, other := newKey(t), newKey(t)
	made, brought := secretbox.NewSecret(), "a secret that somebody made up, long enough"
	for stored, secret := range map[string]string{secretbox.HashGenerated(made): made, key.HashBrought(brought): brought} {
		if !key.Matches(secret, stored) || key.Matches(secret+"x", stored) || key.Matches("", stored) {
			t.Errorf("matching %s is wrong", stored[:8])
		}
	}
	if other.Matches(brought, key.HashBrought(brought)) {
		t.Error("the hash of a brought secret does not depend on the key")
	}
}
