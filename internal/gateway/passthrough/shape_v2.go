package passthrough

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// personList copies the body of GET /v2/persons: {_data: [person], _meta}.
func (f *filter) personList() error { return f.listV2(f.person) }

// employmentList copies the body of GET /v2/persons/{id}/employments.
func (f *filter) employmentList() error {
	// Employments of one person: the answer is about that person.
	f.people++
	return f.listV2(f.employment)
}

func (f *filter) listV2(element func() error) error {
	return f.object(func(name string) error {
		switch name {
		case "_data":
			return f.put(name, func() error { return f.array(element) })
		case "_meta":
			return f.put(name, func() error {
				return f.links(func(name string) bool { return name == "self" || name == "next" || name == "prev" })
			})
		}
		return f.drop()
	})
}

// person copies a v2 person and counts it.
func (f *filter) person() error {
	f.people++
	return f.personMembers()
}

// personMembers copies the members of a v2 person that may be read.
func (f *filter) personMembers() error {
	return f.object(func(name string) error {
		switch name {
		case "id":
			return f.keep(name)
		case "custom_attributes":
			return f.put(name, f.customAttributes)
		case "employments":
			return f.put(name, func() error { return f.orNull('[', func() error { return f.array(f.reference) }) })
		case "_meta":
			return f.put(name, func() error {
				return f.links(func(name string) bool { return name == "self" || name == "employments" })
			})
		case "profile_picture":
			if f.allow(name) {
				return f.put(name, f.picture)
			}
			return f.drop()
		}
		key, known := attribute.PersonField(name)
		return f.keepIf(known && f.allow(key), name)
	})
}

// picture copies {"url": url} with the URL rewritten.
func (f *filter) picture() error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			if name != "url" {
				return f.drop()
			}
			return f.put(name, f.url)
		})
	})
}

// customAttributes copies the elements of custom_attributes that may be read.
func (f *filter) customAttributes() error {
	return f.orNull('[', func() error {
		return f.array(func() error {
			return f.element(func(v jsontext.Value) bool {
				return f.allowCustom(peekString(v, "id"), peekString(v, "global_id"))
			})
		})
	})
}

// employment copies a v2 employment.
func (f *filter) employment() error {
	return f.object(func(name string) error {
		switch name {
		case "id":
			return f.keep(name)
		case "person":
			return f.put(name, f.reference)
		case "supervisor":
			if f.allow(name) {
				return f.put(name, func() error { return f.orNull('{', f.personMembers) })
			}
			return f.drop()
		case "org_units":
			if f.allow("department") || f.allow("team") {
				return f.put(name, f.orgUnits)
			}
			return f.drop()
		case "termination":
			if f.allowsTermination() {
				return f.put(name, f.termination)
			}
			return f.drop()
		case "_meta":
			return f.put(name, f.employmentLinks)
		}
		key, known := attribute.EmploymentField(name)
		return f.keepIf(known && f.allow(key), name)
	})
}

// employmentLinks copies the links of an employment. The link to the supervisor
// names the supervisor.
func (f *filter) employmentLinks() error {
	return f.links(func(name string) bool {
		return name == "self" || name == "person" || name == "supervisor" && f.allow("supervisor")
	})
}

// orgUnits copies the departments and teams that may be read.
func (f *filter) orgUnits() error {
	return f.orNull('[', func() error {
		return f.array(func() error {
			return f.element(func(v jsontext.Value) bool {
				key, known := attribute.EmploymentField("org_units[" + peekString(v, "type") + "]")
				return known && f.allow(key)
			})
		})
	})
}

// allowsTermination reports whether anything of a termination may be read. If
// not, even the difference between null and {} would tell who leaves.
func (f *filter) allowsTermination() bool {
	return f.allow("termination_date") || f.allow("termination_type") || f.allow("termination_reason") || f.allow("last_working_day")
}

// termination copies the members of a termination that may be read.
func (f *filter) termination() error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			key, known := attribute.EmploymentField("termination." + name)
			return f.keepIf(known && f.allow(key), name)
		})
	})
}

// created copies the answer to a v2 write: {id, _meta}.
func (f *filter) created() error {
	return f.object(func(name string) error {
		switch name {
		case "id":
			return f.keep(name)
		case "_meta":
			return f.put(name, func() error { return f.links(func(string) bool { return true }) })
		}
		return f.drop()
	})
}
