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

// employeeFields are the fields of a v1 write, by name: strings, json.Number, nil, or
// a map of custom attributes. What v1 does not know is in there and ignored.
type employeeFields map[string]any

func (s *Sandbox) createEmployee(w http.ResponseWriter, r *http.Request, _ *caller) {
	fields, err := readEmployee(r)
	if err != nil {
		unprocessable(w, err)
		return
	}
	for _, required := range []string{"email", "first_name", "last_name"} {
		if text, err := fields.text(required); err != nil || text == "" {
			unprocessable(w, fmt.Errorf("%s is required", required))
			return
		}
	}
	email, _ := fields.text("email")
	if _, err := mail.ParseAddress(email); err != nil {
		unprocessable(w, errors.New("email is not an e-mail address"))
		return
	}
	person := company.Person{Email: email, Entitlement: -1, Employment: company.Employment{Type: company.TypeInternal}}
	meta, err := s.applyEmployee(fields, &person)
	if err != nil {
		unprocessable(w, err)
		return
	}
	if person.Employment.Status == "" {
		person.Employment.Status = s.statusByHireDate(person.Employment.HireDate)
	}
	created, err := s.company.Create(person)
	if err != nil {
		unprocessable(w, v1Reason(err, person.Employment.SupervisorID))
		return
	}
	body := map[string]any{"success": true, "data": map[string]any{"id": created.ID, "message": "success"}}
	if len(meta) > 0 {
		body["meta"] = meta
	}
	writeV1(w, http.StatusOK, body)
}

func (s *Sandbox) updateEmployee(w http.ResponseWriter, r *http.Request, _ *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		employeeNotFound(w)
		return
	}
	fields, err := readEmployee(r)
	if err != nil {
		unprocessable(w, err)
		return
	}
	var meta []string
	var supervisor int
	var invalid error
	err = s.company.TryUpdate(person.ID, func(p *company.Person) error {
		meta, invalid = s.applyEmployee(fields, p)
		supervisor = p.Employment.SupervisorID
		return invalid
	})
	switch {
	case invalid != nil:
		unprocessable(w, invalid)
	case errors.Is(err, company.ErrNotFound):
		employeeNotFound(w)
	case err != nil:
		unprocessable(w, v1Reason(err, supervisor))
	default:
		if meta == nil {
			meta = []string{}
		}
		writeV1(w, http.StatusOK, map[string]any{"success": true, "data": map[string]any{"id": person.ID}, "meta": meta})
	}
}

// applyEmployee writes the fields that can be updated. meta tells of names
// that were ignored because nothing has them.
func (s *Sandbox) applyEmployee(fields employeeFields, person *company.Person) (meta []string, err error) {
	if err := fields.applyTexts(person); err != nil {
		return nil, err
	}
	if err := fields.applyNumbers(person); err != nil {
		return nil, err
	}
	org := s.company.Organisation()
	for _, reference := range []struct {
		field  string
		find   func(string) (int, bool)
		target *int
	}{
		{"subcompany", org.LegalEntityByName, &person.Employment.LegalEntityID},
		{"department", org.DepartmentByName, &person.Employment.DepartmentID},
		{"office", org.OfficeByName, &person.Employment.OfficeID},
	} {
		if _, given := fields[reference.field]; !given {
			continue
		}
		name, err := fields.text(reference.field)
		if err != nil {
			return nil, err
		}
		if id, ok := reference.find(name); ok {
			*reference.target = id
		} else {
			meta = append(meta, fmt.Sprintf("%s %q does not exist and was ignored", reference.field, name))
		}
	}
	ignored, err := s.applyCustom(fields["custom_attributes"], person)
	return append(meta, ignored...), err
}

func (f employeeFields) applyTexts(person *company.Person) error {
	for _, field := range []struct {
		name    string
		target  *string
		allowed []string // nil: any text
		needed  bool
	}{
		{name: "first_name", target: &person.FirstName, needed: true},
		{name: "last_name", target: &person.LastName, needed: true},
		{name: "preferred_name", target: &person.PreferredName},
		{name: "gender", target: &person.Gender, allowed: []string{"male", "female", "diverse", ""}},
		{name: "position", target: &person.Employment.Position},
		{name: "status", target: &person.Employment.Status, allowed: []string{company.StatusActive, company.StatusOnboarding, company.StatusLeave, company.StatusInactive}},
		{name: "hire_date", target: &person.Employment.HireDate},
	} {
		if _, given := f[field.name]; !given {
			continue
		}
		text, err := f.text(field.name)
		if err != nil {
			return err
		}
		if field.needed && text == "" || field.allowed != nil && !slices.Contains(field.allowed, text) || field.name == "hire_date" && !isDate(text) {
			return fmt.Errorf("%s is not valid", field.name)
		}
		*field.target = text
	}
	return nil
}

func (f employeeFields) applyNumbers(person *company.Person) error {
	if value, given := f["weekly_working_hours"]; given {
		hours, err := strconv.ParseFloat(fmt.Sprint(value), 64)
		if err != nil || hours < 0 || hours > 168 {
			return errors.New("weekly_working_hours is not valid")
		}
		person.Employment.WeeklyHours = hours
	}
	if value, given := f["supervisor_id"]; given {
		if value == nil || value == "" {
			person.Employment.SupervisorID = 0
			return nil
		}
		id, err := strconv.Atoi(fmt.Sprint(value))
		if err != nil {
			return errors.New("supervisor_id is not valid")
		}
		person.Employment.SupervisorID = id
	}
	return nil
}

func (s *Sandbox) applyCustom(value any, person *company.Person) (ignored []string, err error) {
	if value == nil {
		return nil, nil
	}
	given, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("custom_attributes is not an object")
	}
	for _, definition := range s.company.Definitions() {
		raw, ok := given[definition.Key]
		if !ok || !definition.Custom {
			continue
		}
		delete(given, definition.Key)
		if err := setCustom(person, definition, raw); err != nil {
			return nil, err
		}
	}
	for key := range given {
		ignored = append(ignored, fmt.Sprintf("attribute %q does not exist and was ignored", key))
	}
	slices.Sort(ignored)
	return ignored, nil
}

func (f employeeFields) text(name string) (string, error) {
	switch value := f[name].(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(value), nil
	default:
		return "", fmt.Errorf("%s is not a string", name)
	}
}

// readEmployee reads {"employee":{...}} or employee[...]=... .
func readEmployee(r *http.Request) (employeeFields, error) {
	if contentType(r) == formType {
		return readEmployeeForm(r)
	}
	var body struct {
		Employee employeeFields `json:"employee"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body.Employee == nil {
		return nil, errors.New("the body is not a JSON object with employee in it")
	}
	return body.Employee, nil
}

func readEmployeeForm(r *http.Request) (employeeFields, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errors.New("the form cannot be read")
	}
	fields, custom := employeeFields{}, map[string]any{}
	for name, values := range r.PostForm {
		inner, ok := strings.CutPrefix(name, "employee[")
		if !ok || !strings.HasSuffix(inner, "]") {
			continue
		}
		inner = strings.TrimSuffix(inner, "]")
		if key, ok := strings.CutPrefix(inner, "custom_attributes]["); ok {
			custom[key] = values[len(values)-1]
			continue
		}
		fields[inner] = values[len(values)-1]
	}
	if len(custom) > 0 {
		fields["custom_attributes"] = custom
	}
	return fields, nil
}

func (s *Sandbox) statusByHireDate(hired string) string {
	if hired > s.now().Format(time.DateOnly) {
		return company.StatusOnboarding
	}
	return company.StatusActive
}

func unprocessable(w http.ResponseWriter, err error) {
	writeV1Error(w, http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, err.Error())
}

// v1Reason says why the company refused a change, in the words of v1 where
// they are known.
func v1Reason(err error, supervisor int) error {
	switch {
	case errors.Is(err, company.ErrSupervisorNotFound):
		return fmt.Errorf("Supervisor with ID %d not found", supervisor) //nolint:staticcheck // as v1 writes it
	case errors.Is(err, company.ErrEmailTaken):
		return errors.New("email has already been taken")
	case errors.Is(err, company.ErrSupervisorCycle):
		return errors.New("supervisor_id names the employee or somebody who reports to the employee")
	}
	return err
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
