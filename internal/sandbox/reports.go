package sandbox

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var reportLimits = [2]int{50, 100}

// OpenReport opens a report to the API, or closes it, as its switch in Personio
// does. It reports whether the report exists.
func (s *Sandbox) OpenReport(id string, open bool) bool {
	return s.records.Reports.Change(id, func(report *records.Report, _ []records.Report) error {
		report.Open = open
		return nil
	}) == nil
}

// openReports returns the reports that are open, the latest edited first.
func (s *Sandbox) openReports() []records.Report {
	open := slices.DeleteFunc(slices.Clone(s.records.Reports.All()), func(r records.Report) bool { return !r.Open })
	slices.SortStableFunc(open, func(a, b records.Report) int { return b.EditedAt.Compare(a.EditedAt) })
	return open
}

// reportRefused is the body of what reports refuse with, whatever the reason: it is not
// the one of the other endpoints.
func reportRefused(w http.ResponseWriter, detail string) {
	writeJSON(w, http.StatusBadRequest, "application/json", map[string]any{
		"errors": []any{map[string]string{"id": uuid.NewString(), "status": "400", "title": "Bad Request", "detail": detail}},
	})
}

func (s *Sandbox) listReports(w http.ResponseWriter, r *http.Request, _ *caller) {
	writeReportPage(s, w, r, s.openReports(), nil, nil, func(report records.Report) any {
		return map[string]any{
			"id": report.ID, "name": report.Name, "chart_type": "table",
			"edited_at": map[string]string{"date_time": v2Time(report.EditedAt)},
		}
	})
}

// writeReportPage writes a page the way the reports service does: its links are plain
// strings. config and columns are written if they are there.
func writeReportPage[T any](s *Sandbox, w http.ResponseWriter, r *http.Request, all []T, config, columns any, show func(T) any) {
	p, err := s.readPage(r, reportLimits[0], reportLimits[1])
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	data := []any{}
	for _, row := range part(all, p.after, p.limit) {
		data = append(data, show(row))
	}
	end := p.after + len(data)
	meta := map[string]any{"links": nil}
	if end < len(all) {
		opaque := s.sealCursor(cursor{Path: r.URL.Path, Query: p.query.Encode(), Limit: p.limit, After: end})
		meta["links"] = map[string]string{"next": origin(r) + r.URL.Path + "?cursor=" + opaque}
	}
	body := map[string]any{"_data": data, "_meta": meta}
	if config != nil {
		body["report_config"], meta["columns"] = config, columns
	}
	writeJSON(w, http.StatusOK, "application/json", body)
}

func (s *Sandbox) listReportAttributes(w http.ResponseWriter, r *http.Request, _ *caller) {
	writeReportPage(s, w, r, records.Columns(), nil, nil, columnObject)
}

func columnObject(column records.Column) any {
	return map[string]any{"name": column.Name, "display": column.Display, "type": column.Type}
}

// getReport shows the rows of a report. The readable attributes of the
// credential do not matter: an open report shows everything in it.
func (s *Sandbox) getReport(w http.ResponseWriter, r *http.Request, _ *caller) {
	id := r.PathValue("id")
	report, ok := s.records.Reports.Find(id)
	if !ok || !report.Open {
		reportRefused(w, "Report with "+id+" not found.")
		return
	}
	if report.Grouped {
		reportRefused(w, "Unsupported nested type: null")
		return
	}
	columns := []any{}
	for _, column := range report.ColumnsOf() {
		columns = append(columns, columnObject(column))
	}
	config := map[string]any{"id": report.ID, "name": report.Name}
	writeReportPage(s, w, r, s.records.Rows(&report, s.company), config, columns, func(row records.Row) any {
		cells := make([]any, 0, len(row.Cells))
		for i := range row.Cells {
			cells = append(cells, cellObject(&row.Cells[i]))
		}
		return cells
	})
}

// cellObject shows a cell under the name of its type.
func cellObject(cell *records.Cell) any {
	object := map[string]any{"attribute_id": cell.Column.Name}
	switch cell.Column.Type {
	case records.ColumnDecimal:
		var value any
		if !cell.Unset {
			value = cell.Number
		}
		object["numeric_value"] = map[string]any{"number": value}
	case records.ColumnOption:
		options := []any{}
		if !cell.Unset {
			options = append(options, map[string]string{"key": cell.Key, "value": cell.Text})
		}
		object["options_value"] = map[string]any{"options": options}
	default:
		object["string_value"] = map[string]any{"value": orNull(cell.Text)}
	}
	return object
}
