package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// customReports returns the reports that v1 knows: the open ones without grouping.
func (s *Sandbox) customReports() []records.Report {
	return slices.DeleteFunc(s.openReports(), func(r records.Report) bool { return r.Grouped })
}

func (s *Sandbox) customReportByID(id string) (records.Report, bool) {
	for _, report := range s.customReports() {
		if report.ID == id {
			return report, true
		}
	}
	return records.Report{}, false
}

func customReportMeta(elements, page, limit int) map[string]int {
	return map[string]int{"total_elements": elements, "current_page": page, "total_pages": (elements + limit - 1) / limit}
}

func (s *Sandbox) listCustomReports(w http.ResponseWriter, r *http.Request, _ *caller) {
	ids, status := listParameter(r.URL.Query(), "report_ids"), r.URL.Query().Get("status")
	rows := []any{}
	for _, report := range s.customReports() {
		if matches(ids, report.ID) && (status == "" || status == "up_to_date") {
			rows = append(rows, map[string]any{"type": "Report", "attributes": s.customReport(&report)})
		}
	}
	writeV1(w, http.StatusOK, map[string]any{
		"success": true, "metadata": customReportMeta(len(rows), 1, max(1, len(rows))), "offset": 0, "limit": len(rows), "data": rows,
	})
}

func (s *Sandbox) customReport(report *records.Report) map[string]any {
	columns := []string{}
	for _, column := range report.ColumnsOf() {
		columns = append(columns, column.Name)
	}
	day := report.EditedAt.Format(time.DateOnly)
	return map[string]any{
		"id":                report.ID,
		"name":              report.Name,
		"description":       report.Description,
		"author_first_name": report.Author[0],
		"author_last_name":  report.Author[1],
		"type":              "point_in_time",
		"status":            "up_to_date",
		"start_date":        day,
		"end_date":          day,
		"created_at":        v2Time(report.CreatedAt),
		"updated_at":        v2Time(report.EditedAt),
		"data_refreshed_at": v2Time(report.EditedAt),
		"columns":           columns,
		"filters":           []any{},
		"period_type":       "fixed",
	}
}

// customReportFailed writes the errors of v1 reports: an array, unlike any other.
func customReportFailed(w http.ResponseWriter, status int, title, details, field string) {
	writeV1(w, status, []any{map[string]any{
		"status": status, "trace_id": uuid.NewString(), "timestamp": v2Time(time.Now()),
		"errors": []any{map[string]any{
			"title": title, "details": details, "type": "search",
			"_meta": []any{map[string]string{"field": field, "description": details}},
		}},
	}})
}

// getCustomReport shows a page of the items of a report; pages count from one.
func (s *Sandbox) getCustomReport(w http.ResponseWriter, r *http.Request, _ *caller) {
	report, ok := s.customReportByID(r.PathValue("id"))
	if !ok {
		customReportFailed(w, http.StatusNotFound, "Not Found", "Report not found", "ID")
		return
	}
	page, limit := 1, reportLimits[0]
	for name, target := range map[string]*int{"page": &page, "limit": &limit} {
		if text := r.URL.Query().Get(name); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil || number < 1 {
				customReportFailed(w, http.StatusBadRequest, "Bad Request", name+" is not valid", name)
				return
			}
			*target = number
		}
	}
	limit = min(limit, reportLimits[1])
	rows := s.records.Rows(&report, s.company)
	items := []any{}
	if page <= len(rows)/limit+1 {
		for _, row := range part(rows, (page-1)*limit, limit) {
			items = append(items, customItem(&row))
		}
	}
	attributes := s.customReport(&report)
	attributes["items"] = items
	writeV1(w, http.StatusOK, map[string]any{
		"success": true, "metadata": customReportMeta(len(rows), page, limit), "offset": (page - 1) * limit, "limit": limit,
		"data": []any{map[string]any{"type": "Report", "attributes": attributes}},
	})
}

func customItem(row *records.Row) any {
	attributes := make([]any, 0, len(row.Cells))
	for i := range row.Cells {
		cell := &row.Cells[i]
		attribute := map[string]any{"attribute_id": cell.Column.Name, "data_type": v1ColumnType(cell.Column), "employee_id": row.PersonID}
		switch v1ColumnType(cell.Column) {
		case "ENTITY":
			attribute["entity_id"], attribute["value"] = orNull(cell.Key), orNull(cell.Text)
		case "SALARY":
			attribute["amount"], attribute["currency_symbol"] = orNull(cell.Text), "€"
		default:
			attribute["value"] = orNull(cell.Text)
		}
		attributes = append(attributes, attribute)
	}
	return map[string]any{"employee_id": row.PersonID, "attributes": attributes}
}

func v1ColumnType(column records.Column) string {
	switch {
	case column.Name == "fix_salary":
		return "SALARY"
	case column.Type == records.ColumnOption:
		return "ENTITY"
	default:
		return "TEXT"
	}
}

// listCustomReportColumns names columns: those of a report, or all.
func (s *Sandbox) listCustomReportColumns(w http.ResponseWriter, r *http.Request, _ *caller) {
	columns := records.Columns()
	if id := r.URL.Query().Get("report_id"); id != "" {
		report, ok := s.customReportByID(id)
		if !ok {
			customReportFailed(w, http.StatusNotFound, "Not Found", "Report not found", "ID")
			return
		}
		columns = report.ColumnsOf()
	}
	wanted := listParameter(r.URL.Query(), "columns")
	rows := []any{}
	for _, column := range columns {
		if matches(wanted, column.Name) {
			rows = append(rows, map[string]string{"attribute_id": column.Name, "human_readable": column.Display, "data_type": v1ColumnType(column)})
		}
	}
	writeV1(w, http.StatusOK, map[string]any{
		"success": true, "metadata": customReportMeta(len(rows), 1, max(1, len(rows))), "offset": 0, "limit": len(rows),
		"data": map[string]any{"type": "Column", "attributes": rows},
	})
}
