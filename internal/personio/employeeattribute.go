package personio

import (
	"context"
	"fmt"
	"net/http"
)

// pathEmployeeAttributes lists what a credential may read of an employee.
const pathEmployeeAttributes = pathEmployees + "/attributes"

// EmployeeAttribute is an attribute that the credential may read (Personio's
// personnel data specification, version 1).
type EmployeeAttribute struct {
	// Key names the attribute: "hire_date", or "dynamic_4711" for a custom one.
	Key string `json:"key"`
	// Label is its name on Personio's screens, in the company's language.
	Label string `json:"label"`
	// Type is standard, integer, decimal, date, list, tags, link or multiline.
	Type string `json:"type"`
	// UniversalID names what a custom attribute means everywhere, for example
	// "iban"; "" if it has none.
	UniversalID string `json:"universal_id"`
	// Options are the values that a list or tags attribute can have.
	Options []string `json:"options"`
}

// EmployeeAttributes asks which attributes of an employee the credential may
// read: exactly those that were granted to it, in Personio's order. A
// credential without access to employees gets an error.
func (c *Client) EmployeeAttributes(ctx context.Context) ([]EmployeeAttribute, error) {
	var answer v1Answer[[]EmployeeAttribute]
	if err := c.do(ctx, request{method: http.MethodGet, path: pathEmployeeAttributes}, &answer); err != nil {
		return nil, err
	}
	return answer.Data, nil
}

// v1Answer is the envelope of Personio's first API version.
type v1Answer[T any] struct {
	Success *bool `json:"success"`
	Data    T     `json:"data"`
}

// check finds an error that came with HTTP status 200.
func (a *v1Answer[T]) check() error {
	switch {
	case a.Success == nil:
		return fmt.Errorf("%w: it does not say success", errNotTheAPI)
	case !*a.Success:
		return errRefused
	default:
		return nil
	}
}
