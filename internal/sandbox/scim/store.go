package scim

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// record is a resource at rest. Its body holds what clients may write, under
// canonical names; the rest is computed when it is shown.
type record struct {
	id                string
	body              Resource
	created, modified time.Time
	version           int
}

// etag is meta.version.
func (r *record) etag() string { return fmt.Sprintf(`W/"%d"`, r.version) }

// collection is all resources of a type, in order of creation. The target's
// lock guards it.
type collection struct {
	kind  *resourceType
	byID  map[string]*record
	order []*record
	names map[string]string // folded unique name to id, of users
}

func newCollection(kind *resourceType) *collection {
	return &collection{kind: kind, byID: make(map[string]*record), names: make(map[string]string)}
}

// foldedName is the name under which a resource must be unique; "" if it need not.
func (t *Target) foldedName(c *collection, body Resource) string {
	key := "userName"
	if c.kind == &groupType {
		if !t.options.UniqueGroupNames {
			return ""
		}
		key = "displayName"
	}
	name, _ := body[key].(string)
	return strings.ToLower(name)
}

// insert stores a new resource. id is "" but for those that a test brings.
func (t *Target) insert(c *collection, id string, body Resource) (*record, error) {
	if err := t.admit(c, id, body); err != nil {
		return nil, err
	}
	if id == "" {
		id = uuid.NewString()
	}
	now := t.now().UTC()
	r := &record{id: id, body: body, created: now, modified: now, version: 1}
	c.byID[id] = r
	c.order = append(c.order, r)
	if name := t.foldedName(c, body); name != "" {
		c.names[name] = id
	}
	return r, nil
}

// update replaces what clients may write of a resource.
func (t *Target) update(c *collection, r *record, body Resource) error {
	if err := t.admit(c, r.id, body); err != nil {
		return err
	}
	if reflect.DeepEqual(r.body, body) {
		return nil
	}
	delete(c.names, t.foldedName(c, r.body))
	if name := t.foldedName(c, body); name != "" {
		c.names[name] = r.id
	}
	r.body = body
	r.modified = t.now().UTC()
	r.version++
	return nil
}

// admit checks what can only be checked among the other resources.
func (t *Target) admit(c *collection, id string, body Resource) error {
	if err := checkRequired(c.kind, body); err != nil {
		return err
	}
	delete(body, "password")
	if name := t.foldedName(c, body); name != "" {
		if owner, taken := c.names[name]; taken && owner != id {
			return &scimError{
				status: http.StatusConflict, scimType: "uniqueness",
				detail: fmt.Sprintf("There is a %s named %q already.", c.kind.name, name),
			}
		}
	}
	return t.admitMembers(body)
}

// admitMembers refuses members that do not exist, and fills in their type.
func (t *Target) admitMembers(body Resource) error {
	members, _ := body["members"].([]any)
	var out distinct
	for _, item := range members {
		member, _ := item.(map[string]any)
		value, _ := member["value"].(string)
		switch {
		case t.users.byID[value] != nil:
			out.add(map[string]any{"value": value, "type": userType.name})
		case t.groups.byID[value] != nil:
			out.add(map[string]any{"value": value, "type": groupType.name})
		default:
			return badRequest("invalidValue", "The member %q does not exist.", value)
		}
	}
	if len(out.items) > 0 {
		body["members"] = out.items
	}
	return nil
}

// delete removes a resource and all its memberships.
func (t *Target) delete(c *collection, id string) bool {
	r := c.byID[id]
	if r == nil {
		return false
	}
	delete(c.byID, id)
	delete(c.names, t.foldedName(c, r.body))
	c.order = slices.DeleteFunc(c.order, func(other *record) bool { return other == r })
	for _, group := range t.groups.order {
		members, _ := group.body["members"].([]any)
		left := slices.DeleteFunc(slices.Clone(members), func(item any) bool {
			member, _ := item.(map[string]any)
			return member["value"] == id
		})
		if len(left) == len(members) {
			continue
		}
		group.body = clone(group.body)
		group.body["members"] = left
		if len(left) == 0 {
			delete(group.body, "members")
		}
		group.modified = t.now().UTC()
		group.version++
	}
	return true
}

// memberships are the groups that each id is a direct member of.
func (t *Target) memberships() map[string][]*record {
	of := make(map[string][]*record)
	for _, group := range t.groups.order {
		members, _ := group.body["members"].([]any)
		for _, item := range members {
			member, _ := item.(map[string]any)
			id, _ := member["value"].(string)
			of[id] = append(of[id], group)
		}
	}
	return of
}

// render makes what clients see of a resource.
func (t *Target) render(c *collection, r *record, base string, memberships map[string][]*record) Resource {
	out := clone(r.body)
	out["id"] = r.id
	schemas := []any{c.kind.core.id}
	for _, extension := range c.kind.extensions {
		if out[extension.id] != nil {
			schemas = append(schemas, extension.id)
		}
	}
	out["schemas"] = schemas
	out["meta"] = map[string]any{
		"resourceType": c.kind.name,
		"created":      r.created.Format(time.RFC3339Nano),
		"lastModified": r.modified.Format(time.RFC3339Nano),
		"location":     base + c.kind.endpoint + "/" + r.id,
		"version":      r.etag(),
	}
	if c.kind == &groupType {
		t.renderMembers(out, base)
		return out
	}
	var groups []any
	for _, group := range memberships[r.id] {
		groups = append(groups, map[string]any{
			"value": group.id, "$ref": base + groupType.endpoint + "/" + group.id, "display": group.body["displayName"], "type": "direct",
		})
	}
	if groups != nil {
		out["groups"] = groups
	}
	return out
}

// renderMembers adds who the members are.
func (t *Target) renderMembers(out Resource, base string) {
	members, _ := out["members"].([]any)
	for _, item := range members {
		member, _ := item.(map[string]any)
		id, _ := member["value"].(string)
		c := t.users
		if member["type"] == groupType.name {
			c = t.groups
		}
		member["$ref"] = base + c.kind.endpoint + "/" + id
		r := c.byID[id]
		for _, key := range []string{"displayName", "userName"} {
			if display, ok := r.body[key].(string); ok && display != "" {
				member["display"] = display
				break
			}
		}
	}
}
