package tfx

import "sync"

// AttributeList says which employee attributes a custom integration may read.
type AttributeList struct {
	// Name is the integration's, "" if the plan does not know it.
	Name string
	// Known is false if the plan cannot tell yet.
	Known bool
	// All says that it may read every attribute.
	All bool
	// Keys are the attributes that it may read, if not all.
	Keys []string
}

// AttributeLists remembers, for one run of the provider, what each custom
// integration may read once the plan is applied. Terraform plans an integration
// before what refers to it, so a rule that changes together with its integration
// is checked against the list to come, and not against the one that the gateway
// has now. The zero value is ready for use, by any number of goroutines.
type AttributeLists struct {
	mu      sync.Mutex
	planned map[string]AttributeList
}

// Plan notes the planned list of the integration with that id.
func (l *AttributeLists) Plan(integrationID string, list AttributeList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.planned == nil {
		l.planned = map[string]AttributeList{}
	}
	l.planned[integrationID] = list
}

// Planned returns the planned list of the integration with that id; ok is false
// if this run has planned no such integration.
func (l *AttributeLists) Planned(integrationID string) (list AttributeList, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok = l.planned[integrationID]
	return list, ok
}
