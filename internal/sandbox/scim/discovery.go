package scim

import (
	"net/http"
	"strings"
)

// serviceProviderConfig serves GET /ServiceProviderConfig (RFC 7643, section 5).
func (t *Target) serviceProviderConfig(w http.ResponseWriter, r *http.Request) {
	supported := func(yes bool) map[string]any { return map[string]any{"supported": yes} }
	writeJSON(w, http.StatusOK, mediaType, map[string]any{
		"schemas":        []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":          supported(!t.options.WithoutPatch),
		"bulk":           map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         map[string]any{"supported": true, "maxResults": maxCount},
		"changePassword": supported(false),
		"sort":           supported(false),
		"etag":           supported(true),
		"authenticationSchemes": []any{map[string]any{
			"type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "A bearer token in the Authorization header.",
			"specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true,
		}},
		"meta": meta("ServiceProviderConfig", t.baseURL(r)+"/ServiceProviderConfig"),
	})
}

func meta(resourceType, location string) map[string]any {
	return map[string]any{"resourceType": resourceType, "location": location}
}

// resourceTypes are the answers of /ResourceTypes (RFC 7643, section 6).
func (t *Target) resourceTypes(r *http.Request) []Resource {
	var out []Resource
	for _, rt := range []*resourceType{&userType, &groupType} {
		resource := Resource{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
			"id":      rt.name, "name": rt.name, "endpoint": rt.endpoint, "schema": rt.core.id, "description": rt.core.description,
			"meta": meta("ResourceType", t.baseURL(r)+"/ResourceTypes/"+rt.name),
		}
		var extensions []any
		for _, extension := range rt.extensions {
			extensions = append(extensions, map[string]any{"schema": extension.id, "required": false})
		}
		if extensions != nil {
			resource["schemaExtensions"] = extensions
		}
		out = append(out, resource)
	}
	return out
}

// schemas are the answers of /Schemas (RFC 7643, section 7).
func (t *Target) schemas(r *http.Request) []Resource {
	var out []Resource
	for _, s := range []*schema{&userSchema, &groupSchema, &enterpriseSchema} {
		out = append(out, Resource{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"},
			"id":      s.id, "name": s.name, "description": s.description,
			"attributes": describe(s.attributes),
			"meta":       meta("Schema", t.baseURL(r)+"/Schemas/"+s.id),
		})
	}
	return out
}

// describe writes attributes down as RFC 7643, section 7 has them.
func describe(attributes []attribute) []any {
	var out []any
	for _, a := range attributes {
		choose := func(yes bool, then, otherwise string) string {
			if yes {
				return then
			}
			return otherwise
		}
		mutability := choose(a.readOnly, "readOnly", choose(a.writeOnly, "writeOnly", "readWrite"))
		description := map[string]any{
			"name": a.name, "type": string(a.kind), "multiValued": a.multi, "required": a.required, "caseExact": a.exact,
			"mutability": mutability, "returned": choose(a.writeOnly, "never", "default"), "uniqueness": choose(a.unique, "server", "none"),
		}
		if a.kind == isReference {
			description["referenceTypes"] = []string{"external"}
		}
		if a.sub != nil {
			description["subAttributes"] = describe(a.sub)
		}
		out = append(out, description)
	}
	return out
}

func (t *Target) listResourceTypes(w http.ResponseWriter, r *http.Request) {
	writeAll(w, t.resourceTypes(r))
}
func (t *Target) listSchemas(w http.ResponseWriter, r *http.Request) { writeAll(w, t.schemas(r)) }

func (t *Target) getResourceType(w http.ResponseWriter, r *http.Request) {
	writeOne(w, r, t.resourceTypes(r))
}
func (t *Target) getSchema(w http.ResponseWriter, r *http.Request) { writeOne(w, r, t.schemas(r)) }

// writeAll answers with everything: these lists have no pages.
func writeAll(w http.ResponseWriter, resources []Resource) {
	writeJSON(w, http.StatusOK, mediaType, map[string]any{
		"schemas": []string{urnListResponse}, "totalResults": len(resources), "startIndex": 1, "itemsPerPage": len(resources), "Resources": resources,
	})
}

// writeOne answers with the resource that the path names.
func writeOne(w http.ResponseWriter, r *http.Request, resources []Resource) {
	for _, resource := range resources {
		if id, _ := resource["id"].(string); strings.EqualFold(id, r.PathValue("id")) {
			writeJSON(w, http.StatusOK, mediaType, resource)
			return
		}
	}
	notFound(w, r)
}
