package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var webhookLimits = [2]int{100, 200}

const maxCustomHeaders = 3

func webhookFilters() filters[records.Webhook] {
	return filters[records.Webhook]{
		"status": enumerated(func(h *records.Webhook) string { return h.Status }, records.WebhookEnabled, records.WebhookDisabled),
		"enabled_events": func(values []string) (func(*records.Webhook) bool, error) {
			wanted := splitList(values)
			return func(h *records.Webhook) bool {
				return slices.ContainsFunc(wanted, func(event string) bool { return slices.Contains(h.EnabledEvents, event) })
			}, nil
		},
	}
}

func (s *Sandbox) listWebhooks(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, webhookLimits, webhookFilters(), s.records.Webhooks.All(), webhookObject)
}

func (s *Sandbox) getWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	h, ok := s.records.Webhooks.Find(r.PathValue("id"))
	showRow(w, h, ok, webhookObject)
}

// webhookObject shows a webhook without what it shows to the receiver: token
// and custom headers can be written only.
func webhookObject(h *records.Webhook) any {
	return map[string]any{
		"id": h.ID, "url": h.URL, "description": h.Description, "enabled_events": h.EnabledEvents, "status": h.Status, "auth_type": h.AuthType,
	}
}

type webhookBody struct {
	URL           optional[string]            `json:"url"`
	Description   optional[string]            `json:"description"`
	EnabledEvents optional[[]string]          `json:"enabled_events"`
	Status        optional[string]            `json:"status"`
	AuthType      optional[string]            `json:"auth_type"`
	Token         optional[string]            `json:"token"`
	CustomHeaders optional[map[string]string] `json:"custom_headers"`
}

func (s *Sandbox) createWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body webhookBody
	if !readBody(w, r, &body) {
		return
	}
	made, err := s.records.Webhooks.Add(func(rows []records.Webhook) (records.Webhook, error) {
		h := records.Webhook{ID: uuid.NewString(), Status: records.WebhookDisabled, AuthType: records.WebhookAuthToken}
		if body.URL.value == nil || body.Description.value == nil || body.EnabledEvents.value == nil {
			return h, errors.New("url, description and enabled_events are required")
		}
		return h, body.apply(&h, rows)
	})
	if err != nil {
		refused(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", webhookObject(&made))
}

func (s *Sandbox) updateWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	id := r.PathValue("id")
	if _, ok := s.records.Webhooks.Find(id); !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	var body webhookBody
	if !readBody(w, r, &body) {
		return
	}
	var after records.Webhook
	err := s.records.Webhooks.Change(id, func(h *records.Webhook, rows []records.Webhook) error {
		if err := body.apply(h, rows); err != nil {
			return err
		}
		after = *h
		return nil
	})
	if err != nil {
		refused(w, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", webhookObject(&after))
}

func (s *Sandbox) deleteWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	if err := s.records.Webhooks.Remove(r.PathValue("id")); err != nil {
		refused(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *webhookBody) apply(h *records.Webhook, rows []records.Webhook) error {
	for _, text := range []struct {
		field  *optional[string]
		target *string
	}{{&b.URL, &h.URL}, {&b.Description, &h.Description}, {&b.Status, &h.Status}, {&b.AuthType, &h.AuthType}, {&b.Token, &h.Token}} {
		if text.field.given {
			*text.target = text.field.get()
		}
	}
	if b.EnabledEvents.given {
		h.EnabledEvents = b.EnabledEvents.get()
	}
	if b.CustomHeaders.given {
		h.CustomHeaders = b.CustomHeaders.get()
	}
	if err := checkWebhook(h); err != nil {
		return err
	}
	for i := range rows {
		if rows[i].ID != h.ID && rows[i].URL == h.URL {
			return conflictError("another webhook has the url")
		}
	}
	return nil
}

func checkWebhook(h *records.Webhook) error {
	if !slices.Contains([]string{records.WebhookEnabled, records.WebhookDisabled}, h.Status) {
		return fmt.Errorf("status %q does not exist", h.Status)
	}
	if len(h.EnabledEvents) == 0 {
		return errors.New("enabled_events is empty")
	}
	for _, event := range h.EnabledEvents {
		if !slices.Contains(records.Events(), event) {
			return fmt.Errorf("event %q does not exist", event)
		}
	}
	if target, err := url.Parse(h.URL); err != nil || target.Scheme != "https" || !strings.Contains(target.Hostname(), ".") {
		return ruleError("url is not an HTTPS URL with a host name")
	}
	switch h.AuthType {
	case records.WebhookAuthNone:
		h.Token, h.CustomHeaders = "", nil
	case records.WebhookAuthToken:
		if h.Token == "" {
			return ruleError("token is required with auth_type TOKEN")
		}
		h.CustomHeaders = nil
	case records.WebhookAuthCustom:
		h.Token = ""
		return checkCustomHeaders(h.CustomHeaders)
	default:
		return fmt.Errorf("auth_type %q does not exist", h.AuthType)
	}
	return nil
}

// bannedHeaders are the beginnings that a custom header must not have.
var bannedHeaders = []string{"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "content-type"}

var headerName = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

func checkCustomHeaders(headers map[string]string) error {
	if len(headers) == 0 || len(headers) > maxCustomHeaders {
		return ruleError(fmt.Sprintf("auth_type CUSTOM takes one to %d custom_headers", maxCustomHeaders))
	}
	for name, value := range headers {
		banned := slices.ContainsFunc(bannedHeaders, func(prefix string) bool { return strings.HasPrefix(strings.ToLower(name), prefix) })
		if banned || !headerName.MatchString(name) || strings.ContainsFunc(value, unicode.IsControl) {
			return ruleError(fmt.Sprintf("custom header %q is not allowed", name))
		}
	}
	return nil
}
