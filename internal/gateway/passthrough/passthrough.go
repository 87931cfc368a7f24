// Package passthrough is the scoped reverse proxy to Personio: a client speaks
// Personio's API to the gateway, the gateway asks Personio with its own
// credential and answers with what the client may read.
package passthrough

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// Call tells what one call was, without a value of anybody.
type Call struct {
	// Endpoint is the pattern, for example "GET /v2/persons/{person_id}".
	Endpoint string
	Status   int
	// CredentialID and CustomIntegrationID tell who called; both are empty for a
	// call without a good token.
	CredentialID, CustomIntegrationID string
	// People is the number of persons in the answer, Dropped the number of
	// members that were left out of it.
	People, Dropped int
}

// Proxy passes Personio's endpoints on.
type Proxy struct {
	Tokens   *token.Service
	Upstream *upstream.Upstream
	Log      *slog.Logger
	// Observe is told of every call.
	Observe func(Call)

	documents documents
}

// Register adds a route for each endpoint of the table.
func (p *Proxy) Register(mux *http.ServeMux) {
	for _, e := range endpoints() {
		mux.HandleFunc(e.Method+" "+e.Pattern, func(w http.ResponseWriter, r *http.Request) {
			call := Call{Endpoint: e.Method + " " + e.Pattern}
			defer func() { p.Observe(call) }() // Also when the answer was cut off.
			p.serve(w, r, e, &call)
		})
	}
}

// upstreamTimeout bounds one call of Personio, waiting for a rate limit included.
const upstreamTimeout = time.Minute

// serve handles one call: authenticate, check the scope, narrow the request,
// ask Personio, filter the answer.
func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, e endpoint, call *Call) {
	principal, err := p.authenticate(r, e)
	if err != nil {
		refuse(w, r, call, httpapi.AuthProblem(r.Context(), p.Log, err))
		return
	}
	call.CredentialID, call.CustomIntegrationID = principal.CredentialID, principal.CustomIntegrationID
	if problem := e.permit(p, r, &principal); problem != nil {
		refuse(w, r, call, problem)
		return
	}
	query, problem := e.narrow(r.URL.Query(), &principal)
	if problem != nil {
		refuse(w, r, call, problem)
		return
	}
	header, written := forwardedHeader(r.Header), content{}
	if e.Read != nil {
		if written, problem = e.guard(w, r, &principal); problem != nil {
			refuse(w, r, call, problem)
			return
		}
		header.Set("Content-Type", written.contentType)
	}
	ctx, cancel := context.WithTimeout(r.Context(), upstreamTimeout)
	defer cancel()
	// A HEAD is asked as the GET that it is about, and answered without body.
	forward := p.Upstream.Forward
	if e.Recruiting {
		forward = p.Upstream.ForwardRecruiting
	}
	answer, err := forward(personio.WithCaller(ctx, principal.CredentialID), e.Method, r.URL.EscapedPath(), query, header, bodyReader(written.body))
	if err != nil {
		p.refuseUnreachable(w, r, call, err)
		return
	}
	defer func() { _ = answer.Body.Close() }() // Everything wanted was read.
	copyHeader(w.Header(), answer.Header)
	if strings.HasPrefix(e.Pattern, "/v1/") && !e.Recruiting {
		// As Personio does: clients from the time of single-use tokens look for
		// their next token here.
		w.Header().Set("Authorization", r.Header.Get("Authorization"))
	}
	p.answer(w, r, e, call, &principal, answer)
}

// authenticate finds out who calls: by an access token, or by the static token of
// recruiting, neither of which opens what the other one does.
func (p *Proxy) authenticate(r *http.Request, e endpoint) (token.Principal, error) {
	if e.Recruiting {
		return p.Tokens.AuthenticateRecruiting(r, p.Upstream.RecruitingCompanyID())
	}
	return p.Tokens.Authenticate(r)
}

// permit checks what needs no body: scopes, the attribute that the answer is, and
// what the path names.
func (e endpoint) permit(p *Proxy, r *http.Request, principal *token.Principal) *gatewayapi.Problem {
	for _, scope := range e.Scopes {
		if !principal.Scopes.Has(scope) {
			return forbidden(e.Denied, "The credential needs the scope %s for this endpoint.", scope)
		}
	}
	if e.Attribute != "" && !principal.MayRead(e.Attribute) {
		return forbidden(e.Denied, "This is the attribute %s, which this credential may not read. Add it to the readable attributes of its custom integration.", e.Attribute)
	}
	if e.Check == nil {
		return nil
	}
	return e.Check(p, r, principal)
}

// answer passes on what Personio said, as far as it may be.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request, e endpoint, call *Call, principal *token.Principal, answer *http.Response) {
	switch status := answer.StatusCode; {
	case e.Answer.filter == nil && isRedirect(answer):
		// A file may be kept elsewhere, under an address that opens only it.
		call.Status, call.People = status, 1
		w.Header().Set("Location", answer.Header.Get("Location"))
		w.WriteHeader(status)
	case status < http.StatusOK || status > http.StatusNoContent:
		p.relayError(w, r, call, answer)
	case status == http.StatusNoContent || e.Method != http.MethodGet && answer.ContentLength == 0:
		call.Status = status
		w.WriteHeader(status)
	case e.Answer.filter == nil && encoded(answer.Header):
		p.Log.WarnContext(r.Context(), "refused a file of Personio", "endpoint", call.Endpoint, "content_encoding", answer.Header.Get("Content-Encoding"))
		refuse(w, r, call, unreadable())
	case e.Answer.filter == nil:
		p.relayFile(w, r, call, answer)
	default:
		p.relay(w, r, e, call, principal, answer)
	}
}

// isRedirect reports whether an answer points to another address.
func isRedirect(answer *http.Response) bool {
	location, err := answer.Location()
	return err == nil && location.Scheme == "https" && answer.StatusCode >= http.StatusMultipleChoices && answer.StatusCode < http.StatusBadRequest
}

// relayFile passes on a file, which is all of what was asked for.
func (p *Proxy) relayFile(w http.ResponseWriter, r *http.Request, call *Call, answer *http.Response) {
	call.Status, call.People = answer.StatusCode, 1
	header := w.Header()
	for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Length"} {
		if value := answer.Header.Get(name); value != "" {
			header.Set(name, value)
		}
	}
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(w, answer.Body); err != nil {
		p.Log.WarnContext(r.Context(), "cut a file off", "endpoint", call.Endpoint, "error", err)
		panic(http.ErrAbortHandler) // The one way to end a body without its end.
	}
}

// relay streams the filtered body of a good answer.
func (p *Proxy) relay(w http.ResponseWriter, r *http.Request, e endpoint, call *Call, principal *token.Principal, answer *http.Response) {
	out := &heldWriter{w: w, status: answer.StatusCode}
	f := newFilter(out, answer.Body)
	f.allow, f.principal, f.documents = principal.MayRead, principal, &p.documents
	f.keyOfUniversalID = func(universalID string) string { return p.keyOfUniversalID(r.Context(), universalID) }
	f.link = linkRewriter(r, p.Upstream.BaseURL())
	err := isJSON(answer)
	if err == nil {
		err = e.Answer.filter(f)
	}
	if err == nil {
		err = atEnd(f.dec)
	}
	call.People, call.Dropped, call.Status = f.people, f.dropped, answer.StatusCode
	if err == nil {
		err = out.flush()
	}
	switch {
	case err == nil:
	case out.sent:
		p.Log.WarnContext(r.Context(), "cut an answer off", "endpoint", call.Endpoint, "error", err)
		call.Status = http.StatusBadGateway
		panic(http.ErrAbortHandler) // The one way to end a body without its end.
	default:
		p.Log.WarnContext(r.Context(), "refused an answer of Personio", "endpoint", call.Endpoint, "error", describe(err))
		refuse(w, r, call, unreadable())
	}
}

// unreadable is the answer for an answer of Personio that is none.
func unreadable() *gatewayapi.Problem {
	return httpapi.Problem(http.StatusBadGateway, gatewayapi.KindBadGateway,
		"Personio's answer could not be read as what this endpoint answers with, so nothing of it was passed on.", nil)
}

// describe words a decoder's error without the input that it may quote.
func describe(err error) string {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Sprintf("malformed JSON at byte %d", syntactic.ByteOffset)
	}
	return err.Error()
}

func isJSON(answer *http.Response) error {
	if encoded(answer.Header) {
		return fmt.Errorf("the content encoding is %q", answer.Header.Get("Content-Encoding"))
	}
	if t, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); t != "application/json" && !strings.HasSuffix(t, "+json") {
		return fmt.Errorf("the content type is %q", t)
	}
	return nil
}

// atEnd makes sure that nothing follows the body's one value.
func atEnd(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("something follows the end of the body"), err)
	}
	return nil
}

func (p *Proxy) keyOfUniversalID(ctx context.Context, universalID string) string {
	if universalID == "" {
		return ""
	}
	rights, err := p.Upstream.Rights(ctx)
	if err != nil {
		return ""
	}
	return rights.KeyOfUniversalID(universalID)
}

// linkRewriter turns links to Personio's API into links to the gateway, under
// the address by which the client reached it.
func linkRewriter(r *http.Request, upstreamURL *url.URL) func(string) string {
	public := httpapi.PublicURL(r)
	base := strings.TrimSuffix(public.Path, r.URL.Path)
	return func(link string) string {
		u, err := url.Parse(link)
		if err != nil || u.Host == "" {
			return link
		}
		if !strings.EqualFold(u.Host, upstreamURL.Host) && !strings.EqualFold(u.Hostname(), "api.personio.de") {
			return link
		}
		u.Scheme, u.Host, u.Path = public.Scheme, public.Host, base+strings.TrimPrefix(u.Path, upstreamURL.Path)
		return u.String()
	}
}

// heldBytes is how much of an answer is held back, so that a body that turns out
// to be broken early is answered with an error rather than with half of it.
const heldBytes = 32 << 10

// heldWriter holds back the start of a body.
type heldWriter struct {
	w      http.ResponseWriter
	status int
	held   []byte
	sent   bool
}

func (h *heldWriter) Write(data []byte) (int, error) {
	if h.sent {
		return h.w.Write(data)
	}
	h.held = append(h.held, data...)
	if len(h.held) < heldBytes {
		return len(data), nil
	}
	return len(data), h.flush()
}

// flush sends what was held back.
func (h *heldWriter) flush() error {
	if h.sent {
		return nil
	}
	h.sent = true
	h.w.Header().Set("Content-Type", "application/json")
	h.w.Header().Set("Cache-Control", "no-store")
	h.w.WriteHeader(h.status)
	_, err := h.w.Write(h.held)
	h.held = nil
	return err
}

// isTimeout reports whether Personio took too long.
func isTimeout(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout()
}
