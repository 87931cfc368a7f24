package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

var (
	errOrgUnitType = errors.New("type has to be department or team")
	errSort        = errors.New("sort has to be id, -id, name or -name")
)

func (s *Sandbox) listOrgUnits(w http.ResponseWriter, r *http.Request, _ *caller) {
	p, err := s.readPage(r, 20, 100)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	units, err := s.orgUnits(p.query.Get("type"))
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	sorted, err := sortByName(units, p.query.Get("sort"), orgUnitKey)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	chain := p.query.Get("include_parent_chain") == "true"
	writeSlice(s, w, r, p, sorted, func(unit company.OrgUnit) any {
		object := orgUnitObject(unit, p.query.Get("type"))
		if chain {
			object["parent_chain"] = parentChain(units, unit, func(parent company.OrgUnit) any {
				return map[string]string{"id": strconv.Itoa(parent.ID)}
			})
		}
		return object
	})
}

func (s *Sandbox) getOrgUnit(w http.ResponseWriter, r *http.Request, _ *caller) {
	kind := r.URL.Query().Get("type")
	units, err := s.orgUnits(kind)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	at := slices.IndexFunc(units, func(unit company.OrgUnit) bool { return strconv.Itoa(unit.ID) == r.PathValue("id") })
	if at < 0 {
		notFound(w, codeOrganisationNotFound)
		return
	}
	object := orgUnitObject(units[at], kind)
	if r.URL.Query().Get("include_parent_chain") == "true" {
		object["parent_chain"] = parentChain(units, units[at], func(parent company.OrgUnit) any { return orgUnitObject(parent, kind) })
	}
	writeJSON(w, http.StatusOK, "application/json", object)
}

func (s *Sandbox) orgUnits(kind string) ([]company.OrgUnit, error) {
	switch kind {
	case "department":
		return s.company.Organisation().Departments, nil
	case "team":
		return s.company.Organisation().Teams, nil
	}
	return nil, errOrgUnitType
}

func orgUnitObject(unit company.OrgUnit, kind string) map[string]any {
	var parent any
	if unit.ParentID != 0 {
		parent = strconv.Itoa(unit.ParentID)
	}
	return map[string]any{
		"id":           strconv.Itoa(unit.ID),
		"type":         kind,
		"name":         unit.Name,
		"abbreviation": orNull(unit.Abbreviation),
		"description":  orNull(unit.Description),
		"parent_id":    parent,
	}
}

// parentChain shows the parents, the nearest first.
func parentChain(units []company.OrgUnit, unit company.OrgUnit, show func(company.OrgUnit) any) []any {
	chain := []any{}
	for unit.ParentID != 0 {
		at := slices.IndexFunc(units, func(u company.OrgUnit) bool { return u.ID == unit.ParentID })
		if at < 0 {
			break
		}
		unit = units[at]
		chain = append(chain, show(unit))
	}
	return chain
}

func (s *Sandbox) listLegalEntities(w http.ResponseWriter, r *http.Request, _ *caller) {
	p, err := s.readPage(r, 20, 100)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	ids, countries := splitList(p.query["id"]), splitList(p.query["country"])
	var entities []company.LegalEntity
	for _, entity := range slices.Backward(s.company.Organisation().LegalEntities) { // the latest first
		if matches(ids, strconv.Itoa(entity.ID)) && matches(countries, entity.Country) {
			entities = append(entities, entity)
		}
	}
	writeSlice(s, w, r, p, entities, legalEntityObject)
}

func (s *Sandbox) getLegalEntity(w http.ResponseWriter, r *http.Request, _ *caller) {
	for _, entity := range s.company.Organisation().LegalEntities {
		if strconv.Itoa(entity.ID) == r.PathValue("id") {
			writeJSON(w, http.StatusOK, "application/json", legalEntityObject(entity))
			return
		}
	}
	notFound(w, codeOrganisationNotFound)
}

func legalEntityObject(entity company.LegalEntity) any {
	return map[string]any{"id": strconv.Itoa(entity.ID), "name": entity.Name, "country": entity.Country}
}

func (s *Sandbox) listWorkplaces(w http.ResponseWriter, r *http.Request, _ *caller) {
	listNamed(s, w, r, s.company.Organisation().Offices, func(o company.Office) (int, string) { return o.ID, o.Name })
}

func (s *Sandbox) listCostCenters(w http.ResponseWriter, r *http.Request, _ *caller) {
	listNamed(s, w, r, s.company.Organisation().CostCenters, func(c company.CostCenter) (int, string) { return c.ID, c.Name })
}

// listNamed lists objects that have an id and a name and nothing more.
func listNamed[T any](s *Sandbox, w http.ResponseWriter, r *http.Request, all []T, key func(T) (int, string)) {
	p, err := s.readPage(r, 50, 100)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	sorted, err := sortByName(all, p.query.Get("sort"), key)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	ids, names := splitList(p.query["id"]), splitList(p.query["name"])
	kept := slices.DeleteFunc(sorted, func(element T) bool {
		id, name := key(element)
		return !matches(ids, strconv.Itoa(id)) || !matches(names, name)
	})
	writeSlice(s, w, r, p, kept, func(element T) any {
		id, name := key(element)
		return map[string]string{"id": strconv.Itoa(id), "name": name}
	})
}

func orgUnitKey(unit company.OrgUnit) (int, string) { return unit.ID, unit.Name }

// sortByName returns a sorted copy: by id unless told otherwise.
func sortByName[T any](all []T, order string, key func(T) (int, string)) ([]T, error) {
	field, descending := strings.CutPrefix(order, "-")
	if field != "" && field != "id" && field != "name" {
		return nil, errSort
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int {
		idA, nameA := key(a)
		idB, nameB := key(b)
		result := cmp.Compare(idA, idB)
		if field == "name" {
			result = cmp.Or(strings.Compare(nameA, nameB), result)
		}
		if descending {
			return -result
		}
		return result
	})
	return sorted, nil
}

// matches reports whether a filter that is a list of values lets a value through.
func matches(allowed []string, value string) bool {
	return len(allowed) == 0 || slices.Contains(allowed, value)
}
