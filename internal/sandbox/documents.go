package sandbox

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var documentLimits = [2]int{100, 200}

func documentFilters() filters[records.Document] {
	type row = records.Document
	made := func(d *row) time.Time { return d.CreatedAt }
	return filters[row]{
		"owner_id":       anyOf(func(d *row) string { return strconv.Itoa(d.OwnerID) }),
		"category_id":    anyOf(func(d *row) string { return strconv.Itoa(d.CategoryID) }),
		"created_at.gte": bound("gte", parseInstant, made),
		"created_at.lt":  bound("lt", parseInstant, made),
	}
}

// listDocuments lists the documents of one owner, who has to be named.
func (s *Sandbox) listDocuments(w http.ResponseWriter, r *http.Request, _ *caller) {
	p, err := s.readPage(r, documentLimits[0], documentLimits[1])
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	if p.query.Get("owner_id") == "" {
		badRequest(w, "owner_id is required")
		return
	}
	kept, err := selected(p.query, documentFilters(), s.documents())
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	writeSlice(s, w, r, p, kept, func(d records.Document) any { return documentObject(&d) })
}

// documents leaves out the documents of who was deleted.
func (s *Sandbox) documents() []records.Document {
	var kept []records.Document
	for _, d := range s.records.Documents.All() {
		if s.company.Has(d.OwnerID) {
			kept = append(kept, d)
		}
	}
	return kept
}

func (s *Sandbox) pathDocument(r *http.Request) (records.Document, bool) {
	d, ok := s.records.Documents.Find(r.PathValue("id"))
	return d, ok && s.company.Has(d.OwnerID)
}

func documentObject(d *records.Document) any {
	return map[string]any{
		"id":            d.ID,
		"name":          d.Name,
		"date":          orNull(d.Date),
		"comment":       orNull(d.Comment),
		"category":      reference(d.CategoryID),
		"owner":         reference(d.OwnerID),
		"document_type": "FILE",
		"size":          len(d.Content()),
		"created_at":    v2Time(d.CreatedAt),
		"virus_scan":    map[string]string{"status": "CLEAN"},
		"esignature":    nil,
	}
}

type documentBody struct {
	Name     optional[string] `json:"name"`
	Comment  optional[string] `json:"comment"`
	Date     optional[string] `json:"date"`
	Category optional[idBody] `json:"category"`
}

func (s *Sandbox) updateDocument(w http.ResponseWriter, r *http.Request, _ *caller) {
	before, ok := s.pathDocument(r)
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	var body documentBody
	if !readBody(w, r, &body) {
		return
	}
	var after records.Document
	err := s.records.Documents.Change(before.ID, func(d *records.Document, _ []records.Document) error {
		if err := s.applyDocument(&body, d); err != nil {
			return err
		}
		after = *d
		return nil
	})
	if err != nil {
		refused(w, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", documentObject(&after))
}

func (s *Sandbox) applyDocument(body *documentBody, d *records.Document) error {
	if body.Name.given {
		if strings.TrimSpace(body.Name.get()) == "" {
			return notValid("name")
		}
		d.Name = body.Name.get()
	}
	if body.Comment.given {
		d.Comment = body.Comment.get()
	}
	if body.Date.given {
		if date := body.Date.get(); date != "" && !isDate(date) {
			return notValid("date")
		}
		d.Date = body.Date.get()
	}
	if body.Category.given {
		category, ok := s.records.Category(body.Category.get().ID)
		if !ok {
			return ruleError(fmt.Sprintf("category %q does not exist", body.Category.get().ID))
		}
		d.CategoryID = category.ID
	}
	return nil
}

func notValid(field string) error { return fmt.Errorf("%s is not valid", field) }

func (s *Sandbox) deleteDocument(w http.ResponseWriter, r *http.Request, _ *caller) {
	d, ok := s.pathDocument(r)
	if !ok || s.records.Documents.Remove(d.ID) != nil {
		notFound(w, codeOrganisationNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) downloadDocument(w http.ResponseWriter, r *http.Request, _ *caller) {
	d, ok := s.pathDocument(r)
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.FileName}))
	writeBody(w, http.StatusOK, d.MediaType, d.Content())
}
