package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// optional is a field of a PATCH: absent, null or a value.
type optional[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON is called for null, too; that is the point.
func (o *optional[T]) UnmarshalJSON(encoded []byte) error {
	o.given = true
	return json.Unmarshal(encoded, &o.value)
}

// get returns the value, or the zero value for null.
func (o *optional[T]) get() T {
	if o.value == nil {
		var zero T
		return zero
	}
	return *o.value
}

type personBody struct {
	Email            optional[string] `json:"email"`
	FirstName        optional[string] `json:"first_name"`
	LastName         optional[string] `json:"last_name"`
	PreferredName    optional[string] `json:"preferred_name"`
	Gender           optional[string] `json:"gender"`
	LanguageCode     optional[string] `json:"language_code"`
	CustomAttributes []struct {
		ID    string `json:"id"`
		Value any    `json:"value"`
	} `json:"custom_attributes"`
	Employments []employmentBody `json:"employments"`
}

var (
	v2Genders     = []string{"MALE", "FEMALE", "DIVERSE", "UNKNOWN", "UNDEFINED"}
	languageCodes = []string{"en", "de", "es", "fr", "nl", "it", "sv", "fi"}
)

func (s *Sandbox) createPerson(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body personBody
	if !readBody(w, r, &body) {
		return
	}
	person := company.Person{Email: strings.TrimSpace(body.Email.get()), Entitlement: -1, Employment: company.Employment{Type: company.TypeInternal}}
	if err := s.fillPerson(&body, &person); err != nil {
		badRequest(w, err.Error())
		return
	}
	created, err := s.company.Create(person)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", map[string]any{
		"id":    strconv.Itoa(created.ID),
		"_meta": map[string]any{"links": map[string]link{"self": {personURL(r, created.ID)}}},
	})
}

// fillPerson makes a new person of the body.
func (s *Sandbox) fillPerson(body *personBody, person *company.Person) error {
	if !body.FirstName.given || !body.LastName.given {
		return errors.New("first_name and last_name are required")
	}
	if person.Email != "" {
		if _, err := mail.ParseAddress(person.Email); err != nil {
			return errors.New("email is not an e-mail address")
		}
	}
	if len(body.Employments) > 1 {
		return errors.New("employments takes one employment")
	}
	if err := s.applyPerson(body, person); err != nil {
		return err
	}
	for i := range body.Employments {
		if err := body.Employments[i].apply(&person.Employment); err != nil {
			return err
		}
	}
	if person.Employment.Status == "" {
		person.Employment.Status = s.statusByHireDate(person.Employment.HireDate)
	}
	return nil
}

// updatePerson changes a person. The e-mail address cannot be changed and is
// ignored, as it is in v1.
func (s *Sandbox) updatePerson(w http.ResponseWriter, r *http.Request, _ *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		notFound(w, codePersonNotFound)
		return
	}
	var body personBody
	if !readBody(w, r, &body) {
		return
	}
	s.finishUpdate(w, s.company.TryUpdate(person.ID, func(p *company.Person) error { return s.applyPerson(&body, p) }))
}

func (s *Sandbox) finishUpdate(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, company.ErrNotFound):
		notFound(w, codePersonNotFound)
	case err != nil:
		badRequest(w, err.Error())
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Sandbox) deletePerson(w http.ResponseWriter, r *http.Request, _ *caller) {
	person, ok := s.pathPerson(r)
	if !ok || s.company.Delete(person.ID) != nil {
		notFound(w, codePersonNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) applyPerson(body *personBody, person *company.Person) error {
	for _, name := range []struct {
		field  *optional[string]
		target *string
		label  string
	}{
		{&body.FirstName, &person.FirstName, "first_name"},
		{&body.LastName, &person.LastName, "last_name"},
	} {
		if !name.field.given {
			continue
		}
		if strings.TrimSpace(name.field.get()) == "" {
			return fmt.Errorf("%s must not be empty", name.label)
		}
		*name.target = strings.TrimSpace(name.field.get())
	}
	if body.PreferredName.given {
		person.PreferredName = body.PreferredName.get()
	}
	if body.Gender.given {
		gender := body.Gender.get()
		if gender != "" && !slices.Contains(v2Genders, gender) {
			return fmt.Errorf("gender %q does not exist", gender)
		}
		person.Gender = ""
		if slices.Contains([]string{"MALE", "FEMALE", "DIVERSE"}, gender) {
			person.Gender = strings.ToLower(gender)
		}
	}
	if body.LanguageCode.given {
		if !slices.Contains(languageCodes, body.LanguageCode.get()) {
			return fmt.Errorf("language_code %q does not exist", body.LanguageCode.get())
		}
		person.LanguageCode = body.LanguageCode.get()
	}
	definitions := s.company.Definitions()
	for _, attribute := range body.CustomAttributes {
		at := slices.IndexFunc(definitions, func(d company.Definition) bool { return d.Custom && d.Key == attribute.ID })
		if at < 0 {
			return fmt.Errorf("custom attribute %q does not exist", attribute.ID)
		}
		if err := setCustom(person, definitions[at], attribute.Value); err != nil {
			return err
		}
	}
	return nil
}

// readBody reads a JSON body, or answers why it cannot.
func readBody(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		badRequest(w, "the body is not the JSON object that this endpoint takes")
		return false
	}
	return true
}

// addMonths returns the date that many months later.
func addMonths(date string, months int) (string, bool) {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "", false
	}
	return t.AddDate(0, months, 0).Format(time.DateOnly), true
}
