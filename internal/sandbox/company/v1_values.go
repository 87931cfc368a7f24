package company

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // v1 writes Berlin time; the zone must be there on any machine
)

// v1Scalars are the system attributes that are plain values.
var v1Scalars = map[string]func(*Person) any{
	"id":                   func(p *Person) any { return p.ID },
	"first_name":           func(p *Person) any { return p.FirstName },
	"last_name":            func(p *Person) any { return p.LastName },
	"preferred_name":       func(p *Person) any { return p.PreferredName },
	"email":                func(p *Person) any { return nullable(p.Email) },
	"gender":               func(p *Person) any { return nullable(p.Gender) },
	"status":               func(p *Person) any { return p.Employment.Status },
	"position":             func(p *Person) any { return p.Employment.Position },
	"employment_type":      func(p *Person) any { return p.Employment.Type },
	"weekly_working_hours": func(p *Person) any { return strconv.FormatFloat(p.Employment.WeeklyHours, 'f', -1, 64) },
	"hire_date":            func(p *Person) any { return v1Date(p.Employment.HireDate) },
	"contract_end_date":    func(p *Person) any { return v1Date(p.Employment.ContractEndDate) },
	"termination_date":     func(p *Person) any { return v1Date(p.Employment.TerminationDate) },
	"termination_type":     func(p *Person) any { return p.Employment.TerminationType },
	"termination_reason":   func(p *Person) any { return p.Employment.TerminationReason },
	"probation_period_end": func(p *Person) any { return v1Date(p.Employment.ProbationPeriodEnd) },
	"last_working_day":     func(p *Person) any { return v1Date(p.Employment.LastWorkingDay) },
	"created_at":           func(p *Person) any { return p.CreatedAt.In(berlin).Format(time.RFC3339) },
	"last_modified_at":     func(p *Person) any { return p.UpdatedAt.In(berlin).Format(time.RFC3339) },
	"fix_salary":           func(p *Person) any { return p.FixSalary },
	"fix_salary_interval":  func(p *Person) any { return p.FixSalaryInterval },
	"hourly_salary":        func(p *Person) any { return p.HourlySalary },
	"vacation_day_balance": func(p *Person) any { return p.VacationDayBalance },
	"profile_picture": func(p *Person) any {
		if !p.HasPicture {
			return nil
		}
		return p.PicturePath()
	},
}

// v1Nested are the system attributes that are objects of the organisation;
// nil for who belongs to none.
var v1Nested = map[string]func(*Organisation, *Person) any{
	"subcompany": func(o *Organisation, p *Person) any {
		e := o.legalEntity(p.Employment.LegalEntityID)
		if e == nil {
			return nil
		}
		return V1Object{"Subcompany", v1Named{e.ID, e.Name}}
	},
	"office": func(o *Organisation, p *Person) any {
		office := o.office(p.Employment.OfficeID)
		if office == nil {
			return nil
		}
		return V1Object{"Office", v1Named{office.ID, office.Name}}
	},
	"department": func(o *Organisation, p *Person) any {
		return v1OrgUnit("Department", o.department(p.Employment.DepartmentID))
	},
	"team": func(o *Organisation, p *Person) any { return v1OrgUnit("Team", o.team(p.Employment.TeamID)) },
	"cost_centers": func(o *Organisation, p *Person) any {
		shares := make([]V1Object, 0, len(p.Employment.CostCenters))
		for _, share := range p.Employment.CostCenters {
			if center := o.costCenter(share.ID); center != nil {
				shares = append(shares, V1Object{"CostCenter", v1CostCenter{center.ID, center.Name, share.Weight}})
			}
		}
		return shares
	},
	"holiday_calendar": func(o *Organisation, p *Person) any {
		h := o.holidayCalendar(p.HolidayCalendarID)
		if h == nil {
			return nil
		}
		return V1Object{"HolidayCalendar", v1HolidayCalendar{h.ID, h.Name, h.Country, orNull(h.State)}}
	},
	"work_schedule": func(o *Organisation, p *Person) any {
		s := o.workSchedule(p.WorkScheduleID)
		if s == nil {
			return nil
		}
		d := s.Daily
		return V1Object{"WorkSchedule", v1WorkSchedule{s.ID, s.Name, nil, d[0], d[1], d[2], d[3], d[4], d[5], d[6]}}
	},
	"absence_entitlement": func(_ *Organisation, p *Person) any {
		if p.Entitlement < 0 {
			return nil
		}
		return []V1Object{{"TimeOffType", v1Entitlement{113437, "Paid vacation", "paid_vacation", p.Entitlement}}}
	},
}

func v1OrgUnit(kind string, unit *OrgUnit) any {
	if unit == nil {
		return nil
	}
	return V1Object{kind, v1Named{unit.ID, unit.Name}}
}

// v1Values returns the values in the order of the definitions. The caller
// holds the lock.
func (c *Company) v1Values(person *Person) []any {
	values := make([]any, len(c.org.definitions))
	for i := range c.org.definitions {
		definition := &c.org.definitions[i]
		if definition.Custom {
			values[i] = v1Custom(definition, person.Custom[definition.Key])
		} else {
			values[i] = c.v1System(definition.Key, person)
		}
	}
	return values
}

func (c *Company) v1System(key string, person *Person) any {
	if scalar, ok := v1Scalars[key]; ok {
		return scalar(person)
	}
	if nested, ok := v1Nested[key]; ok {
		return nested(&c.org, person)
	}
	return c.v1Supervisor(person.Employment.SupervisorID) // the one that needs the other people
}

func (c *Company) v1Supervisor(id int) any {
	supervisor, ok := c.people[id]
	if !ok {
		return nil
	}
	attributes := make([]V1Attribute, 0, len(supervisorKeys))
	for _, key := range supervisorKeys {
		for i := range c.org.definitions {
			if c.org.definitions[i].Key == key {
				attributes = append(attributes, V1Attribute{Definition: c.org.definitions[i], Value: v1Scalars[key](supervisor)})
			}
		}
	}
	return V1Employee{Attributes: attributes}
}

// v1Custom writes a custom attribute the way v1 does: tags as one string,
// dates as midnight in Berlin, an unset text as an empty string.
func v1Custom(definition *Definition, value any) any {
	switch typed := value.(type) {
	case nil:
		if definition.Type == TypeStandard || definition.Type == TypeLink || definition.Type == TypeMultiline {
			return ""
		}
		return nil
	case []string:
		return strings.Join(typed, ",")
	case string:
		if definition.Type == TypeDate {
			return v1Date(typed)
		}
	}
	return value
}

var berlin = mustLoad("Europe/Berlin")

func mustLoad(name string) *time.Location {
	location, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zone is compiled in
	}
	return location
}

// v1Date turns YYYY-MM-DD into midnight in Berlin, and no date into nil.
func v1Date(date string) any {
	if date == "" {
		return nil
	}
	t, err := time.ParseInLocation(time.DateOnly, date, berlin)
	if err != nil {
		return date
	}
	return t.Format(time.RFC3339)
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
