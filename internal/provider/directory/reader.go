package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// reader reads persons and keeps of them the attributes that were asked for.
//
// Values come from version 1, which can be asked for single attributes, knows
// those of employments, and gives 100 people a page; filters are those of
// version 2. Of four texts both versions tell the same, so that people who were
// found by a filter need not be read again for them.
type reader struct {
	client *personio.Client
	// keys are the attributes, sorted.
	keys []string
	// people are those who were read, as personType, by id.
	people map[string]tftypes.Value
}

// everybody reads all people: one request for each 100.
func (r *reader) everybody(ctx context.Context) error {
	r.people = map[string]tftypes.Value{}
	for page, err := range r.client.EmployeePages(ctx, r.keys) {
		if err != nil {
			return err
		}
		for _, employee := range page.Employees {
			if err := r.take(employee); err != nil {
				return err
			}
		}
	}
	return nil
}

// selected reads the people whom a filter selects: one request for each 50 of
// them, and those of complete.
func (r *reader) selected(ctx context.Context, filter personio.PersonFilter) error {
	r.people = map[string]tftypes.Value{}
	missing := map[string]bool{}
	inPerson := !slices.ContainsFunc(r.keys, func(key string) bool { return !slices.Contains(personKeys, key) })
	for person, err := range r.client.Persons(ctx, filter) {
		if err != nil {
			return err
		}
		if !inPerson {
			missing[string(person.ID)] = true
			continue
		}
		found, err := personValues(person, r.keys)
		if err = r.keep(person.ID, found, err); err != nil {
			return err
		}
	}
	return r.complete(ctx, missing)
}

// complete reads the people with the ids that are missing: from pages of 100 as
// long as that takes fewer requests than asking for the rest one by one. Who has
// gone meanwhile is left out.
func (r *reader) complete(ctx context.Context, missing map[string]bool) error {
	if len(missing) > 1 {
		for page, err := range r.client.EmployeePages(ctx, r.keys) {
			if err != nil {
				return err
			}
			for _, employee := range page.Employees {
				if !missing[string(employee.ID)] {
					continue
				}
				delete(missing, string(employee.ID))
				if err := r.take(employee); err != nil {
					return err
				}
			}
			if len(missing) <= page.Left {
				break
			}
		}
	}
	for id := range missing {
		employee, err := r.client.Employee(ctx, id)
		if personio.IsNotFound(err) {
			continue
		}
		if err == nil {
			err = r.take(employee)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) take(employee personio.Employee) error {
	found, err := employeeValues(employee, r.keys)
	return r.keep(employee.ID, found, err)
}

// keep notes the values of a person.
func (r *reader) keep(id personio.ID, found tftypes.Value, err error) error {
	if err != nil {
		return fmt.Errorf("person %s: %w", id, err)
	}
	r.people[string(id)] = tftypes.NewValue(personType, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, string(id)), "values": found})
	return nil
}

// steadily reads once more if people came or went between two pages.
func steadily(read func() error) error {
	err := read()
	if personio.IsUnsteady(err) {
		err = read()
	}
	return err
}

// checkReadable reports the attributes that the credential may not read. Personio
// leaves them out of its answers, where they would look like people without them.
func (r *reader) checkReadable(ctx context.Context, object tfx.Object, diags *diag.Diagnostics) {
	attributes, err := r.client.EmployeeAttributes(ctx)
	if err != nil {
		object.Kind, object.Name = "employee attributes", ""
		tfx.AddError(diags, "list", object, nil, err)
		return
	}
	readable := map[string]bool{attribute.ID: true}
	for _, a := range attributes {
		readable[a.Key] = true
	}
	for _, key := range r.keys {
		if readable[key] {
			continue
		}
		maybe := ""
		if attribute.IsCustom(key) {
			maybe = ", or the company has no such attribute"
		}
		diags.AddAttributeError(path.Root("attributes").AtSetValue(types.StringValue(key)), "The attribute "+key+" may not be read",
			"The provider's credential may not read "+key+maybe+". Personio leaves such an attribute out of its answers without a word, so that it "+
				"would look as if nobody had it. Take it off attributes, or let the credential read it: in Personio, open Marketplace > Connected integrations, "+
				"choose the integration, and add it to the readable employee attributes (in German: lesbare Mitarbeiterattribute); for a credential of a "+
				"gateway, add it to the readable_attributes of its custom integration. The data source personio_employee_attributes lists what may be read.")
	}
}
