package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	pathEmployees = "/v1/company/employees"
	// pageSize is the most that GET /v1/company/employees gives.
	pageSize = 100
	// maxPageBytes bounds what one page may take in memory.
	maxPageBytes = 64 << 20
)

// employee is a person as Personio sent them.
type employee struct {
	id         string
	attributes expression.Person
}

// employeePage is the body of GET /v1/company/employees. metadata counts
// elements of the whole list.
type employeePage struct {
	Success  bool `json:"success"`
	Metadata struct {
		TotalElements *int `json:"total_elements"`
	} `json:"metadata"`
	Data []struct {
		Attributes map[string]json.RawMessage `json:"attributes"`
	} `json:"data"`
	Error struct {
		Message string `json:"message"`
	} `json:"error"`
}

// unsteady is a listing that does not prove itself whole; another attempt may.
type unsteady struct{ reason string }

func (u *unsteady) Error() string { return u.reason }

// loadDirectory lists all employees with those attributes. People come and go
// while pages are read, so a listing that is not whole is read once more. Then
// the run fails: whoever is missing would look like somebody who left.
func (e *Engine) loadDirectory(ctx context.Context, keys []string) ([]employee, error) {
	people, err := e.listEmployees(ctx, keys)
	if _, again := errors.AsType[*unsteady](err); again {
		people, err = e.listEmployees(ctx, keys)
	}
	if incomplete, ok := errors.AsType[*unsteady](err); ok {
		return nil, refuse("the list of employees could not be proven complete in two attempts: %s; nothing was written", incomplete.reason)
	}
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, refuse("Personio lists no employees at all, which no company is; nothing was written")
	}
	return people, nil
}

func (e *Engine) listEmployees(ctx context.Context, keys []string) ([]employee, error) {
	var people []employee
	seen := map[string]bool{}
	total := -1
	for total < 0 || len(people) < total {
		if err := e.alive(ctx, gatewayapi.SyncCounts{}); err != nil {
			return nil, err
		}
		page, err := e.employeePage(ctx, keys, len(people))
		switch {
		case err != nil:
			return nil, err
		case page.Metadata.TotalElements == nil:
			return nil, &unsteady{"an answer does not say how many employees there are (metadata.total_elements)"}
		case total >= 0 && *page.Metadata.TotalElements != total:
			return nil, &unsteady{fmt.Sprintf("the number of employees changed from %d to %d between two pages", total, *page.Metadata.TotalElements)}
		case len(page.Data) == 0 && len(people) < *page.Metadata.TotalElements:
			return nil, &unsteady{fmt.Sprintf("%d employees were announced, and %d came", *page.Metadata.TotalElements, len(people))}
		}
		total = *page.Metadata.TotalElements
		for _, row := range page.Data {
			id, err := employeeID(row.Attributes)
			if err != nil {
				return nil, err
			}
			if seen[id] {
				return nil, &unsteady{fmt.Sprintf("employee %s is on two pages", id)}
			}
			seen[id] = true
			people = append(people, employee{id, expression.FromV1(row.Attributes)})
		}
	}
	if len(people) != total {
		return nil, &unsteady{fmt.Sprintf("%d employees were announced, and %d came", total, len(people))}
	}
	return people, nil
}

func (e *Engine) employeePage(ctx context.Context, keys []string, offset int) (*employeePage, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	query.Add("attributes[]", attribute.ID)
	for _, key := range keys {
		if key != attribute.ID {
			query.Add("attributes[]", key)
		}
	}
	resp, err := e.Source.Forward(ctx, http.MethodGet, pathEmployees, query, http.Header{"Accept": {"application/json"}}, nil)
	if err != nil {
		return nil, fmt.Errorf("listing employees: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPageBytes+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case resp.StatusCode != http.StatusOK:
		return nil, refuse("listing employees: Personio answered %d %s; nothing was written", resp.StatusCode, http.StatusText(resp.StatusCode))
	case err != nil:
		return nil, &unsteady{"an answer broke off in the middle"}
	case len(body) > maxPageBytes:
		return nil, refuse("listing employees: a page is larger than %d MiB; nothing was written", maxPageBytes>>20)
	}
	var page employeePage
	if err := json.Unmarshal(body, &page); err != nil {
		// The decoder's words may quote what it read.
		return nil, &unsteady{"an answer is not the JSON that was expected"}
	}
	if !page.Success {
		return nil, refuse("listing employees: Personio answered success: false with the message %q; nothing was written", page.Error.Message)
	}
	return &page, nil
}

// employeeID reads attributes.id.value, a number or its digits.
func employeeID(attributes map[string]json.RawMessage) (string, error) {
	var id struct {
		Value json.Number `json:"value"`
	}
	if err := json.Unmarshal(attributes[attribute.ID], &id); err != nil {
		return "", refuse("listing employees: an employee has no readable id; nothing was written")
	}
	n, err := strconv.ParseInt(id.Value.String(), 10, 64)
	if err != nil || n <= 0 {
		return "", refuse("listing employees: an employee has no readable id; nothing was written")
	}
	return strconv.FormatInt(n, 10), nil
}
