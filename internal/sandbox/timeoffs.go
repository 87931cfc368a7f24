package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	timeOffDefaultLimit = 200
	timeOffMaxLimit     = 200
)

// berlin is the zone of the wall clocks in [records.Absence].
var berlin = func() *time.Location {
	zone, err := time.LoadLocation(companyZone)
	if err != nil {
		panic(err) // the zones are compiled in, see the package company
	}
	return zone
}()

// inBerlin returns the instant at which a wall clock in Berlin shows t.
func inBerlin(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, berlin)
}

// getBalance tells how many days of vacation are left: taken ones are gone from
// balance, planned ones also from available_balance.
func (s *Sandbox) getBalance(w http.ResponseWriter, r *http.Request, _ *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		employeeNotFound(w)
		return
	}
	rows := []any{}
	if person.Entitlement >= 0 {
		kind, _ := s.records.AbsenceType(records.VacationTypeID)
		planned := 0.0
		for _, a := range s.absences(records.UnitDay) {
			if a.PersonID == person.ID && a.TypeID == kind.ID && inBerlin(a.Start).After(s.now()) {
				planned += a.Total(kind.Unit)
			}
		}
		rows = append(rows, map[string]any{
			"id": kind.TimeOffTypeID, "name": kind.Name, "category": kind.Category,
			"balance": person.VacationDayBalance, "available_balance": person.VacationDayBalance - planned,
		})
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": rows})
}

func (s *Sandbox) listTimeOffTypes(w http.ResponseWriter, r *http.Request, _ *caller) {
	limit, offset, err := limitAndOffset(r.URL.Query())
	if err != nil {
		unprocessable(w, err)
		return
	}
	rows := []any{}
	for _, t := range part(s.records.AbsenceTypes, offset, limit) {
		rows = append(rows, company.V1Object{Type: "TimeOffType", Attributes: map[string]any{
			"id": t.TimeOffTypeID, "name": t.Name, "category": t.Category, "unit": t.Unit, "approval_required": t.ApprovalRequired,
		}})
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": rows})
}

func limitAndOffset(query url.Values) (limit, offset int, err error) {
	limit = timeOffDefaultLimit
	for name, target := range map[string]*int{"limit": &limit, "offset": &offset} {
		if text := query.Get(name); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil || number < 0 || name == "limit" && number == 0 {
				return 0, 0, errors.New(name + " is not valid")
			}
			*target = number
		}
	}
	return min(limit, timeOffMaxLimit), offset, nil
}

// part returns up to limit elements, without the first offset.
func part[T any](all []T, offset, limit int) []T {
	start := min(offset, len(all))
	return all[start:min(len(all), start+min(limit, len(all)))]
}

// absenceQuery is a request for a list of absences in v1.
type absenceQuery struct {
	from, to               time.Time // days, both inclusive; zero: no bound
	updatedFrom, updatedTo time.Time // instants, from inclusive, to exclusive
	employees              []string
	limit, offset          int
}

func parseAbsenceQuery(query url.Values) (absenceQuery, error) {
	q := absenceQuery{employees: listParameter(query, "employees")}
	for name, target := range map[string]*time.Time{"start_date": &q.from, "end_date": &q.to} {
		if text := query.Get(name); text != "" {
			day, ok := parseDate(text)
			if !ok {
				return q, errors.New(name + " is not a date")
			}
			*target = day
		}
	}
	for name, target := range map[string]*time.Time{"updated_from": &q.updatedFrom, "updated_to": &q.updatedTo} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		t, ok := parseInstant(text)
		if !ok {
			day, isDay := parseDate(text)
			if !isDay {
				return q, errors.New(name + " is neither a date nor a time")
			}
			t = inBerlin(day)
			if name == "updated_to" {
				t = t.AddDate(0, 0, 1)
			}
		}
		*target = t
	}
	var err error
	q.limit, q.offset, err = limitAndOffset(query)
	return q, err
}

// listParameter reads name[]=1&name[]=2, with or without indices and commas.
func listParameter(query url.Values, name string) []string {
	var all []string
	for parameter, values := range query {
		if parameter == name || strings.HasPrefix(parameter, name+"[") {
			all = append(all, splitList(values)...)
		}
	}
	return all
}

// keeps reports whether an absence touches the days that are asked for.
func (q *absenceQuery) keeps(a *records.Absence) bool {
	to := q.to
	if !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	switch {
	case !q.from.IsZero() && !a.End.IsZero() && !a.End.After(q.from),
		!to.IsZero() && !a.Start.Before(to),
		!q.updatedFrom.IsZero() && a.UpdatedAt.Before(q.updatedFrom),
		!q.updatedTo.IsZero() && !a.UpdatedAt.Before(q.updatedTo):
		return false
	}
	return matches(q.employees, strconv.Itoa(a.PersonID))
}

// listTimeOffs lists absences in days. The offset is the number of a page, from one on.
func (s *Sandbox) listTimeOffs(w http.ResponseWriter, r *http.Request, c *caller) {
	q, err := parseAbsenceQuery(r.URL.Query())
	if err != nil {
		unprocessable(w, err)
		return
	}
	kept := slices.DeleteFunc(s.absences(records.UnitDay), func(a records.Absence) bool { return !q.keeps(&a) })
	rows := []any{}
	page := max(q.offset, 1)
	if page <= len(kept)/q.limit+1 {
		for _, a := range part(kept, (page-1)*q.limit, q.limit) {
			rows = append(rows, s.timeOffObject(&a, c))
		}
	}
	writeV1(w, http.StatusOK, map[string]any{
		"success":  true,
		"metadata": map[string]int{"total_elements": len(kept), "current_page": page, "total_pages": max(1, (len(kept)+q.limit-1)/q.limit)},
		"data":     rows,
		"offset":   q.offset,
		"limit":    q.limit,
	})
}

func (s *Sandbox) getTimeOff(w http.ResponseWriter, r *http.Request, c *caller) {
	a, ok := s.pathTimeOff(r)
	if !ok {
		absenceNotFound(w)
		return
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": s.timeOffObject(&a, c)})
}

func (s *Sandbox) pathTimeOff(r *http.Request) (records.Absence, bool) {
	for _, a := range s.absences(records.UnitDay) {
		if strconv.Itoa(a.TimeOffID) == r.PathValue("id") {
			return a, true
		}
	}
	return records.Absence{}, false
}

func absenceNotFound(w http.ResponseWriter) {
	writeV1Error(w, http.StatusNotFound, http.StatusNotFound, "The absence period was not found.")
}

// timeOffObject shows an absence in days the way live accounts do: half days as
// numbers, and days as midnight in Berlin. The end is the last day.
func (s *Sandbox) timeOffObject(a *records.Absence, c *caller) any {
	kind := s.records.Type(a)
	var end any
	if !a.End.IsZero() {
		end = v1Clock(a.End.AddDate(0, 0, -1))
	}
	return company.V1Object{Type: "TimeOffPeriod", Attributes: map[string]any{
		"id":             a.TimeOffID,
		"status":         v1AbsenceStatus(a),
		"comment":        a.Comment,
		"start_date":     v1Clock(a.Start),
		"end_date":       end,
		"days_count":     a.Total(kind.Unit),
		"half_day_start": number(a.HalfDayStart),
		"half_day_end":   number(a.HalfDayEnd),
		"time_off_type": company.V1Object{Type: "TimeOffType", Attributes: map[string]any{
			"id": kind.TimeOffTypeID, "name": kind.Name, "category": kind.Category,
		}},
		"employee":    s.shortEmployee(a.PersonID, c),
		"certificate": map[string]string{"status": "not-required"},
		"created_by":  s.creatorName(a),
		"created_at":  a.CreatedAt.In(berlin).Format(time.RFC3339),
		"updated_at":  a.UpdatedAt.In(berlin).Format(time.RFC3339),
	}}
}

func v1Clock(t time.Time) string { return inBerlin(t).Format(time.RFC3339) }

func v1AbsenceStatus(a *records.Absence) string { return strings.ToLower(a.Status) }

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (s *Sandbox) creatorName(a *records.Absence) string {
	if a.Origin == "api" {
		return "API"
	}
	person, _ := s.company.Person(a.CreatedBy)
	return person.FirstName + " " + person.LastName
}

// shortEmployee shows id, names and e-mail address, as far as the caller sees them.
func (s *Sandbox) shortEmployee(id int, c *caller) company.V1Employee {
	person, _ := s.company.Person(id)
	shown := slices.DeleteFunc(s.company.V1Attributes(person, ""), func(a company.V1Attribute) bool {
		return !slices.Contains([]string{"id", "first_name", "last_name", "email"}, a.Key) || !c.sees(a.Key)
	})
	return company.V1Employee{Attributes: shown}
}

func (s *Sandbox) deleteTimeOff(w http.ResponseWriter, r *http.Request, _ *caller) {
	if _, err := strconv.Atoi(r.PathValue("id")); err != nil {
		writeV1Error(w, http.StatusBadRequest, http.StatusBadRequest, "The absence period id is invalid.")
		return
	}
	a, ok := s.pathTimeOff(r)
	s.finishAbsenceDelete(w, a, ok)
}

func (s *Sandbox) finishAbsenceDelete(w http.ResponseWriter, a records.Absence, ok bool) {
	if !ok || s.records.Absences.Remove(a.ID) != nil {
		absenceNotFound(w)
		return
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": map[string]string{"message": "The absence period was deleted."}})
}
