package gatewayfake

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Outcome is how a run of the fake ends.
type Outcome struct {
	// Status is SUCCESSFUL if it is empty.
	Status gatewayapi.SyncRunStatus
	Error  string
	Counts gatewayapi.SyncCounts
	// Items get their ids, their run and their time from the fake.
	Items []gatewayapi.SyncRunItem
	// Never says that the run does not end.
	Never bool
}

// NextRun says how runs that are queued from now on end. A run is QUEUED in the
// answer that made it, RUNNING when it is looked at first, and has ended when it
// is looked at again.
func (s *Server) NextRun(outcome Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcome = outcome
}

// Targets are the targets that there are.
func (s *Server) Targets() []gatewayapi.SyncTarget {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copies(s.targets)
}

// Rules are the rules that there are.
func (s *Server) Rules() []gatewayapi.SyncRule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copies(s.rules)
}

// AddTarget adds a target as somebody else would, and returns its id.
func (s *Server) AddTarget(o gatewayapi.SyncTarget) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addTarget(o).ID
}

// AddRule adds a rule as somebody else would, and returns its id. It never ran.
func (s *Server) AddRule(o gatewayapi.SyncRule) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addRule(o).ID
}

// ChangeTarget changes a target as somebody else would.
func (s *Server) ChangeTarget(id string, change func(*gatewayapi.SyncTarget)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.targets.find(id)
	change(o)
	o.Revision = s.next("revision")
}

// ChangeRule changes a rule as somebody else would.
func (s *Server) ChangeRule(id string, change func(*gatewayapi.SyncRule)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.rules.find(id)
	change(o)
	o.Revision = s.next("revision")
}

// MoveRule changes what a rule does by itself: its revision stays.
func (s *Server) MoveRule(id string, change func(*gatewayapi.SyncRule)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.rules.find(id))
}

// syncRoutes are the routes of syncs.
func (s *Server) syncRoutes(mux *http.ServeMux) {
	targets, rules, runs := gatewayapi.PathSyncTargets, gatewayapi.PathSyncRules, gatewayapi.PathSyncRuns
	mux.HandleFunc("GET "+targets, list(s, s.targets))
	mux.HandleFunc("POST "+targets, s.createTarget)
	mux.HandleFunc("GET "+targets+"/{id}", get(s, s.targets))
	mux.HandleFunc("PATCH "+targets+"/{id}", s.updateTarget)
	mux.HandleFunc("DELETE "+targets+"/{id}", remove(s, s.targets))
	mux.HandleFunc("GET "+rules, list(s, s.rules))
	mux.HandleFunc("POST "+rules, s.createRule)
	mux.HandleFunc("GET "+rules+"/{id}", get(s, s.rules))
	mux.HandleFunc("PATCH "+rules+"/{id}", s.updateRule)
	mux.HandleFunc("DELETE "+rules+"/{id}", remove(s, s.rules))
	mux.HandleFunc("GET "+runs+"/{id}", s.getRun)
	mux.HandleFunc("GET "+runs+"/{id}/items", s.listItems)
}

func (s *Server) addTarget(o gatewayapi.SyncTarget) *gatewayapi.SyncTarget {
	o.ID, o.Revision = s.uuid(), s.next("revision")
	o.CreatedAt, o.UpdatedAt = now(), now()
	s.targets.objects = append(s.targets.objects, &o)
	return &o
}

func (s *Server) createTarget(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.SyncTargetCreate
	if !decode(w, r, &body) {
		return
	}
	reply(w, http.StatusCreated, s.addTarget(gatewayapi.SyncTarget{Name: body.Name, SCIM: s.kept(body.SCIM.SCIMTarget)}))
}

// kept is what the fake keeps of scim: no headers if it drops descriptions.
func (s *Server) kept(scim gatewayapi.SCIMTarget) gatewayapi.SCIMTarget {
	if s.dropDescriptions {
		scim.Headers = nil
	}
	return scim
}

func (s *Server) updateTarget(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.SyncTargetUpdate
	o := change(w, r, s.targets, func(o *gatewayapi.SyncTarget) string { return o.Revision }, &body)
	if o == nil {
		return
	}
	set(&o.Name, body.Name)
	if body.SCIM != nil {
		o.SCIM = s.kept(body.SCIM.SCIMTarget)
	}
	o.Revision = s.next("revision")
	reply(w, http.StatusOK, o)
}

func (s *Server) addRule(o gatewayapi.SyncRule) *gatewayapi.SyncRule {
	o.ID, o.Revision = s.uuid(), s.next("revision")
	o.CreatedAt, o.UpdatedAt = now(), now()
	settle(&o)
	if s.dropDescriptions {
		o.Triggers = nil
	}
	s.rules.objects = append(s.rules.objects, &o)
	return &o
}

// settle gives a rule the state that follows from its configuration.
func settle(o *gatewayapi.SyncRule) {
	o.State, o.NextRunAt = gatewayapi.SyncInactive, nil
	if o.Active {
		o.State = gatewayapi.SyncActive
	}
	if o.Active && o.Schedule != nil {
		next := now().AddDate(0, 0, 1)
		o.NextRunAt = &next
	}
	o.PausedReason, o.PausedSince = "", nil
}

func (s *Server) createRule(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.SyncRuleConfig
	if !decode(w, r, &body) {
		return
	}
	for _, o := range s.rules.objects {
		if o.Name == body.Name {
			refuse(w, Finding(http.StatusConflict, gatewayapi.KindConflict, "Name taken",
				fmt.Sprintf("A sync rule named %q exists.", body.Name),
				map[string]string{gatewayapi.MetaPointer: "/name", gatewayapi.MetaExistingID: o.ID}))
			return
		}
	}
	o := s.addRule(gatewayapi.SyncRule{SyncRuleConfig: body})
	if o.Active {
		s.queueRun(o, "activation")
	}
	reply(w, http.StatusCreated, o)
}

func (s *Server) updateRule(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body gatewayapi.SyncRuleUpdate
	o := change(w, r, s.rules, func(o *gatewayapi.SyncRule) string { return o.Revision }, &body)
	if o == nil {
		return
	}
	set(&o.Name, body.Name)
	set(&o.CustomIntegrationID, body.CustomIntegrationID)
	set(&o.SyncTargetID, body.SyncTargetID)
	set(&o.Active, body.Active)
	set(&o.Filter, body.Filter)
	set(&o.Match, body.Match)
	set(&o.AttributeMapping, body.AttributeMapping)
	set(&o.GroupMapping, body.GroupMapping)
	set(&o.Operations, body.Operations)
	set(&o.DeprovisionMode, body.DeprovisionMode)
	set(&o.MaxDeprovision, body.MaxDeprovision)
	set(&o.OnFailure, body.OnFailure)
	set(&o.NotificationEmails, body.NotificationEmails)
	set(&o.Triggers, body.Triggers)
	if body.Schedule.Set {
		o.Schedule = nil
		if body.Schedule.Valid {
			o.Schedule = &body.Schedule.Value
		}
	}
	settle(o)
	o.Revision = s.next("revision")
	if o.Active {
		s.queueRun(o, "change")
	}
	reply(w, http.StatusOK, o)
}

// queueRun gives a rule a new last run.
func (s *Server) queueRun(o *gatewayapi.SyncRule, startedBy string) {
	run := &gatewayapi.SyncRun{
		ID: s.uuid(), SyncRuleID: o.ID, Status: gatewayapi.RunQueued, StartedBy: startedBy, QueuedAt: now(),
	}
	s.runs.objects = append(s.runs.objects, run)
	s.outcomes[run.ID] = s.outcome
	o.LastRun = run
}

// getRun answers with a run, and lets it go on.
func (s *Server) getRun(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.runs.find(r.PathValue("id"))
	if run == nil {
		notFound(w)
		return
	}
	outcome, at := s.outcomes[run.ID], now()
	switch {
	case run.Status == gatewayapi.RunQueued:
		run.Status, run.StartedAt = gatewayapi.RunRunning, &at
	case run.Status == gatewayapi.RunRunning && !outcome.Never:
		run.Status, run.EndedAt = gatewayapi.RunSuccessful, &at
		if outcome.Status != "" {
			run.Status = outcome.Status
		}
		run.Error, run.Counts = outcome.Error, outcome.Counts
		rule := s.rules.find(run.SyncRuleID)
		if run.Status == gatewayapi.RunFailed && rule != nil && rule.OnFailure == gatewayapi.OnFailurePause {
			rule.State, rule.PausedReason, rule.PausedSince, rule.NextRunAt = gatewayapi.SyncPaused, run.Error, &at, nil
		}
	}
	reply(w, http.StatusOK, run)
}

func (s *Server) listItems(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := gatewayapi.List[gatewayapi.SyncRunItem]{Data: []gatewayapi.SyncRunItem{}}
	page.Meta.Links.Self.Href = s.URL + r.URL.RequestURI()
	status := r.URL.Query().Get("status")
	for i, item := range slices.Clone(s.outcomes[r.PathValue("id")].Items) {
		if status == "" || status == string(item.Status) {
			item.ID, item.SyncRunID, item.At = fmt.Sprint("item-", i), r.PathValue("id"), now()
			page.Data = append(page.Data, item)
		}
	}
	reply(w, http.StatusOK, page)
}
