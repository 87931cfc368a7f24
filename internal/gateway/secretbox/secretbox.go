// Package secretbox encrypts what the gateway must be able to read back, and
// keys the hashes of secrets that users brought. Both come from one key file.
package secretbox

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
)

// Key is the gateway's key: an age X25519 identity.
type Key struct {
	identity *age.X25519Identity
	hmacKey  []byte
}

// NewKey makes a fresh key.
func NewKey() (*Key, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("generating an encryption key: %w", err)
	}
	return fromIdentity(identity)
}

// ReadKeyFile reads a key file: one AGE-SECRET-KEY-1 line, comments allowed, the
// form that age-keygen writes. A file that others may read is refused.
func ReadKeyFile(path string) (*Key, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the key file %s does not exist: run personio-gateway init, or point --key-file at the key this database was made with", path)
	case err != nil:
		return nil, fmt.Errorf("reading the key file: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("the key file %s is readable by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	key, err := ParseKey(string(data))
	if err != nil {
		return nil, fmt.Errorf("the key file %s holds no key: %w", path, err)
	}
	return key, nil
}

// ParseKey reads a key from the text of a key file. No error repeats the text.
func ParseKey(text string) (*Key, error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		identity, err := age.ParseX25519Identity(line)
		if err != nil {
			return nil, errors.New("expected one line that starts with AGE-SECRET-KEY-1")
		}
		return fromIdentity(identity)
	}
	return nil, errors.New("expected one line that starts with AGE-SECRET-KEY-1, found none")
}

func fromIdentity(identity *age.X25519Identity) (*Key, error) {
	hmacKey, err := hkdf.Key(sha256.New, []byte(identity.String()), nil, "personio-gateway client secrets", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving the hash key: %w", err)
	}
	return &Key{identity: identity, hmacKey: hmacKey}, nil
}

// WriteFile writes the key to a new file that only its owner may read. An
// existing file is never overwritten: what it encrypted would be lost.
func (k *Key) WriteFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	_, err = fmt.Fprintf(f, "# personio-gateway encryption key; public part %s\n%s\n", k.Fingerprint(), k.identity)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the key file %s: %w", path, err)
	}
	return nil
}

// Fingerprint names the key without revealing it: its public part.
func (k *Key) Fingerprint() string { return k.identity.Recipient().String() }

// Seal encrypts plaintext; the result is text.
func (k *Key) Seal(plaintext []byte) (string, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, k.identity.Recipient())
	if err != nil {
		return "", fmt.Errorf("encrypting: %w", err)
	}
	if _, err := w.Write(plaintext); err != nil {
		return "", fmt.Errorf("encrypting: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("encrypting: %w", err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// Open decrypts what Seal made.
func (k *Key) Open(sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	r, err := age.Decrypt(bytes.NewReader(raw), k.identity)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	plaintext, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	return plaintext, nil
}

// MAC is the keyed hash (HMAC-SHA-256) of a secret that a user chose. A plain
// hash would do for 256 random bits, not for what a person may have made up.
func (k *Key) MAC(secret string) []byte {
	mac := hmac.New(sha256.New, k.hmacKey)
	mac.Write([]byte(secret))
	return mac.Sum(nil)
}
