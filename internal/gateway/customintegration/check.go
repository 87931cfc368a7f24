package customintegration

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// check refuses an integration that is wrong in itself, or that wants more than
// the upstream credential may do. What it wanted before already is not held
// against a change: an upstream that shrank must not block a rename.
func (s *Service) check(ctx context.Context, before, after store.CustomIntegration) error {
	var found httpapi.Findings
	checkScopes(&found, after.Scopes)
	checkAttributes(&found, "/readable_attributes", after.ReadableAttributes)
	checkAttributes(&found, "/writable_attributes", after.WritableAttributes)
	checkIDs(&found, "report_ids", after.ReportIDs, after.Scopes, attribute.ScopeReportsRead)
	checkIDs(&found, "document_category_ids", after.DocumentCategoryIDs, after.Scopes, attribute.ScopeDocumentsRead, attribute.ScopeDocumentsWrite)
	if after.AllAttributes && len(after.ReadableAttributes) > 0 {
		found.Add(gatewayapi.KindInvalid, "/all_attributes", "all_attributes and readable_attributes exclude each other: list attributes, or allow all of them.")
	}
	if err := found.Problem(); err != nil {
		return err
	}
	newScopes := added(before.Scopes, after.Scopes)
	newAttributes := added(before.ReadableAttributes, after.ReadableAttributes)
	if len(newScopes) == 0 && len(newAttributes) == 0 {
		return nil
	}
	rights, err := s.Upstream.FreshRights(ctx)
	if err != nil {
		return httpapi.Problem(http.StatusBadGateway, gatewayapi.KindBadGateway, fmt.Sprintf(
			"The gateway could not ask Personio what its upstream credential may do, so it cannot grant anything from it. %v", err), nil)
	}
	checkUpstream(&found, rights, after, newScopes, newAttributes)
	return found.Problem()
}

func checkScopes(found *httpapi.Findings, scopes []string) {
	seen := map[string]string{}
	for n, scope := range scopes {
		pointer := fmt.Sprintf("/scopes/%d", n)
		canonical, known := attribute.CanonicalScope(scope)
		switch {
		case attribute.IsManagementScope(scope):
			found.Add(gatewayapi.KindInvalid, pointer, "%s is a scope of the gateway's management API; custom integrations cannot hold it.", scope)
		case !known:
			found.Add(gatewayapi.KindInvalid, pointer, "There is no scope %q.%s", scope, didYouMean(attribute.NearestScopes(scope, 3)))
		case seen[canonical] != "":
			found.Add(gatewayapi.KindInvalid, pointer, "%s is listed twice: %s means the same.", scope, seen[canonical])
		}
		seen[canonical] = scope
	}
}

func checkAttributes(found *httpapi.Findings, pointer string, keys []string) {
	seen := map[string]bool{}
	for n, key := range keys {
		switch at := fmt.Sprintf("%s/%d", pointer, n); {
		case !attribute.Known(key):
			found.Add(gatewayapi.KindInvalid, at, "There is no employee attribute %q. Custom attributes are named dynamic_<number>.%s", key, didYouMean(attribute.Nearest(key, 3)))
		case seen[key]:
			found.Add(gatewayapi.KindInvalid, at, "%s is listed twice.", key)
		}
		seen[key] = true
	}
}

// checkIDs checks a list of ids that are Personio's, and opaque. Whether they
// exist there is not asked, because a report can be opened to the API later; but
// a list that none of the scopes lets anybody use is a mistake.
func checkIDs(found *httpapi.Findings, member string, ids, scopes []string, needsOneOf ...string) {
	if len(ids) > 0 && !slices.ContainsFunc(needsOneOf, attribute.NewScopeSet(scopes...).Has) {
		found.Add(gatewayapi.KindInvalid, "/"+member, "%s has no effect without the scope %s. Add it to scopes, or list nothing here.",
			member, strings.Join(needsOneOf, " or "))
	}
	seen := map[string]bool{}
	for n, id := range ids {
		switch at := fmt.Sprintf("/%s/%d", member, n); {
		case id == "":
			found.Add(gatewayapi.KindInvalid, at, "An id cannot be empty.")
		case seen[id]:
			found.Add(gatewayapi.KindInvalid, at, "%q is listed twice.", id)
		}
		seen[id] = true
	}
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(names, ", ") + "?"
}

// checkUpstream notes which of the new scopes and attributes the upstream
// credential lacks.
func checkUpstream(found *httpapi.Findings, rights *upstream.Rights, after store.CustomIntegration, newScopes, newAttributes []string) {
	missingScopes, missingAttributes := rights.Missing(newScopes, newAttributes)
	for n, scope := range after.Scopes {
		if slices.Contains(missingScopes, scope) {
			found.Add(gatewayapi.KindUpstreamSmaller, fmt.Sprintf("/scopes/%d", n),
				"The gateway's upstream credential lacks the scope %s, so it cannot be granted. Grant it to that credential in Personio first%s.", scope, area(scope))
		}
	}
	for n, key := range after.ReadableAttributes {
		if slices.Contains(missingAttributes, key) {
			found.Add(gatewayapi.KindUpstreamSmaller, fmt.Sprintf("/readable_attributes/%d", n),
				"The gateway's upstream credential may not read the attribute %s, so it cannot be granted. Add it to the readable attributes of that credential in Personio first.", key)
		}
	}
}

// area says where in Personio's screens a scope is granted.
func area(scope string) string {
	s, ok := attribute.LookupScope(scope)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (area %s, in German %s)", s.Area, s.AreaDE)
}

func added(before, after []string) []string {
	var result []string
	for _, s := range after {
		if !slices.Contains(before, s) {
			result = append(result, s)
		}
	}
	return result
}

// inUse is the refusal to delete what others need. force_destroy takes
// credentials along, never sync rules: who would notice that people stopped
// being synced?
func inUse(rules, credentials int) error {
	if rules > 0 {
		return httpapi.Problem(http.StatusConflict, gatewayapi.KindInUse, fmt.Sprintf(
			"%d sync rule(s) still read as this custom integration. Delete them or give them another integration first.", rules), nil)
	}
	return httpapi.Problem(http.StatusConflict, gatewayapi.KindInUse, fmt.Sprintf(
		"The custom integration still has %d API credential(s). Delete them first, or delete with force_destroy=true, which revokes them all.", credentials), nil)
}
