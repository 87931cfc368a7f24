package passthrough

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

func forbidden(status int, format string, args ...any) *gatewayapi.Problem {
	return httpapi.Problem(status, gatewayapi.KindForbidden, fmt.Sprintf(format, args...), nil)
}

// checkWritesAll lets only those delete an employee who may write everything of
// one: no list of attributes says that much.
func checkWritesAll(_ *Proxy, _ *http.Request, principal *token.Principal) *gatewayapi.Problem {
	if principal.MayWriteAll() {
		return nil
	}
	return forbidden(http.StatusForbidden, "Deleting a person ends every attribute of it, which no custom integration may write. Nothing was passed on. Delete the person in Personio.")
}

// checkMembersNamed refuses to remove members of a project by a parameter that
// Personio does not know: it would ignore it, and remove all of them.
func checkMembersNamed(_ *Proxy, r *http.Request, _ *token.Principal) *gatewayapi.Problem {
	query := r.URL.Query()
	named := len(query["person_id"]) > 0
	for _, id := range query["person_id"] {
		named = named && strings.Trim(id, ", ") != ""
	}
	if named || len(query) == 0 && r.ContentLength == 0 {
		return nil
	}
	return httpapi.Problem(http.StatusBadRequest, gatewayapi.KindBadRequest,
		"Nothing was passed on: without the parameter person_id Personio removes every member of the project, and this request has other parameters or a body, as if somebody were meant. Send person_id, or nothing to remove all.",
		map[string]string{gatewayapi.MetaPointer: "#query/person_id"})
}

// checkReport refuses a report that is not open to the principal.
func checkReport(_ *Proxy, r *http.Request, principal *token.Principal) *gatewayapi.Problem {
	return refuseReport(r.PathValue("id"), statusOfReports(r), principal)
}

// statusOfReports is the status by which Personio refuses a report.
func statusOfReports(r *http.Request) int {
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		return http.StatusForbidden
	}
	return http.StatusBadRequest
}

func refuseReport(id string, status int, principal *token.Principal) *gatewayapi.Problem {
	if principal.MayReadReport(id) {
		return nil
	}
	return forbidden(status, "The report %s is not open to this credential. Add it to the report_ids of its custom integration: a report shows every attribute in it, whatever the readable attributes are.", id)
}

// checkReportColumns lets the columns of one report be read by who may read it,
// and the names of all columns by everybody, as those of attributes.
func checkReportColumns(_ *Proxy, r *http.Request, principal *token.Principal) *gatewayapi.Problem {
	for _, id := range r.URL.Query()["report_id"] {
		if problem := refuseReport(id, statusOfReports(r), principal); problem != nil && id != "" {
			return problem
		}
	}
	return nil
}

// checkDocument refuses a document whose category is not open to the principal.
// Personio has no endpoint that tells one document's category, so the gateway
// knows it from the lists that it passed on.
func checkDocument(p *Proxy, r *http.Request, principal *token.Principal) *gatewayapi.Problem {
	if principal.Management {
		return nil
	}
	id := r.PathValue("id")
	category, known := p.documents.category(id)
	switch {
	case !known:
		return forbidden(http.StatusForbidden,
			"The gateway does not know the category of the document %s. List the documents of its owner (GET /v2/document-management/documents?owner_id=...) first: what is in the list can be used for %s.", id, documentLife)
	case !principal.MayUseDocumentCategory(category):
		return forbidden(http.StatusForbidden, "The document %s is in the category %s, which is not in the document_category_ids of this credential's custom integration.", id, category)
	}
	return nil
}
