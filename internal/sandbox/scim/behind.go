package scim

import (
	"fmt"
	"maps"
)

// Users returns copies of all users, oldest first.
func (t *Target) Users() []Resource { return t.all(t.users) }

// Groups returns copies of all groups, oldest first.
func (t *Target) Groups() []Resource { return t.all(t.groups) }

// User returns a copy of a user.
func (t *Target) User(id string) (Resource, bool) { return t.one(t.users, id) }

// Group returns a copy of a group.
func (t *Target) Group(id string) (Resource, bool) { return t.one(t.groups, id) }

// SetUser stores a user behind every client's back: it replaces the one whose
// id the resource has, or adds one, with that id if it has one. It returns the
// id; the rules of the API hold.
func (t *Target) SetUser(user Resource) (string, error) { return t.set(t.users, user) }

// SetGroup is [Target.SetUser] for groups.
func (t *Target) SetGroup(group Resource) (string, error) { return t.set(t.groups, group) }

// DeleteUser removes a user and its memberships, and reports whether it existed.
func (t *Target) DeleteUser(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.delete(t.users, id)
}

// DeleteGroup removes a group and reports whether it existed.
func (t *Target) DeleteGroup(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.delete(t.groups, id)
}

func (t *Target) all(c *collection) []Resource {
	t.mu.Lock()
	defer t.mu.Unlock()
	memberships := t.memberships()
	out := make([]Resource, 0, len(c.order))
	for _, r := range c.order {
		out = append(out, t.render(c, r, t.options.BasePath, memberships))
	}
	return out
}

func (t *Target) one(c *collection, id string) (Resource, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := c.byID[id]
	if r == nil {
		return nil, false
	}
	return t.render(c, r, t.options.BasePath, t.memberships()), true
}

func (t *Target) set(c *collection, resource Resource) (string, error) {
	id, _ := resource["id"].(string)
	// What a client reads it may write back, with the schemas that [Target.Users] gave it.
	in := maps.Clone(resource)
	delete(in, "schemas")
	body, err := t.normalise(c.kind, clone(in))
	if err != nil {
		return "", fmt.Errorf("setting a %s: %w", c.kind.name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r := c.byID[id]
	if r == nil {
		r, err = t.insert(c, id, body)
	} else {
		err = t.update(c, r, body)
	}
	if err != nil {
		return "", fmt.Errorf("setting a %s: %w", c.kind.name, err)
	}
	return r.id, nil
}
