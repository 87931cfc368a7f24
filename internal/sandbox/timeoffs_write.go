package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// v1WriteError is what a v1 write is refused with: status, code and message.
type v1WriteError struct {
	status, code int
	message      string
	data         map[string]any // error_data, for failed validation
}

func (f *v1WriteError) Error() string { return f.message }

func (f *v1WriteError) write(w http.ResponseWriter) {
	if f.data == nil {
		writeV1Error(w, f.status, f.code, f.message)
		return
	}
	writeV1(w, f.status, map[string]any{
		"success": false,
		"error":   map[string]any{"code": f.code, "message": f.message, "error_data": f.data},
	})
}

// invalid says that a field failed validation.
func invalid(field, reason string) error {
	return &v1WriteError{http.StatusUnprocessableEntity, 0, "The given data failed to pass validation.", map[string]any{field: []string{reason}}}
}

func v1NotFound(message string) error {
	return &v1WriteError{status: http.StatusNotFound, message: message}
}

var errInsertAbsence = &v1WriteError{status: http.StatusBadRequest, code: http.StatusBadRequest, message: "Error when trying to insert absence period"}

// finishAbsence adds the absence that the form of a request describes.
func (s *Sandbox) finishAbsence(w http.ResponseWriter, r *http.Request, from func(url.Values, []records.Absence) (records.Absence, error)) (records.Absence, bool) {
	if contentType(r) != formType || r.ParseForm() != nil {
		unprocessable(w, errors.New("the body is not a form"))
		return records.Absence{}, false
	}
	made, err := s.records.Absences.Add(func(rows []records.Absence) (records.Absence, error) { return from(r.PostForm, rows) })
	if failure := (*v1WriteError)(nil); errors.As(err, &failure) {
		failure.write(w)
		return made, false
	}
	if err != nil { // a rule that v2 has words for
		errInsertAbsence.write(w)
		return made, false
	}
	return made, true
}

func (s *Sandbox) createTimeOff(w http.ResponseWriter, r *http.Request, c *caller) {
	made, ok := s.finishAbsence(w, r, s.timeOffFromForm)
	if ok {
		writeV1(w, http.StatusOK, map[string]any{"success": true, "data": s.timeOffObject(&made, c)})
	}
}

func (s *Sandbox) timeOffFromForm(form url.Values, rows []records.Absence) (records.Absence, error) {
	for _, field := range []string{"half_day_start", "half_day_end"} {
		if form.Get(field) == "" {
			return records.Absence{}, invalid(field, "The field is required.")
		}
	}
	a, kind, err := s.absenceFromForm(form, records.UnitDay, "Time-off type not found.", rows)
	if err != nil {
		return a, err
	}
	return a, checkAbsence(&a, kind, rows)
}

// absenceFromForm reads what absences in days and in hours have in common: two
// whole days, with or without halves.
func (s *Sandbox) absenceFromForm(form url.Values, unit, noType string, rows []records.Absence) (records.Absence, records.AbsenceType, error) {
	fail := func(err error) (records.Absence, records.AbsenceType, error) {
		return records.Absence{}, records.AbsenceType{}, err
	}
	for _, field := range []string{"employee_id", "time_off_type_id", "start_date", "end_date"} {
		if form.Get(field) == "" {
			return fail(invalid(field, "The field is required."))
		}
	}
	start, startOK := parseDate(form.Get("start_date"))
	end, endOK := parseDate(form.Get("end_date"))
	if !startOK || !endOK || end.Before(start) {
		return fail(invalid("end_date", "The dates have to be yyyy-mm-dd, the end not before the start."))
	}
	flags := map[string]bool{"half_day_start": false, "half_day_end": false, "skip_approval": true}
	for name := range flags {
		if text := form.Get(name); text != "" {
			yes, err := strconv.ParseBool(text)
			if err != nil {
				return fail(invalid(name, "The field has to be true or false."))
			}
			flags[name] = yes
		}
	}
	personID, err := strconv.Atoi(form.Get("employee_id"))
	if err != nil || !s.company.Has(personID) {
		return fail(v1NotFound("Employee not found."))
	}
	kind, ok := s.records.TimeOffType(form.Get("time_off_type_id"))
	if !ok {
		return fail(v1NotFound(noType))
	}
	if kind.Unit != unit {
		return fail(&v1WriteError{status: http.StatusBadRequest, code: http.StatusBadRequest, message: "This API doesn't support absence types of this time unit."})
	}
	a := s.newAbsence(personID, kind, flags["skip_approval"], rows)
	a.Start, a.End, a.Comment = start, end.AddDate(0, 0, 1), form.Get("comment")
	a.HalfDayStart, a.HalfDayEnd = flags["half_day_start"], flags["half_day_end"]
	return a, kind, nil
}

// listHourly lists absences in hours.
func (s *Sandbox) listHourly(w http.ResponseWriter, r *http.Request, c *caller) {
	q, err := parseAbsenceQuery(r.URL.Query())
	if err != nil {
		writeV1Error(w, http.StatusBadRequest, http.StatusBadRequest, err.Error())
		return
	}
	types, ids := listParameter(r.URL.Query(), "absence_types"), listParameter(r.URL.Query(), "absence_periods")
	for _, id := range types {
		if _, ok := s.records.AbsenceType(id); !ok {
			writeV1Error(w, http.StatusNotFound, http.StatusNotFound, "models.absence-types.not-found")
			return
		}
	}
	kept := slices.DeleteFunc(s.absences(records.UnitHour), func(a records.Absence) bool {
		return !q.keeps(&a) || !matches(types, a.TypeID) || !matches(ids, a.ID)
	})
	rows := []any{}
	for _, a := range part(kept, q.offset, q.limit) {
		rows = append(rows, s.hourlyObject(&a, c))
	}
	writeV1(w, http.StatusOK, map[string]any{
		"success":  true,
		"metadata": map[string]int{"total_elements": len(kept), "current_page": q.offset / q.limit, "total_pages": (len(kept) + q.limit - 1) / q.limit},
		"data":     rows,
		"offset":   q.offset,
		"limit":    q.limit,
	})
}

// hourlyObject shows an absence in hours: durations in minutes, times in UTC.
func (s *Sandbox) hourlyObject(a *records.Absence, c *caller) any {
	kind := s.records.Type(a)
	breakdowns := []any{}
	for _, day := range a.Days(kind.Unit) {
		breakdowns = append(breakdowns, map[string]any{"date": day.Date.Format(time.DateOnly), "effective_duration": minutes(day.Value)})
	}
	var approved any
	if a.Status == records.AbsenceApproved {
		approved = v1Instant(a.UpdatedAt)
	}
	var end any
	if !a.End.IsZero() {
		end = v1Instant(inBerlin(a.End))
	}
	return company.V1Object{Type: "AbsencePeriod", Attributes: map[string]any{
		"id":                 a.ID,
		"measurement_unit":   kind.Unit,
		"effective_duration": minutes(a.Total(kind.Unit)),
		"employee":           s.shortEmployee(a.PersonID, c),
		"absence_type": company.V1Object{Type: "AbsenceType", Attributes: map[string]any{
			"id": kind.ID, "name": kind.Name, "time_off_type_id": kind.TimeOffTypeID,
		}},
		"certificate":    map[string]string{"status": "not-required"},
		"start":          v1Instant(inBerlin(a.Start)),
		"end":            end,
		"half_day_start": a.HalfDayStart,
		"half_day_end":   a.HalfDayEnd,
		"comment":        a.Comment,
		"origin":         a.Origin,
		"status":         v1AbsenceStatus(a),
		"timezone":       companyZone,
		"created_by":     a.CreatedBy,
		"created_at":     v1Instant(a.CreatedAt),
		"updated_at":     v1Instant(a.UpdatedAt),
		"approved_at":    approved,
		"breakdowns":     breakdowns,
	}}
}

func minutes(hours float64) int { return int(hours * 60) }

func v1Instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Sandbox) createHourly(w http.ResponseWriter, r *http.Request, c *caller) {
	made, ok := s.finishAbsence(w, r, s.hourlyFromForm)
	if ok {
		writeV1(w, http.StatusCreated, map[string]any{"success": true, "data": s.hourlyObject(&made, c)})
	}
}

// hourlyFromForm reads an absence in hours. On one day it needs its times; over
// several days it takes whole days.
func (s *Sandbox) hourlyFromForm(form url.Values, rows []records.Absence) (records.Absence, error) {
	a, kind, err := s.absenceFromForm(form, records.UnitHour, "Absence type not found.", rows)
	if err != nil {
		return a, err
	}
	if form.Get("start_date") != form.Get("end_date") {
		return a, checkAbsence(&a, kind, rows)
	}
	day := a.Start
	for field, target := range map[string]*time.Time{"start_time": &a.Start, "end_time": &a.End} {
		clock, err := time.Parse("15:04", form.Get(field))
		if err != nil {
			return a, invalid(field, "The field has to be HH:mm.")
		}
		*target = day.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
	}
	a.HalfDayStart, a.HalfDayEnd = false, false // halves are for longer absences
	if !a.End.After(a.Start) {
		return a, invalid("end_time", fmt.Sprintf("The end has to be after %s.", form.Get("start_time")))
	}
	return a, checkAbsence(&a, kind, rows)
}

func (s *Sandbox) deleteHourly(w http.ResponseWriter, r *http.Request, _ *caller) {
	if uuid.Validate(r.PathValue("id")) != nil {
		writeV1Error(w, http.StatusBadRequest, http.StatusBadRequest, "The absence period id is invalid.")
		return
	}
	a, ok := s.pathAbsence(r)
	s.finishAbsenceDelete(w, a, ok && s.records.Type(&a).Unit == records.UnitHour)
}
