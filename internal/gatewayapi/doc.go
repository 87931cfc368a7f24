// Package gatewayapi is the HTTP contract of the gateway's management API under
// /gateway/v1: request and response bodies, and nothing else. The gateway makes
// its OpenAPI document from these types, the provider's client uses the same
// ones, so the two cannot drift apart.
//
// Conventions, which follow Personio's own v2 API:
//
//   - ids are UUID strings; times are RFC 3339 in UTC;
//   - a list answers [List]: _data, and _meta.links.next.href while there is
//     another page; query parameters limit (1 to 200, default 100), cursor
//     (opaque, only ever taken from a next link) and id (repeatable);
//   - errors are [Problem], application/problem+json;
//   - PATCH changes the members that are present and leaves the others;
//   - every object has a revision, which is also its ETag. It changes with the
//     configuration only, never with status or usage. A PATCH, DELETE or rotation
//     that sends If-Match with another revision gets 412;
//   - POST takes an Idempotency-Key: within 24 hours the same key gets the first
//     answer again, its secret included; the same key with another body gets 422;
//   - X-Request-Id is taken and echoed.
package gatewayapi

// Paths of the management API.
const (
	PathCustomIntegrations = "/gateway/v1/custom-integrations"
	PathAPICredentials     = "/gateway/v1/api-credentials"
	PathOpenAPI            = "/gateway/v1/openapi.json"
)

// Limits of lists.
const (
	DefaultLimit = 100
	MaxLimit     = 200
)

// HeaderIdempotencyKey and HeaderRequestID are the headers of the conventions
// above that net/http has no name for.
const (
	HeaderIdempotencyKey = "Idempotency-Key"
	HeaderRequestID      = "X-Request-Id"
)

// HeaderCompanyID is in the answer of POST /v2/auth/token: the id of the company at
// Personio that the gateway stands for, if its operator gave it one.
const HeaderCompanyID = "X-Gateway-Company-Id"

// List is one page of a collection.
type List[T any] struct {
	Data []T      `json:"_data" nullable:"false" doc:"The objects of this page, oldest first."`
	Meta ListMeta `json:"_meta" doc:"Links to this page and the next."`
}

// ListMeta holds the links of a page.
type ListMeta struct {
	Links Links `json:"links"`
}

// Links are the links of a page. Next is absent on the last page.
type Links struct {
	Self Link  `json:"self" doc:"This page."`
	Next *Link `json:"next,omitempty" doc:"The next page; absent on the last."`
}

// Link is a hyperlink, an absolute URL.
type Link struct {
	Href string `json:"href" format:"uri"`
}
