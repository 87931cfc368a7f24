package personio

import (
	"context"
	"iter"
	"net/url"
)

// Paths of the organisation.
const (
	pathOrgUnits      = "/v2/org-units"
	pathLegalEntities = "/v2/legal-entities"
	pathWorkplaces    = "/v2/workplaces"
	pathCostCenters   = "/v2/cost-centers"
)

// organisationLimit is the most objects of the organisation that a page holds
// (reference pages of org units, legal entities, workplaces and cost centers).
const organisationLimit = 100

// OrgUnit is a department or a team. What Personio does not tell is "".
type OrgUnit struct {
	ID           ID     `json:"id"`
	Type         string `json:"type"`
	Name         string `json:"name"`
	Abbreviation string `json:"abbreviation"`
	Description  string `json:"description"`
	// ParentID is the org unit of the same type that it is part of.
	ParentID ID `json:"parent_id"`
}

// LegalEntity is a company of the group.
type LegalEntity struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Country is an ISO 3166 alpha-2 code.
	Country string `json:"country"`
}

// Named is an object that has an id and a name: a workplace, a cost center.
type Named struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// OrgUnits yields the org units of a type, "department" or "team". The list is
// in beta.
func (c *Client) OrgUnits(ctx context.Context, kind string) iter.Seq2[OrgUnit, error] {
	return objects[OrgUnit](ctx, c, listing{path: pathOrgUnits, query: url.Values{"type": {kind}}, limit: organisationLimit, beta: true})
}

// LegalEntities yields the legal entities of a country, of all for "".
func (c *Client) LegalEntities(ctx context.Context, country string) iter.Seq2[LegalEntity, error] {
	query := url.Values{}
	if country != "" {
		query.Set("country", country)
	}
	return objects[LegalEntity](ctx, c, listing{path: pathLegalEntities, query: query, limit: organisationLimit})
}

// Workplaces yields the workplaces, which version 1 calls offices. The list is
// in beta.
func (c *Client) Workplaces(ctx context.Context) iter.Seq2[Named, error] {
	return objects[Named](ctx, c, listing{path: pathWorkplaces, limit: organisationLimit, beta: true})
}

// CostCenters yields the cost centers. The list is in beta.
func (c *Client) CostCenters(ctx context.Context) iter.Seq2[Named, error] {
	return objects[Named](ctx, c, listing{path: pathCostCenters, limit: organisationLimit, beta: true})
}
