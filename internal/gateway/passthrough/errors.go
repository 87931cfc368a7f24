package passthrough

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// maxErrorBody bounds the error body of Personio that is passed on.
const maxErrorBody = 64 << 10

// refuse answers with an error, in the shape of the API version that was called.
func refuse(w http.ResponseWriter, r *http.Request, call *Call, p *gatewayapi.Problem) {
	call.Status = p.Status
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		httpapi.WriteProblem(w, p)
		return
	}
	body := map[string]any{"success": false, "error": map[string]any{"code": p.Status, "message": fmt.Sprintf("%s (trace id %s)", p.Error(), p.TraceID)}}
	if strings.HasPrefix(r.URL.Path, "/v1/recruiting/") {
		body = map[string]any{"errors": []any{map[string]string{
			"id": p.TraceID, "status": strconv.Itoa(p.Status), "title": http.StatusText(p.Status), "detail": p.Error(),
		}}}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(body) // A client that went away reads no error.
}

// refuseUnreachable answers for a Personio that could not be asked.
func (p *Proxy) refuseUnreachable(w http.ResponseWriter, r *http.Request, call *Call, err error) {
	if r.Context().Err() != nil {
		call.Status = 499 // The client went away; nobody reads an answer.
		return
	}
	problem := httpapi.Problem(http.StatusBadGateway, gatewayapi.KindBadGateway, "The gateway could not ask Personio. Its log has the reason under this trace id.", nil)
	switch {
	case personio.IsHeldBack(err):
		problem = httpapi.Problem(http.StatusTooManyRequests, gatewayapi.KindTooManyRequests,
			fmt.Sprintf("The gateway keeps to Personio's rate limits, and this call's turn would not have come within %s. Try again later.", upstreamTimeout), nil)
	case isTimeout(err):
		problem = httpapi.Problem(http.StatusGatewayTimeout, gatewayapi.KindGatewayTimeout, "Personio did not answer in time.", nil)
	}
	p.Log.ErrorContext(r.Context(), "asking Personio failed", "endpoint", call.Endpoint, "trace_id", problem.TraceID, "error", err)
	refuse(w, r, call, problem)
}

// relayError passes on Personio's error. A refusal of the gateway's own
// credential is no fault of the client, and is told as the gateway's.
func (p *Proxy) relayError(w http.ResponseWriter, r *http.Request, call *Call, answer *http.Response) {
	status := answer.StatusCode
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		problem := httpapi.Problem(http.StatusBadGateway, gatewayapi.KindBadGateway, fmt.Sprintf(
			"Personio refused the gateway's own credential with status %d: it lacks the right for this endpoint, or was revoked. Its operator must mend it.", status), nil)
		p.Log.ErrorContext(r.Context(), "Personio refused the upstream credential", "endpoint", call.Endpoint, "status", status, "trace_id", problem.TraceID)
		refuse(w, r, call, problem)
		return
	case status >= http.StatusInternalServerError || status < http.StatusBadRequest:
		refuse(w, r, call, upstreamDown(status))
		return
	}
	body, err := errorBody(answer)
	if err != nil {
		kind := gatewayapi.KindBadRequest
		if status == http.StatusTooManyRequests {
			kind = gatewayapi.KindTooManyRequests
		}
		refuse(w, r, call, httpapi.Problem(status, kind, fmt.Sprintf("Personio answered with status %d and no readable reason.", status), nil))
		return
	}
	call.Status = status
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // A client that went away reads no error.
}

// errorMembers are the members of error bodies, those of all of Personio's
// services: v1, v2, and those with a shape of their own.
var errorMembers = []string{
	"success", "error", "errors", "code", "status", "title", "detail", "details", "message", "type", "_meta",
	"personio_trace_id", "trace_id", "timestamp",
}

// errorBody reads an error body and leaves out what does not belong to one, such
// as a copy of the object that the error is about.
func errorBody(answer *http.Response) (*bytes.Buffer, error) {
	var out bytes.Buffer
	f := newFilter(&out, io.LimitReader(answer.Body, maxErrorBody))
	err := isJSON(answer)
	if err == nil {
		err = f.object(func(name string) error { return f.keepIf(slices.Contains(errorMembers, name), name) })
	}
	if err == nil {
		err = atEnd(f.dec)
	}
	return &out, err
}

// upstreamDown is the answer for a Personio that is in trouble.
func upstreamDown(status int) *gatewayapi.Problem {
	const detail = "Personio answered with status %d. Try again later."
	switch status {
	case http.StatusServiceUnavailable:
		return httpapi.Problem(status, gatewayapi.KindUnavailable, fmt.Sprintf(detail, status), nil)
	case http.StatusGatewayTimeout:
		return httpapi.Problem(status, gatewayapi.KindGatewayTimeout, fmt.Sprintf(detail, status), nil)
	}
	return httpapi.Problem(http.StatusBadGateway, gatewayapi.KindBadGateway, fmt.Sprintf(detail, status), nil)
}
