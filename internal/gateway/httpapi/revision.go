package httpapi

import (
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

// ETag is the entity tag of a revision (RFC 9110, section 8.8.3).
func ETag(revision string) string { return `"` + revision + `"` }

// Revision is the text form of a revision.
func Revision(n int64) string { return strconv.FormatInt(n, 10) }

// CheckRevision compares an If-Match header with the revision of an object: an
// empty header or "*" matches, otherwise one of its tags must.
func CheckRevision(ifMatch string, revision int64) error {
	if ifMatch == "" || strings.TrimSpace(ifMatch) == "*" {
		return nil
	}
	want := ETag(Revision(revision))
	for tag := range strings.SplitSeq(ifMatch, ",") {
		if strings.TrimSpace(tag) == want {
			return nil
		}
	}
	return store.ErrRevisionMismatch
}
