package gatewayapi

import "time"

// PathAccessLog is the route of the access log.
const PathAccessLog = "/gateway/v1/access-log"

// AccessLogEntry is one call of Personio's API through the gateway. It holds no
// value of anybody.
type AccessLogEntry struct {
	ID                  string    `json:"id" format:"uuid"`
	At                  time.Time `json:"at"`
	CredentialID        string    `json:"credential_id" doc:"The API credential or management credential that was used; it may be gone by now."`
	CustomIntegrationID string    `json:"custom_integration_id,omitempty" doc:"Empty for a management credential."`
	Endpoint            string    `json:"endpoint" doc:"Method and pattern, for example GET /v2/persons/{person_id}."`
	Status              int       `json:"status" doc:"HTTP status of the answer; 499 if the client went away."`
	People              int       `json:"people" doc:"Number of people in the answer."`
}
