package sandbox

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// watch turns changes into events.
func (s *Sandbox) watch() {
	s.company.Watch(s.personChanged)
	s.records.Absences.Watch(s.absenceChanged)
	s.records.Attendances.Watch(func(before, after *records.Attendance) {
		rowChanged(s, "attendance-period", before, after, func(a *records.Attendance) map[string]any {
			return eventIDs("attendance_period", a.ID, a.PersonID)
		})
	})
	s.records.Documents.Watch(func(before, after *records.Document) {
		rowChanged(s, "document", before, after, func(d *records.Document) map[string]any { return eventIDs("document", d.ID, d.OwnerID) })
	})
}

// rowChanged tells of a row that came, changed or went, of what kind it is.
func rowChanged[T any](s *Sandbox, kind string, before, after *T, payload func(*T) map[string]any) {
	switch {
	case before == nil:
		s.happened(kind+".created", payload(after))
	case after == nil:
		s.happened(kind+".deleted", payload(before))
	case !reflect.DeepEqual(before, after):
		s.happened(kind+".updated", payload(after))
	}
}

func (s *Sandbox) absenceChanged(before, after *records.Absence) {
	payload := func(a *records.Absence) map[string]any { return eventIDs("absence_period", a.ID, a.PersonID) }
	if before == nil || after == nil {
		rowChanged(s, "absence-period", before, after, payload)
		return
	}
	if before.Status != after.Status {
		s.happened("absence-period.updated.status", payload(after))
	}
	if !before.Start.Equal(after.Start) || !before.End.Equal(after.End) {
		s.happened("absence-period.updated.timerange", payload(after))
	}
}

func (s *Sandbox) personChanged(before, after *company.Person) {
	switch {
	case before == nil:
		s.happened("person.created", eventIDs("", "", after.ID))
		s.happened("employment.created", eventIDs("employment", after.Employment.ID, after.ID))
		return
	case after == nil:
		for _, employment := range before.Employments() {
			s.happened("employment.deleted", eventIDs("employment", employment.ID, before.ID))
		}
		s.happened("person.deleted", eventIDs("", "", before.ID))
		return
	}
	if before.FirstName != after.FirstName || before.LastName != after.LastName || before.PreferredName != after.PreferredName ||
		before.Email != after.Email || before.Gender != after.Gender || before.LanguageCode != after.LanguageCode ||
		!reflect.DeepEqual(before.Custom, after.Custom) {
		s.happened("person.updated", eventIDs("", "", after.ID))
	}
	for _, name := range employmentEvents(before.Employment, after.Employment) {
		s.happened(name, eventIDs("employment", after.Employment.ID, after.ID))
	}
}

// employmentEvents are what a change of an employment is called.
func employmentEvents(before, after company.Employment) []string {
	var names []string
	if !slices.Equal(before.CostCenters, after.CostCenters) {
		names = append(names, "employment.updated.cost-centers")
	}
	if before.Status == company.StatusOnboarding && after.Status == company.StatusActive {
		names = append(names, "employment.started")
	}
	if before.Status != company.StatusInactive && after.Status == company.StatusInactive {
		names = append(names, "employment.terminated")
	}
	before.CostCenters, before.UpdatedAt = after.CostCenters, after.UpdatedAt
	if !reflect.DeepEqual(before, after) {
		names = append(names, "employment.updated")
	}
	return names
}

// eventIDs is a payload: the id of what changed, if it is not the person, and
// of the person.
func eventIDs(name, id string, personID int) map[string]any {
	ids := map[string]any{"person": map[string]any{"id": strconv.Itoa(personID)}}
	if name != "" {
		ids[name] = map[string]any{"id": id}
	}
	return ids
}

// happened sends an event to every enabled webhook that wants it.
func (s *Sandbox) happened(name string, payload map[string]any) {
	var events []records.WebhookEvent
	hooks := s.records.Webhooks.All()
	for i := range hooks {
		if hooks[i].Status == records.WebhookEnabled && slices.Contains(hooks[i].EnabledEvents, name) {
			events = append(events, s.newEvent(hooks[i].ID, name, payload))
		}
	}
	if len(events) > 0 {
		s.logEvents(events...)
		s.webhooks.send(events...)
	}
}

func (s *Sandbox) newEvent(hookID, name string, payload map[string]any) records.WebhookEvent {
	return records.WebhookEvent{ID: uuid.NewString(), WebhookID: hookID, Name: name, OccurredAt: s.moment(), Payload: payload}
}

func (s *Sandbox) logEvents(events ...records.WebhookEvent) {
	_ = s.records.WebhookEvents.Edit(func(rows []records.WebhookEvent) ([]records.WebhookEvent, error) {
		rows = slices.DeleteFunc(rows, func(e records.WebhookEvent) bool { return s.forgotten(e.OccurredAt) })
		return append(rows, events...), nil
	})
}

// eventBody is what a receiver gets.
func eventBody(e *records.WebhookEvent) map[string]any {
	return map[string]any{
		"company_id": strconv.Itoa(companyID), "event_name": e.Name, "occurred_at": e.OccurredAt.Format(webhookTime), "payload": e.Payload,
		"meta": map[string]any{"event_id": e.ID, "webhook_id": e.WebhookID},
	}
}

// webhookTime is how deliveries and their logs write times, in UTC.
const webhookTime = "2006-01-02T15:04:05.000Z"
