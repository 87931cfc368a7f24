package secretbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// The two forms of a stored secret.
const (
	prefixHash = "sha256:"
	prefixMAC  = "hmac-sha256:"
)

// NewSecret makes a client secret or access token as Personio's look: "papi-"
// and 256 random bits.
func NewSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // Never fails since Go 1.24.
	return "papi-" + base64.RawURLEncoding.EncodeToString(raw)
}

// HashGenerated is the stored form of a secret that NewSecret made.
func HashGenerated(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return prefixHash + hex.EncodeToString(sum[:])
}

// HashBrought is the stored form of a secret that a user brought.
func (k *Key) HashBrought(secret string) string {
	return prefixMAC + hex.EncodeToString(k.MAC(secret))
}

// Matches reports, in constant time, whether secret has the stored form.
func (k *Key) Matches(secret, stored string) bool {
	candidate := HashGenerated(secret)
	if strings.HasPrefix(stored, prefixMAC) {
		candidate = k.HashBrought(secret)
	}
	return subtle.ConstantTimeCompare([]byte(candidate), []byte(stored)) == 1
}
