package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const companyZone = "Europe/Berlin"

func absenceFilters() filters[records.Absence] {
	type row = records.Absence
	f := filters[row]{
		"id":              anyOf(func(a *row) string { return a.ID }),
		"person.id":       anyOf(func(a *row) string { return strconv.Itoa(a.PersonID) }),
		"absence_type.id": anyOf(func(a *row) string { return a.TypeID }),
	}
	f.between("starts_from.date_time", parseAnyClock, func(a *row) time.Time { return a.Start })
	f.between("ends_at.date_time", parseAnyClock, func(a *row) time.Time { return a.End })
	f.between("updated_at", parseInstant, func(a *row) time.Time { return a.UpdatedAt })
	return f
}

func (s *Sandbox) listAbsences(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, periodLimits, absenceFilters(), s.absences(""), s.absenceObject)
}

// absences returns the absences of who is in the company, those whose type has the
// unit, or with no unit all.
func (s *Sandbox) absences(unit string) []records.Absence {
	var kept []records.Absence
	all := s.records.Absences.All()
	for i := range all {
		if s.company.Has(all[i].PersonID) && (unit == "" || s.records.Type(&all[i]).Unit == unit) {
			kept = append(kept, all[i])
		}
	}
	return kept
}

func (s *Sandbox) pathAbsence(r *http.Request) (records.Absence, bool) {
	a, ok := s.records.Absences.Find(r.PathValue("id"))
	return a, ok && s.company.Has(a.PersonID)
}

func (s *Sandbox) getAbsence(w http.ResponseWriter, r *http.Request, _ *caller) {
	a, ok := s.pathAbsence(r)
	showRow(w, a, ok, s.absenceObject)
}

func (s *Sandbox) absenceObject(a *records.Absence) any {
	starts, ends := halfObject(a.Start, "FIRST_HALF"), halfObject(a.End, "SECOND_HALF")
	if s.records.Type(a).Unit == records.UnitHour {
		starts, ends = halfObject(a.Start, ""), halfObject(a.End, "")
	} else {
		if a.HalfDayStart {
			starts = halfObject(a.Start, "SECOND_HALF")
		}
		if a.HalfDayEnd {
			ends = halfObject(a.End, "FIRST_HALF")
		}
	}
	return map[string]any{
		"id":           a.ID,
		"person":       reference(a.PersonID),
		"absence_type": map[string]string{"id": a.TypeID},
		"starts_from":  starts,
		"ends_at":      ends,
		"timezone_id":  companyZone,
		"comment":      orNull(a.Comment),
		"approval":     map[string]string{"status": a.Status},
		"created_at":   v2Time(a.CreatedAt),
		"updated_at":   v2Time(a.UpdatedAt),
	}
}

// halfObject shows a time without a zone and which half of the day it bounds;
// null if there is no time.
func halfObject(t time.Time, half string) any {
	if t.IsZero() {
		return nil
	}
	return map[string]any{"date_time": t.Format(wallClock), "type": orNull(half)}
}

// listBreakdowns tells what each day of an absence counts.
func (s *Sandbox) listBreakdowns(w http.ResponseWriter, r *http.Request, _ *caller) {
	a, ok := s.pathAbsence(r)
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	unit := s.records.Type(&a).Unit
	listRows(s, w, r, periodLimits, filters[records.AbsenceDay]{}, a.Days(unit), func(day *records.AbsenceDay) any {
		return map[string]any{
			"date":               day.Date.Format(time.DateOnly),
			"effective_duration": map[string]any{"unit": strings.ToUpper(unit), "value": day.Value},
		}
	})
}

func (s *Sandbox) listAbsenceTypes(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, periodLimits, filters[records.AbsenceType]{}, s.records.AbsenceTypes, absenceTypeObject)
}

func (s *Sandbox) getAbsenceType(w http.ResponseWriter, r *http.Request, _ *caller) {
	t, ok := s.records.AbsenceType(r.PathValue("id"))
	showRow(w, t, ok, absenceTypeObject)
}

func absenceTypeObject(t *records.AbsenceType) any {
	return map[string]string{"id": t.ID, "name": t.Name, "category": strings.ToUpper(t.Category), "unit": strings.ToUpper(t.Unit)}
}

type absenceBody struct {
	Person  optional[idBody]    `json:"person"`
	Type    optional[idBody]    `json:"absence_type"`
	Starts  optional[clockBody] `json:"starts_from"`
	Ends    optional[clockBody] `json:"ends_at"`
	Comment optional[string]    `json:"comment"`
}

func (s *Sandbox) createAbsence(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body absenceBody
	if !readBody(w, r, &body) {
		return
	}
	skip, err := skipApproval(r.URL.Query())
	if err == nil && (body.Person.value == nil || body.Type.value == nil || body.Starts.value == nil) {
		err = errors.New("person, absence_type and starts_from are required")
	}
	if err != nil {
		refused(w, err)
		return
	}
	made, err := s.records.Absences.Add(func(rows []records.Absence) (records.Absence, error) {
		id, err := s.bodyPerson(body.Person.get().ID)
		if err != nil {
			return records.Absence{}, err
		}
		kind, ok := s.records.AbsenceType(body.Type.get().ID)
		if !ok {
			return records.Absence{}, ruleError(fmt.Sprintf("absence type %q does not exist", body.Type.get().ID))
		}
		a := s.newAbsence(id, kind, skip, rows)
		return a, body.apply(&a, kind, rows)
	})
	if err != nil {
		refused(w, err)
		return
	}
	created(w, r, made.ID)
}

// newAbsence makes an absence that has no time yet.
func (s *Sandbox) newAbsence(personID int, kind records.AbsenceType, skipApproval bool, rows []records.Absence) records.Absence {
	now := s.now().UTC().Truncate(time.Second)
	a := records.Absence{
		ID: uuid.NewString(), PersonID: personID, TypeID: kind.ID, Status: absenceStatus(kind, skipApproval),
		Origin: "api", CreatedBy: personID, CreatedAt: now, UpdatedAt: now,
	}
	if kind.Unit == records.UnitDay {
		a.TimeOffID = records.NextTimeOffID(rows)
	}
	return a
}

func absenceStatus(kind records.AbsenceType, skipApproval bool) string {
	if kind.ApprovalRequired && !skipApproval {
		return records.AbsencePending
	}
	return records.AbsenceApproved
}

func (s *Sandbox) updateAbsence(w http.ResponseWriter, r *http.Request, _ *caller) {
	before, ok := s.pathAbsence(r)
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	var body absenceBody
	if !readBody(w, r, &body) {
		return
	}
	skip, err := skipApproval(r.URL.Query())
	if err == nil && (body.Person.given || body.Type.given) {
		err = errors.New("person and absence_type cannot be changed")
	}
	if err == nil {
		err = s.records.Absences.Change(before.ID, func(a *records.Absence, rows []records.Absence) error {
			kind := s.records.Type(a)
			a.Status, a.UpdatedAt = absenceStatus(kind, skip), s.now().UTC().Truncate(time.Second)
			return body.apply(a, kind, rows)
		})
	}
	if err != nil {
		refused(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) deleteAbsence(w http.ResponseWriter, r *http.Request, _ *caller) {
	a, ok := s.pathAbsence(r)
	if !ok || s.records.Absences.Remove(a.ID) != nil {
		notFound(w, codeOrganisationNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// apply writes times and comment. An end is given like it is shown, exclusive;
// only a bare date is the last day itself.
func (b *absenceBody) apply(a *records.Absence, kind records.AbsenceType, rows []records.Absence) error {
	if b.Starts.given {
		start, half, err := absenceBound("starts_from", b.Starts.value, kind.Unit, 0)
		if err != nil {
			return err
		}
		a.Start, a.HalfDayStart = start, half == "SECOND_HALF"
	}
	if b.Ends.given {
		end, half, err := absenceBound("ends_at", b.Ends.value, kind.Unit, 24*time.Hour)
		if err != nil {
			return err
		}
		a.End, a.HalfDayEnd = end, half == "FIRST_HALF"
	}
	if b.Comment.given {
		a.Comment = b.Comment.get()
	}
	return checkAbsence(a, kind, rows)
}

// absenceBound reads a start or an end; null is none. wholeDay is added to a bare date.
func absenceBound(name string, body *clockBody, unit string, wholeDay time.Duration) (time.Time, string, error) {
	if body == nil {
		return time.Time{}, "", nil
	}
	if body.Type != "" && body.Type != "FIRST_HALF" && body.Type != "SECOND_HALF" {
		return time.Time{}, "", fmt.Errorf("%s.type %q does not exist", name, body.Type)
	}
	text := body.DateTime
	if text == "" {
		text = body.Date
	}
	t, ok := parseAnyClock(text)
	if !ok {
		return time.Time{}, "", fmt.Errorf("%s.date_time is not a time", name)
	}
	if isDate(text) {
		t = t.Add(wholeDay)
	}
	if unit == records.UnitDay && !t.Equal(t.Truncate(24*time.Hour)) {
		return time.Time{}, "", fmt.Errorf("%s.date_time has a time of day, but the absence type is counted in days", name)
	}
	return t, body.Type, nil
}

func checkAbsence(a *records.Absence, kind records.AbsenceType, rows []records.Absence) error {
	switch {
	case a.Start.IsZero():
		return errors.New("starts_from is required")
	case !a.End.IsZero() && !a.End.After(a.Start):
		return ruleError("ends_at has to be after starts_from")
	case kind.Unit == records.UnitHour && (a.HalfDayStart || a.HalfDayEnd):
		return ruleError("half days are for absence types in days")
	case a.HalfDayStart && a.HalfDayEnd && a.End.Sub(a.Start) <= 24*time.Hour:
		return ruleError("two halves of one day leave no absence")
	}
	end := a.End
	if end.IsZero() {
		end = a.Start.AddDate(100, 0, 0)
	}
	for i := range rows {
		if b := &rows[i]; b.ID != a.ID && b.PersonID == a.PersonID && b.Covers(a.Start, end) {
			return ruleError("the person has another absence at that time")
		}
	}
	return nil
}
