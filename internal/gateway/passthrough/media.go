package passthrough

import (
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// bodyType is the Content-Type of a write as Personio gets it, "" if none is
// given: for JSON and forms without parameters, since those may mean something
// to one reader alone. A body that another reader could decode in another way
// than the guard does is refused with 415: compressed, in another charset than
// UTF-8, or with two types.
func bodyType(header http.Header) (string, *gatewayapi.Problem) {
	unsupported := func(format string, args ...any) (string, *gatewayapi.Problem) {
		return "", httpapi.Problem(http.StatusUnsupportedMediaType, gatewayapi.KindBadRequest, "Nothing was passed on: "+fmt.Sprintf(format, args...), nil)
	}
	if encoded(header) {
		return unsupported("the body has a Content-Encoding. Send it as it is.")
	}
	types := header.Values("Content-Type")
	if len(types) == 0 {
		return "", nil
	}
	mediaType, parameters, err := mime.ParseMediaType(types[0])
	if err != nil || len(types) > 1 {
		return unsupported("the request needs one well-formed Content-Type.")
	}
	if charset, given := parameters["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return unsupported("the charset must be UTF-8.")
	}
	if mediaType == typeJSON || mediaType == typeForm {
		return mediaType, nil
	}
	return types[0], nil
}

// encoded reports whether a body is said to be compressed or the like.
func encoded(header http.Header) bool {
	for _, coding := range header.Values("Content-Encoding") {
		if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
			return true
		}
	}
	return false
}
