package personio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pathEmployees = "/v1/company/employees"
	// employeesLimit is the most that a page of employees holds.
	employeesLimit = 100
)

// Employee is somebody as version 1 tells.
type Employee struct {
	ID ID `json:"-"`
	// Attributes hold for each key {"label", "value", "type", "universal_id"}.
	// Keys that the credential may not read are missing.
	Attributes map[string]json.RawMessage `json:"attributes"`
}

// check takes the id, which version 1 has among the attributes.
func (e *Employee) check() error {
	var id struct {
		Value ID `json:"value"`
	}
	if json.Unmarshal(e.Attributes["id"], &id) != nil || id.Value == "" {
		return fmt.Errorf("%w: an employee has no id", errNotTheAPI)
	}
	e.ID = id.Value
	return nil
}

// EmployeePage is one page of the list of employees.
type EmployeePage struct {
	Employees []Employee
	// Left is how many pages follow.
	Left int
}

type employeesAnswer struct {
	v1Answer[[]Employee]
	Metadata struct {
		Total *int `json:"total_elements"`
	} `json:"metadata"`
}

func (a *employeesAnswer) check() error {
	if err := a.v1Answer.check(); err != nil {
		return err
	}
	if a.Metadata.Total == nil {
		return fmt.Errorf("%w: it does not say how many employees there are", errNotTheAPI)
	}
	for i := range a.Data {
		if err := a.Data[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// employeeAnswer is the answer about one employee.
type employeeAnswer struct{ v1Answer[Employee] }

func (a *employeeAnswer) check() error {
	if err := a.v1Answer.check(); err != nil {
		return err
	}
	return a.Data.check()
}

// errUnsteady is wrapped by the error of a list that changed while its pages
// were read.
var errUnsteady = errors.New("the list of employees changed while it was read")

// IsUnsteady reports that people came or went between two pages, so that somebody
// may be missing. Reading again helps.
func IsUnsteady(err error) bool { return errors.Is(err, errUnsteady) }

// EmployeePages yields all employees with the attributes of those keys, 100 a
// page, and only one page at a time. An error is the last thing it yields; one
// for which [IsUnsteady] holds is not known before the end.
func (c *Client) EmployeePages(ctx context.Context, keys []string) iter.Seq2[EmployeePage, error] {
	return func(yield func(EmployeePage, error) bool) {
		seen := map[ID]bool{}
		for offset, total := 0, -1; total < 0 || offset < total; {
			answer, err := c.employees(ctx, employeesLimit, offset, url.Values{"attributes[]": keys})
			if err != nil {
				yield(EmployeePage{}, err)
				return
			}
			steady := total < 0 || *answer.Metadata.Total == total
			total = *answer.Metadata.Total
			for i := range answer.Data {
				steady = steady && !seen[answer.Data[i].ID]
				seen[answer.Data[i].ID] = true
			}
			offset += len(answer.Data)
			if !steady || offset > total || len(answer.Data) == 0 && offset < total {
				yield(EmployeePage{}, fmt.Errorf("GET %s: %w", pathEmployees, errUnsteady))
				return
			}
			left := (total - offset + employeesLimit - 1) / employeesLimit
			if !yield(EmployeePage{Employees: answer.Data, Left: left}, nil) {
				return
			}
		}
	}
}

// EmployeesByEmail returns who has an e-mail address, with the attributes of those
// keys: one or nobody, or two where a server does not know the filter.
func (c *Client) EmployeesByEmail(ctx context.Context, email string, keys []string) ([]Employee, error) {
	answer, err := c.employees(ctx, 2, 0, url.Values{"attributes[]": keys, "email": {email}})
	if err != nil {
		return nil, err
	}
	return answer.Data, nil
}

func (c *Client) employees(ctx context.Context, limit, offset int, query url.Values) (*employeesAnswer, error) {
	query.Set("limit", strconv.Itoa(limit))
	query.Set("offset", strconv.Itoa(offset))
	var answer employeesAnswer
	err := c.do(ctx, request{method: http.MethodGet, path: pathEmployees, query: query}, &answer)
	return &answer, err
}

// Employee returns the employee with that id, with all attributes that the
// credential may read: here version 1 cannot be told which.
func (c *Client) Employee(ctx context.Context, id string) (Employee, error) {
	if id == "" || id == "." || id == ".." {
		return Employee{}, fmt.Errorf("%s: %q is not an id", pathEmployees, id)
	}
	var answer employeeAnswer
	err := c.do(ctx, request{method: http.MethodGet, path: pathEmployees + "/" + url.PathEscape(id)}, &answer)
	return answer.Data, err
}
