package scim

import "strings"

// projection makes what attributes and excludedAttributes leave of a resource
// (RFC 7644, section 3.9). id and schemas are always there. Names that nothing
// has select nothing.
func projection(attributes, excluded string) (func(Resource) Resource, error) {
	switch {
	case attributes != "" && excluded != "":
		return nil, badRequest("invalidValue", "attributes and excludedAttributes exclude each other.")
	case attributes != "":
		wanted := names(attributes)
		return func(resource Resource) Resource {
			out := prune(resource, "", func(path string) bool { return wanted[path] })
			out["id"], out["schemas"] = resource["id"], resource["schemas"]
			return out
		}, nil
	case excluded != "":
		unwanted := names(excluded)
		return func(resource Resource) Resource {
			cut(resource, "", func(path string) bool { return unwanted[path] && path != "id" && path != "schemas" })
			return resource
		}, nil
	default:
		return func(resource Resource) Resource { return resource }, nil
	}
}

// names splits a list of attributes; the URNs of the core schemas may be left out.
func names(list string) map[string]bool {
	set := make(map[string]bool)
	for name := range strings.SplitSeq(list, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		for _, urn := range []string{urnUser, urnGroup} {
			name = strings.TrimPrefix(name, strings.ToLower(urn)+":")
		}
		set[name] = true
	}
	return set
}

// join is the path of a member in lower case.
func join(parent, key string) string {
	switch key = strings.ToLower(key); {
	case parent == "":
		return key
	case strings.EqualFold(parent, urnEnterprise):
		return parent + ":" + key
	default:
		return parent + "." + key
	}
}

// prune keeps what is wanted and what it stands in.
func prune(object map[string]any, parent string, wanted func(string) bool) map[string]any {
	out := make(map[string]any)
	for key, value := range object {
		path := join(parent, key)
		if wanted(path) {
			out[key] = value
			continue
		}
		switch v := value.(type) {
		case map[string]any:
			if kept := prune(v, path, wanted); len(kept) > 0 {
				out[key] = kept
			}
		case []any:
			var items []any
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					if kept := prune(o, path, wanted); len(kept) > 0 {
						items = append(items, kept)
					}
				}
			}
			if items != nil {
				out[key] = items
			}
		}
	}
	return out
}

// cut takes away what is unwanted.
func cut(object map[string]any, parent string, unwanted func(string) bool) {
	for key, value := range object {
		path := join(parent, key)
		if unwanted(path) {
			delete(object, key)
			continue
		}
		switch v := value.(type) {
		case map[string]any:
			cut(v, path, unwanted)
		case []any:
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					cut(o, path, unwanted)
				}
			}
		}
	}
}
