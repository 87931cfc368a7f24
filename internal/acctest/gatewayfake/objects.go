package gatewayfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// list answers with a page of the objects, by their ids alone: other filters are
// recorded and not applied. A cursor is the number of objects before the page.
func list[T any](s *Server, c *collection[T]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		page := gatewayapi.List[T]{Data: []T{}}
		page.Meta.Links.Self.Href = s.URL + r.URL.RequestURI()
		query := r.URL.Query()
		ids := query["id"]
		for _, o := range c.objects {
			if len(ids) == 0 || slices.Contains(ids, c.id(o)) {
				page.Data = append(page.Data, *o)
			}
		}
		before, _ := strconv.Atoi(query.Get("cursor"))
		limit, _ := strconv.Atoi(query.Get("limit"))
		page.Data = page.Data[min(before, len(page.Data)):]
		if limit > 0 && limit < len(page.Data) {
			page.Data = page.Data[:limit]
			query.Set("cursor", strconv.Itoa(before+limit))
			page.Meta.Links.Next = &gatewayapi.Link{Href: s.URL + r.URL.Path + "?" + query.Encode()}
		}
		reply(w, http.StatusOK, page)
	}
}

func get[T any](s *Server, c *collection[T]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if o := c.find(r.PathValue("id")); o != nil {
			reply(w, http.StatusOK, o)
			return
		}
		notFound(w)
	}
}

func remove[T any](s *Server, c *collection[T]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		id := r.PathValue("id")
		if c.find(id) == nil {
			notFound(w)
			return
		}
		c.remove(id)
		w.WriteHeader(http.StatusNoContent)
	}
}

func notFound(w http.ResponseWriter) {
	refuse(w, Finding(http.StatusNotFound, gatewayapi.KindNotFound, "Not found", "There is no object with this id.", nil))
}

// change decodes the body and gives the object of the route, if its revision is
// the one that the caller knows. The caller holds the lock.
func change[T any](w http.ResponseWriter, r *http.Request, c *collection[T], revision func(*T) string, body any) *T {
	o := c.find(r.PathValue("id"))
	if o == nil {
		notFound(w)
		return nil
	}
	if want := strings.Trim(r.Header.Get("If-Match"), `"`); want != "" && want != revision(o) {
		refuse(w, Finding(http.StatusPreconditionFailed, gatewayapi.KindRevisionMismatch, "Changed meanwhile", "The object has another revision.", nil))
		return nil
	}
	if !decode(w, r, body) {
		return nil
	}
	return o
}

func decode(w http.ResponseWriter, r *http.Request, body any) bool {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(body); err != nil {
		refuse(w, Finding(http.StatusBadRequest, gatewayapi.KindBadRequest, "Bad request", err.Error(), nil))
		return false
	}
	return true
}

func (s *Server) addIntegration(o gatewayapi.CustomIntegration) *gatewayapi.CustomIntegration {
	o.ID, o.Revision = s.uuid(), s.next("revision")
	o.CreatedAt, o.UpdatedAt = now(), now()
	o.Status = gatewayapi.IntegrationPending
	if s.dropDescriptions {
		o.Description, o.ReportIDs, o.DocumentCategoryIDs = "", nil, nil
	}
	o.Scopes = list0(o.Scopes)
	o.ReadableAttributes, o.WritableAttributes = list0(o.ReadableAttributes), list0(o.WritableAttributes)
	o.ReportIDs, o.DocumentCategoryIDs = list0(o.ReportIDs), list0(o.DocumentCategoryIDs)
	o.UnavailableScopes, o.UnavailableAttributes = list0(o.UnavailableScopes), list0(o.UnavailableAttributes)
	s.integrations.objects = append(s.integrations.objects, &o)
	return &o
}

func (s *Server) createIntegration(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.CustomIntegrationCreate
	if !decode(w, r, &body) {
		return
	}
	for _, o := range s.integrations.objects {
		if o.Name == body.Name {
			refuse(w, Finding(http.StatusConflict, gatewayapi.KindConflict, "Name taken",
				fmt.Sprintf("A custom integration named %q exists.", body.Name),
				map[string]string{gatewayapi.MetaPointer: "/name", gatewayapi.MetaExistingID: o.ID}))
			return
		}
	}
	reply(w, http.StatusCreated, s.addIntegration(gatewayapi.CustomIntegration{
		Name: body.Name, Description: body.Description, Enabled: body.Enabled == nil || *body.Enabled,
		Scopes: body.Scopes, ReadableAttributes: body.ReadableAttributes, WritableAttributes: body.WritableAttributes,
		AllAttributes: body.AllAttributes, ReportIDs: body.ReportIDs, DocumentCategoryIDs: body.DocumentCategoryIDs,
	}))
}

func (s *Server) updateIntegration(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.CustomIntegrationUpdate
	o := change(w, r, s.integrations, func(o *gatewayapi.CustomIntegration) string { return o.Revision }, &body)
	if o == nil {
		return
	}
	set(&o.Name, body.Name)
	set(&o.Description, body.Description)
	set(&o.Enabled, body.Enabled)
	set(&o.Scopes, body.Scopes)
	set(&o.ReadableAttributes, body.ReadableAttributes)
	set(&o.WritableAttributes, body.WritableAttributes)
	set(&o.AllAttributes, body.AllAttributes)
	set(&o.ReportIDs, body.ReportIDs)
	set(&o.DocumentCategoryIDs, body.DocumentCategoryIDs)
	o.Revision = s.next("revision")
	reply(w, http.StatusOK, o)
}

func (s *Server) addCredential(o gatewayapi.APICredential) *gatewayapi.APICredential {
	o.ID, o.ClientID, o.SecretID, o.Revision = s.uuid(), "papi-"+s.uuid(), s.uuid(), s.next("revision")
	o.CreatedAt, o.UpdatedAt, o.SecretCreatedAt = now(), now(), now()
	o.Status = gatewayapi.CredentialActive
	if o.Kind == "" {
		o.Kind = gatewayapi.KindPersonnel
	}
	if o.Kind == gatewayapi.KindRecruiting {
		o.ClientID, o.CompanyID = "", new(CompanyID)
	}
	s.credentials.objects = append(s.credentials.objects, &o)
	return &o
}

func (s *Server) createCredential(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.APICredentialCreate
	if !decode(w, r, &body) {
		return
	}
	o := *s.addCredential(gatewayapi.APICredential{
		CustomIntegrationID: body.CustomIntegrationID, Name: body.Name, Kind: body.Kind,
		Enabled: body.Enabled == nil || *body.Enabled, ExpiresAt: body.ExpiresAt,
	})
	o.ClientSecret = s.secret(body.ClientSecret)
	reply(w, http.StatusCreated, o)
}

// secret is the secret that an answer shows: one of the fake's own making.
func (s *Server) secret(brought string) string {
	if brought != "" || s.withholdSecrets {
		return ""
	}
	return s.next("papi-generated-secret-0123456789abcdefghijklmnop")
}

func (s *Server) updateCredential(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.APICredentialUpdate
	o := change(w, r, s.credentials, func(o *gatewayapi.APICredential) string { return o.Revision }, &body)
	if o == nil {
		return
	}
	set(&o.Name, body.Name)
	set(&o.Enabled, body.Enabled)
	if body.ExpiresAt.Set {
		o.ExpiresAt = nil
		if body.ExpiresAt.Valid {
			o.ExpiresAt = &body.ExpiresAt.Value
		}
	}
	o.Revision = s.next("revision")
	reply(w, http.StatusOK, o)
}

func (s *Server) rotateCredential(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.APICredentialRotation
	o := change(w, r, s.credentials, func(o *gatewayapi.APICredential) string { return o.Revision }, &body)
	if o == nil {
		return
	}
	overlap, err := time.ParseDuration(body.RotationOverlap)
	if err != nil {
		refuse(w, Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid", "No duration.",
			map[string]string{gatewayapi.MetaPointer: "/rotation_overlap"}))
		return
	}
	o.PreviousSecretExpiresAt = nil
	if overlap > 0 {
		end := now().Add(overlap)
		o.PreviousSecretExpiresAt = &end
	}
	if body.ResetClientID {
		o.ClientID = "papi-" + s.uuid()
	}
	o.SecretID, o.Revision = s.uuid(), s.next("revision")
	answer := *o
	answer.ClientSecret = s.secret(body.ClientSecret)
	reply(w, http.StatusOK, answer)
}

// set takes over a member that is present.
func set[T any](target, value *T) {
	if value != nil {
		*target = *value
	}
}

// list0 is a list that is never null.
func list0(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}
