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

// PlannedProject is what a plan makes of a project, as far as it matters to its
// members.
type PlannedProject struct {
	// Name is the project's, "" if the plan does not know it.
	Name string
	// SubProject and AssignedToAll say why it can have no members.
	SubProject, AssignedToAll bool
}

// Planned remembers, for one run of the provider, what objects will be once the
// plan is applied. Terraform plans an object before what refers to it, so what
// changes together with it is checked against the object to come, and not against
// the one that there is now: a sync rule against the attributes that its
// integration will read, members against the project that they will be members
// of. The zero value is ready for use, by any number of goroutines.
type Planned[T any] struct {
	mu      sync.Mutex
	objects map[string]T
}

// Plan notes what the object with that id will be.
func (p *Planned[T]) Plan(id string, object T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.objects == nil {
		p.objects = map[string]T{}
	}
	p.objects[id] = object
}

// Planned returns what the object with that id will be; ok is false if this run
// has planned no such object.
func (p *Planned[T]) Planned(id string) (object T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	object, ok = p.objects[id]
	return object, ok
}
