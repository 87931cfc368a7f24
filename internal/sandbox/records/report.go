package records

import (
	"fmt"
	"strconv"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// Ids of the reports that every demo company has.
const (
	ReportHeadcount   = "eea50309-d1b1-47d6-bc7e-27de00000001" // with salaries; open
	ReportAttendances = "eea50309-d1b1-47d6-bc7e-27de00000002" // open
	ReportAbsences    = "eea50309-d1b1-47d6-bc7e-27de00000003" // open
	ReportSalaries    = "eea50309-d1b1-47d6-bc7e-27de00000004" // not open to the API
	ReportGrouped     = "eea50309-d1b1-47d6-bc7e-27de00000005" // open, but built with grouping
)

// Report is a report that somebody built. Only an open one shows in the API,
// and one that is grouped cannot be read there.
type Report struct {
	ID          string // a UUID
	Name        string
	Description string
	Author      [2]string // first and last name
	Open        bool
	Grouped     bool
	EditedAt    time.Time
	CreatedAt   time.Time
	Columns     []string // names of [Columns]
}

// Column is a column that reports can have.
type Column struct {
	Name    string
	Display string
	Type    ColumnType
}

// ColumnType is the type of a column, in the words of v2.
type ColumnType string

// The column types.
const (
	ColumnString    ColumnType = "string"
	ColumnTimestamp ColumnType = "timestamp"
	ColumnDecimal   ColumnType = "decimal"
	ColumnOption    ColumnType = "option"
)

// Columns are all columns, in the order in which a report shows them.
func Columns() []Column {
	return []Column{
		{"last_name", "Last name (legal)", ColumnString},
		{"first_name", "First name (legal)", ColumnString},
		{"position", "Position", ColumnString},
		{"department_id", "Department", ColumnOption},
		{"hire_date", "Hire date", ColumnTimestamp},
		{"fix_salary", "Fix salary", ColumnDecimal},
		{"attendance_project", "Attendance Project", ColumnOption},
		{"attendance_project_code", "Attendance Project Code", ColumnOption},
		{"attendance_date", "Attendance Date", ColumnTimestamp},
		{"attendance_hours_tracked", "Attendance Hours Tracked", ColumnDecimal},
		{"attendance_comment", "Attendance Comment", ColumnString},
		{"absence_type", "Absence Type", ColumnOption},
		{"absence_period_start", "Absence Period Start", ColumnTimestamp},
		{"absence_period_end", "Absence Period End", ColumnTimestamp},
		{"absence_period_status", "Absence Period Status", ColumnOption},
		{"absence_period_comment", "Absence Period Comment", ColumnString},
	}
}

// ColumnsOf returns the columns of a report.
func (r *Report) ColumnsOf() []Column {
	var columns []Column
	for _, column := range Columns() {
		for _, name := range r.Columns {
			if name == column.Name {
				columns = append(columns, column)
			}
		}
	}
	return columns
}

func reports(people []company.Person) []Report {
	made := company.Reference().AddDate(0, -6, 0)
	author := [2]string{people[0].FirstName, people[0].LastName}
	attendance := []string{"last_name", "first_name", "attendance_project", "attendance_project_code", "attendance_date", "attendance_hours_tracked", "attendance_comment"}
	absence := []string{"last_name", "first_name", "department_id", "absence_type", "absence_period_start", "absence_period_end", "absence_period_status", "absence_period_comment"}
	all := []Report{
		{ID: ReportHeadcount, Name: "Headcount", Description: "Everybody who works here", Open: true, Columns: []string{"last_name", "first_name", "position", "department_id", "hire_date", "fix_salary"}},
		{ID: ReportAttendances, Name: "Anwesenheiten nach Projekt", Description: "Hours by project", Open: true, Columns: attendance},
		{ID: ReportAbsences, Name: "Absences", Description: "Who was away and why", Open: true, Columns: absence},
		{ID: ReportSalaries, Name: "Gehälter", Description: "Not for the API", Columns: []string{"last_name", "first_name", "fix_salary"}},
		{ID: ReportGrouped, Name: "Headcount by department", Description: "A chart", Open: true, Grouped: true, Columns: []string{"department_id"}},
	}
	for i := range all {
		all[i].Author = author
		all[i].CreatedAt, all[i].EditedAt = made.AddDate(0, 0, i), made.AddDate(0, i, i)
	}
	return all
}

// Row is a row of a report: what it is about, and a cell for each column.
type Row struct {
	PersonID int
	Cells    []Cell
}

// Cell is one value. Text is what people read; Key is set for options, Number
// for decimals. Unset means that there is no value.
type Cell struct {
	Column Column
	Unset  bool
	Text   string
	Key    string
	Number float64
}

// Rows works out what a report shows now.
func (r *Records) Rows(report *Report, c *company.Company) []Row {
	columns := report.ColumnsOf()
	org := c.Organisation()
	var rows []Row
	add := func(p *company.Person, of func(name string) Cell) {
		row := Row{PersonID: p.ID, Cells: make([]Cell, 0, len(columns))}
		for _, column := range columns {
			cell := personCell(column.Name, p, &org)
			if of != nil && cell.Unset {
				cell = of(column.Name)
			}
			cell.Column = column
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	switch report.ID {
	case ReportAttendances:
		attendances := r.Attendances.All()
		for i := range attendances {
			if p, ok := c.Person(attendances[i].PersonID); ok && attendances[i].Type == AttendanceWork {
				add(&p, func(name string) Cell { return r.attendanceCell(name, &attendances[i]) })
			}
		}
	case ReportAbsences:
		absences := r.Absences.All()
		for i := range absences {
			if p, ok := c.Person(absences[i].PersonID); ok {
				add(&p, func(name string) Cell { return r.absenceCell(name, &absences[i]) })
			}
		}
	default:
		for _, p := range c.People() {
			if p.Active() {
				add(&p, nil)
			}
		}
	}
	return rows
}

func personCell(name string, p *company.Person, org *company.Organisation) Cell {
	switch name {
	case "last_name":
		return text(p.LastName)
	case "first_name":
		return text(p.FirstName)
	case "position":
		return text(p.Employment.Position)
	case "hire_date":
		return text(p.Employment.HireDate)
	case "fix_salary":
		if p.FixSalary == 0 {
			return Cell{Unset: true}
		}
		return Cell{Number: p.FixSalary, Text: fmt.Sprintf("%.2f", p.FixSalary)}
	case "department_id":
		for _, unit := range org.Departments {
			if unit.ID == p.Employment.DepartmentID {
				return Cell{Key: strconv.Itoa(unit.ID), Text: unit.Name}
			}
		}
	}
	return Cell{Unset: true}
}

func (r *Records) attendanceCell(name string, a *Attendance) Cell {
	project, booked := r.Projects.Find(a.ProjectID)
	switch name {
	case "attendance_project":
		if booked {
			return Cell{Key: project.ID, Text: project.Name}
		}
	case "attendance_project_code":
		if booked && project.Code != "" {
			return Cell{Key: project.Code, Text: project.Code}
		}
	case "attendance_date":
		return text(a.Start.Format(time.DateOnly))
	case "attendance_hours_tracked":
		hours := float64(a.Minutes()) / 60
		return Cell{Number: hours, Text: strconv.FormatFloat(hours, 'f', -1, 64)}
	case "attendance_comment":
		return text(a.Comment)
	}
	return Cell{Unset: true}
}

func (r *Records) absenceCell(name string, a *Absence) Cell {
	switch name {
	case "absence_type":
		t := r.Type(a)
		return Cell{Key: strconv.Itoa(t.TimeOffTypeID), Text: t.Name}
	case "absence_period_start":
		return text(a.Start.Format(time.DateOnly))
	case "absence_period_end":
		if !a.End.IsZero() {
			return text(a.End.Add(-time.Nanosecond).Format(time.DateOnly))
		}
	case "absence_period_status":
		label := "Approved"
		if a.Status == AbsencePending {
			label = "Pending"
		}
		return Cell{Key: a.Status, Text: label}
	case "absence_period_comment":
		return text(a.Comment)
	}
	return Cell{Unset: true}
}

func text(value string) Cell { return Cell{Text: value, Unset: value == ""} }
