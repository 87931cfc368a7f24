package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var compensationLimits = [2]int{100, 100}

// pay is an entry in the list of compensations: a salary, or what a record says.
type pay struct {
	id       string
	person   company.Person
	kind     map[string]any
	value    float64
	currency string
	interval any
	from     string
}

// listCompensations lists what people get in a window of up to a month, which
// is the current one if the request does not say.
func (s *Sandbox) listCompensations(w http.ResponseWriter, r *http.Request, _ *caller) {
	p, err := s.readPage(r, compensationLimits[0], compensationLimits[1])
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	from, to, err := s.payWindow(p.query)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	people, entities := splitList(p.query["person.id"]), splitList(p.query["legal_entity.id"])
	entries := slices.DeleteFunc(s.payIn(from, to), func(e pay) bool {
		return !matches(people, strconv.Itoa(e.person.ID)) || !matches(entities, strconv.Itoa(e.person.Employment.LegalEntityID))
	})
	writeSlice(s, w, r, p, entries, func(e pay) any {
		return map[string]any{
			"id":                             e.id,
			"person":                         reference(e.person.ID),
			"legal_entity":                   reference(e.person.Employment.LegalEntityID),
			"type":                           e.kind,
			"amount":                         map[string]any{"value": e.value, "currency": e.currency},
			"interval":                       e.interval,
			"effective_from":                 orNull(e.from),
			"weekly_working_hours":           e.person.Employment.WeeklyHours,
			"full_time_weekly_working_hours": e.person.Employment.FullTimeWeeklyHours,
		}
	})
}

// payWindow reads start_date and end_date; the result is YYYY-MM-DD.
func (s *Sandbox) payWindow(query url.Values) (from, to string, err error) {
	today := s.now().UTC()
	start, end := today, today
	for name, target := range map[string]*time.Time{"start_date": &start, "end_date": &end} {
		if text := query.Get(name); text != "" {
			day, ok := parseDate(text)
			if !ok {
				return "", "", errors.New(name + " is not a date")
			}
			*target = day
		}
	}
	firstOf := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }
	if query.Get("start_date") == "" {
		start = firstOf(end)
	}
	if query.Get("end_date") == "" {
		end = firstOf(start).AddDate(0, 1, -1)
	}
	if end.Before(start) || end.After(start.AddDate(0, 1, 0)) {
		return "", "", errors.New("the time from start_date to end_date has to be a month or less")
	}
	return start.Format(time.DateOnly), end.Format(time.DateOnly), nil
}

// payIn collects what people get between two days. A salary has no record: it is what the
// person's attributes say now.
func (s *Sandbox) payIn(from, to string) []pay {
	var entries []pay
	people := make(map[int]company.Person)
	for _, p := range s.company.People() {
		people[p.ID] = p
		if hired := p.Employment.HireDate; !p.Active() || hired > to {
			continue
		}
		add := func(category, name string, value float64, interval any) {
			if value > 0 {
				id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%d", category, p.ID)).String()
				entries = append(entries, pay{id, p, map[string]any{"id": nil, "name": name, "category": category}, value, "EUR", interval, p.Employment.HireDate})
			}
		}
		add("FIXED_SALARY", "Fixed salary", p.FixSalary, strings.ToUpper(p.FixSalaryInterval))
		add("HOURLY_SALARY", "Hourly salary", p.HourlySalary, nil)
	}
	for _, entry := range s.records.Compensations.All() {
		person, ok := people[entry.PersonID]
		kind, known := s.records.CompensationTypes.Find(entry.TypeID)
		if !ok || !known || entry.EffectiveFrom > to || kind.Category == records.OneTime && entry.EffectiveFrom < from {
			continue
		}
		entries = append(entries, pay{
			entry.ID, person,
			map[string]any{"id": kind.ID, "name": kind.Name, "category": kind.Category},
			entry.Value, entry.Currency, orNull(entry.Interval), entry.EffectiveFrom,
		})
	}
	return entries
}

type compensationBody struct {
	Person        idBody   `json:"person"`
	Type          idBody   `json:"type"`
	Value         *float64 `json:"value"`
	Currency      string   `json:"currency"`
	EffectiveFrom string   `json:"effective_from"`
	Interval      string   `json:"interval"`
	Comment       string   `json:"comment"`
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// createCompensation adds an entry, which nothing can change afterwards. The
// type in the answer has an id and nothing more.
func (s *Sandbox) createCompensation(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body compensationBody
	if !readBody(w, r, &body) {
		return
	}
	made, err := s.compensationOf(&body)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	_, _ = s.records.Compensations.Add(func([]records.Compensation) (records.Compensation, error) { return made, nil })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{
		"id":             made.ID,
		"person":         reference(made.PersonID),
		"type":           map[string]string{"id": made.TypeID},
		"value":          made.Value,
		"currency":       made.Currency,
		"effective_from": made.EffectiveFrom,
		"interval":       orNull(made.Interval),
		"comment":        orNull(made.Comment),
		"_meta":          map[string]any{},
	})
}

func (s *Sandbox) compensationOf(body *compensationBody) (records.Compensation, error) {
	made := records.Compensation{
		ID: uuid.NewString(), TypeID: body.Type.ID, Currency: body.Currency, Interval: body.Interval,
		EffectiveFrom: body.EffectiveFrom, Comment: body.Comment, CreatedAt: s.now().UTC().Truncate(time.Second),
	}
	personID, err := s.bodyPerson(body.Person.ID)
	if err != nil {
		return made, err
	}
	kind, ok := s.records.CompensationTypes.Find(body.Type.ID)
	switch {
	case !ok:
		return made, fmt.Errorf("type %q does not exist", body.Type.ID)
	case body.Value == nil || *body.Value < 0:
		return made, errors.New("value is required and not below zero")
	case !currencyCode.MatchString(body.Currency):
		return made, fmt.Errorf("currency %q is not an ISO 4217 code", body.Currency)
	case !isDate(body.EffectiveFrom):
		return made, fmt.Errorf("effective_from %q is not a date", body.EffectiveFrom)
	case kind.Category == records.OneTime && body.Interval != "":
		return made, errors.New("a type that is paid once has no interval")
	case kind.Category == records.Recurring && !slices.Contains([]string{"MONTHLY", "QUARTERLY", "HALF-YEARLY", "YEARLY"}, body.Interval):
		return made, fmt.Errorf("interval %q does not exist", body.Interval)
	}
	made.PersonID, made.Value = personID, *body.Value
	return made, nil
}

func (s *Sandbox) listCompensationTypes(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, compensationLimits, filters[records.CompensationType]{}, s.records.CompensationTypes.All(), func(t *records.CompensationType) any {
		return map[string]string{"id": t.ID, "name": t.Name, "category": t.Category}
	})
}

// createCompensationType answers 200, as Personio does. Nothing can change or delete a type.
func (s *Sandbox) createCompensationType(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body struct {
		Name     string `json:"name"`
		Category string `json:"category"`
	}
	if !readBody(w, r, &body) {
		return
	}
	if strings.TrimSpace(body.Name) == "" || body.Category != records.Recurring && body.Category != records.OneTime {
		badRequest(w, "name is required, and category has to be RECURRING or ONE_TIME")
		return
	}
	made := records.CompensationType{ID: uuid.NewString(), Name: body.Name, Category: body.Category}
	_, _ = s.records.CompensationTypes.Add(func([]records.CompensationType) (records.CompensationType, error) { return made, nil })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"id": made.ID, "name": made.Name, "category": made.Category, "_meta": map[string]any{}})
}
