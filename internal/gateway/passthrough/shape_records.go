package passthrough

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// records copies a body of records, such as absences: everything in it but what
// it tells of people beyond their ids.
func records(f *filter) error { return f.record() }

// recordsWithout is records that leaves members out by name.
func recordsWithout(names ...string) func(*filter) error {
	return func(f *filter) error {
		f.omitted = make(map[string]bool, len(names))
		for _, name := range names {
			f.omitted[name] = true
		}
		return f.record()
	}
}

// candidates is records of people who are no employees: their names pass.
func candidates(f *filter) error {
	f.candidates = true
	return f.record()
}

// people are the names under which records refer to employees. What stands there
// is cut to its id and to attributes that may be read.
var people = func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(`person persons employee employees owner owners supervisor supervisors manager managers
		approver approvers author creator created_by updated_by modified_by deleted_by approved_by rejected_by requested_by uploaded_by
		signed_by cancelled_by substitute substitutes responsible responsible_person hiring_manager hiring_managers hiring_team recruiter
		recruiters interviewer interviewers assignee assignees assigned_by user users member members`) {
		set[name] = true
	}
	return set
}()

// personal maps names that mean an attribute of an employee wherever they stand
// to its key. Names that other things have, too, such as status, are not in it.
var personal = func() map[string]string {
	keys := map[string]string{"employment_start_date": "hire_date", "employment_end_date": "termination_date", "probation_end_date": "probation_period_end", "date_of_birth": "", "birthday": ""}
	for key := range strings.FieldsSeq(`first_name last_name preferred_name email gender hire_date contract_end_date termination_date
		termination_type termination_reason last_working_day probation_period_end fix_salary fix_salary_interval hourly_salary
		weekly_working_hours vacation_day_balance absence_entitlement profile_picture`) {
		keys[key] = key
	}
	keys["full_time_weekly_working_hours"] = "weekly_working_hours"
	return keys
}()

// personalKey returns the key of the attribute that a member of a record holds,
// "" for one that has no key; ok is false for a member that is no such attribute.
func personalKey(name string) (key string, ok bool) {
	if key, ok = personal[name]; ok {
		return key, true
	}
	for _, suffix := range []string{"first_name", "last_name", "email"} {
		if strings.HasSuffix(name, "_"+suffix) {
			return suffix, true // author_first_name and the like.
		}
	}
	return name, attribute.IsCustom(name)
}

// record copies any value of a record.
func (f *filter) record() error {
	switch f.dec.PeekKind() {
	case '[':
		return f.array(f.record)
	case '{':
		return f.recordObject()
	}
	return f.copy()
}

// recordObject copies an object. In v1 an object says by its type whether it is
// an employee; its attributes wait for that, and are taken for those of an
// employee if nothing says what it is.
func (f *filter) recordObject() error {
	o := object{filter: f, top: f.dec.StackDepth() == 0}
	if err := f.begin('{'); err != nil {
		return err
	}
	for f.dec.PeekKind() != '}' {
		token, err := f.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := o.member(token.String()); err != nil {
			return err
		}
	}
	if o.attributes != nil {
		if err := f.recordAttributes(o.kind, o.attributes); err != nil {
			return err
		}
	}
	return f.end()
}

// object is a record's object while it is copied: what is known of it so far.
type object struct {
	*filter
	// top: it is the whole body. kind is its type, attributes those of v1.
	top        bool
	kind       string
	attributes jsontext.Value
}

func (o *object) member(name string) error {
	is := o.dec.PeekKind()
	switch {
	case o.omitted[name]:
		return o.drop()
	case name == "type" && is == '"':
		return o.put(name, func() (err error) {
			o.kind, err = o.text()
			return err
		})
	case name == "attributes" && is == '{':
		value, err := o.dec.ReadValue()
		o.attributes = bytes.Clone(value)
		return err
	case o.kind == typeEmployee && name != attribute.ID:
		return o.drop()
	case o.top && o.pass != nil && (name == "data" || name == "_data"):
		return o.put(name, o.passing)
	}
	return o.recordMember(name)
}

// recordAttributes copies the attributes of a v1 object of that type.
func (f *filter) recordAttributes(kind string, attributes jsontext.Value) error {
	return f.put("attributes", func() error {
		return f.within(attributes, func() error {
			if kind != "" && kind != typeEmployee {
				return f.record()
			}
			f.people++
			return f.employeeAttributes()
		})
	})
}

// within lets copy read a value that was read already.
func (f *filter) within(value jsontext.Value, copyValue func() error) error {
	outer := f.dec
	defer func() { f.dec = outer }()
	f.dec = jsontext.NewDecoder(bytes.NewReader(value))
	return copyValue()
}

// recordMember copies a member of a record by its name.
func (f *filter) recordMember(name string) error {
	switch {
	case people[name]:
		return f.put(name, f.personValue)
	case name == "custom_attributes":
		return f.put(name, f.customAttributes)
	case name == "links":
		return f.put(name, f.recordLinks)
	}
	if key, ok := personalKey(name); ok && !f.candidates && (key == "" || !f.allow(key)) {
		return f.drop()
	}
	return f.put(name, f.record)
}

// typeEmployee is the type of v1's employees.
const typeEmployee = "Employee"

// text copies a string and returns it.
func (f *filter) text() (string, error) {
	token, err := f.dec.ReadToken()
	if err != nil {
		return "", err
	}
	text := token.String()
	return text, f.enc.WriteToken(jsontext.String(text))
}

// identifier is a string that names somebody by id only.
var identifier = regexp.MustCompile(`^(?:[0-9]{1,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)

// personValue copies what stands for a person, or for several: an object, cut; an id;
// a name, if names may be read.
func (f *filter) personValue() error {
	switch f.dec.PeekKind() {
	case '[':
		return f.array(f.personValue)
	case '{':
		return f.personReference()
	case '0', 'n':
		return f.copy()
	case '"':
		value, err := f.dec.ReadValue()
		if err != nil {
			return err
		}
		var text string
		if json.Unmarshal(value, &text) == nil && (identifier.MatchString(text) || f.allowNames()) {
			return f.enc.WriteValue(value)
		}
		f.dropped++
		return f.enc.WriteToken(jsontext.Null)
	}
	if err := f.drop(); err != nil {
		return err
	}
	return f.enc.WriteToken(jsontext.Null)
}

func (f *filter) allowNames() bool { return f.allow("first_name") && f.allow("last_name") }

// personReference copies an object that is a person, of v1 or of v2.
func (f *filter) personReference() error {
	f.people++
	return f.object(func(name string) error {
		is := f.dec.PeekKind()
		switch name {
		case attribute.ID:
			return f.keep(name)
		case "type":
			return f.keepIf(is == '"', name)
		case "attributes":
			if is == '{' {
				return f.put(name, f.employeeAttributes)
			}
			return f.drop()
		case "custom_attributes":
			return f.put(name, f.customAttributes)
		case "person", "employee":
			return f.put(name, f.personValue) // {"person": {...}, "role": ...} in a list of people.
		case "name", "full_name", "display_name":
			return f.keepIf(f.allowNames(), name)
		}
		key, known := attribute.PersonField(name)
		return f.keepIf(known && f.allow(key), name)
	})
}

// recordLinks copies links, which are URLs or {"href": URL}, rewritten.
func (f *filter) recordLinks() error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			if _, ok := personalKey(name); ok {
				return f.drop()
			}
			if f.dec.PeekKind() == '"' {
				return f.put(name, f.url)
			}
			return f.put(name, f.href)
		})
	})
}

// passing copies the elements of a list that pass, filtered like any record; a
// value that is no list passes or is left out as null.
func (f *filter) passing() error {
	if f.dec.PeekKind() == '[' {
		return f.array(func() error { return f.passingOne(func() error { return nil }) })
	}
	return f.passingOne(func() error { return f.enc.WriteToken(jsontext.Null) })
}

// passingOne reads one value whole, an object of a list, and copies it if it
// passes; otherwise it calls instead.
func (f *filter) passingOne(instead func() error) error {
	value, err := f.dec.ReadValue()
	if err != nil {
		return err
	}
	if !f.pass(value) {
		f.dropped++
		return instead()
	}
	pass := f.pass
	defer func() { f.pass = pass }()
	f.pass = nil // It is about the elements of one list.
	return f.within(value, f.record)
}
