package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

const (
	personsDefaultLimit = 10
	personsMaxLimit     = 50
)

func (s *Sandbox) listPersons(w http.ResponseWriter, r *http.Request, c *caller) {
	p, err := s.readPage(r, personsDefaultLimit, personsMaxLimit)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	keep, err := personFilter(p.query)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	people := s.company.After(p.after, p.limit+1, keep)
	last := len(people) <= p.limit
	people = people[:min(p.limit, len(people))]
	data := make([]any, 0, len(people))
	after := 0
	for i := range people {
		data = append(data, s.person(&people[i], r, c))
		after = people[i].ID
	}
	s.writePage(w, r, p, data, last, after)
}

func (s *Sandbox) getPerson(w http.ResponseWriter, r *http.Request, c *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		notFound(w, codePersonNotFound)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", s.person(&person, r, c))
}

// fields collects what a caller may see of a v2 object. A field that is not on
// the whitelist is absent; a field without a value is null.
type fields struct {
	caller *caller
	object map[string]any
}

// add adds a field if the caller sees the v1 attribute that it corresponds to.
func (f fields) add(attribute, name string, value any) {
	if f.caller.sees(attribute) {
		f.object[name] = value
	}
}

// person shows a person to the caller. Id, employments and links show always:
// that is what a live account shows to a credential without any attribute.
func (s *Sandbox) person(person *company.Person, r *http.Request, c *caller) map[string]any {
	employments := make([]map[string]any, 0, 1+len(person.Previous))
	for _, employment := range person.Employments() {
		employments = append(employments, map[string]any{"id": employment.ID})
	}
	f := fields{c, map[string]any{
		"id":          strconv.Itoa(person.ID),
		"employments": employments,
		"_meta":       map[string]any{"links": map[string]link{"employments": {personURL(r, person.ID) + "/employments"}}},
	}}
	f.add("email", "email", orNull(person.Email))
	f.add("created_at", "created_at", v2Time(person.CreatedAt))
	f.add("last_modified_at", "updated_at", v2Time(person.UpdatedAt))
	f.add("first_name", "first_name", person.FirstName)
	f.add("last_name", "last_name", person.LastName)
	f.add("preferred_name", "preferred_name", orNull(person.PreferredName))
	f.add("gender", "gender", v2Gender(person.Gender))
	f.add("status", "status", v2Status(person.Active()))
	f.add("profile_picture", "profile_picture", picture(person, r))
	if custom := s.customAttributes(person, c); len(custom) > 0 {
		f.object["custom_attributes"] = custom
	}
	return f.object
}

func picture(person *company.Person, r *http.Request) any {
	if !person.HasPicture {
		return nil
	}
	return map[string]string{"url": origin(r) + person.PicturePath()}
}

// customAttributes shows the custom attributes, values as strings: null if unset,
// a list of strings for tags. There is no label: live accounts do not send one.
func (s *Sandbox) customAttributes(person *company.Person, c *caller) []map[string]any {
	var shown []map[string]any
	for _, definition := range s.company.Definitions() {
		if !definition.Custom || !c.sees(definition.Key) {
			continue
		}
		attribute := map[string]any{
			"id":        definition.Key,
			"type":      v2Type(definition.Type),
			"global_id": orNull(definition.UniversalID),
			"value":     v2Value(person.Custom[definition.Key]),
		}
		shown = append(shown, attribute)
	}
	return shown
}

func v2Type(v1Type string) string {
	switch v1Type {
	case company.TypeInteger:
		return "int"
	case company.TypeDecimal:
		return "double"
	case company.TypeDate:
		return "date"
	case company.TypeTags:
		return "string_list"
	default:
		return "string"
	}
}

func v2Value(value any) any {
	switch typed := value.(type) {
	case int:
		return strconv.Itoa(typed)
	case float64:
		return strconv.FormatFloat(typed, 'f', -1, 64)
	default:
		return value
	}
}

func v2Gender(gender string) string {
	if gender == "" {
		return "UNSPECIFIED"
	}
	return strings.ToUpper(gender)
}

func v2Status(active bool) string {
	if active {
		return "ACTIVE"
	}
	return "INACTIVE"
}

func v2Time(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func personURL(r *http.Request, id int) string {
	return origin(r) + "/v2/persons/" + strconv.Itoa(id)
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
