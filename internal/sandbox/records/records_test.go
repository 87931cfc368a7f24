package records_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

func made(seed uint64, persons int) (*records.Records, *company.Company) {
	c := company.New(company.Options{Persons: persons, Seed: seed})
	return records.New(seed, c), c
}

func TestAFewHundredOfEach(t *testing.T) {
	t.Parallel()
	r, c := made(3, 250)
	for what, count := range map[string]int{
		"absences": len(r.Absences.All()), "attendances": len(r.Attendances.All()), "documents": len(r.Documents.All()),
	} {
		if count < 100 || count > 800 {
			t.Errorf("%d %s", count, what)
		}
	}
	if pay := len(r.Compensations.All()); pay < 20 {
		t.Errorf("%d compensations", pay)
	}
	ids := make(map[string]bool)
	for _, a := range r.Absences.All() {
		if ids[a.ID] || !c.Has(a.PersonID) || !a.End.IsZero() && !a.End.After(a.Start) || a.UpdatedAt.Before(a.CreatedAt) {
			t.Errorf("absence %+v", a)
		}
		if day := r.Type(&a).Unit == records.UnitDay; day != (a.TimeOffID != 0) {
			t.Errorf("absence %+v", a)
		}
		ids[a.ID] = true
	}
	for _, units := range []string{records.UnitDay, records.UnitHour} {
		if !slices.ContainsFunc(r.Absences.All(), func(a records.Absence) bool { return r.Type(&a).Unit == units }) {
			t.Errorf("no absence is counted in %ss", units)
		}
	}
}

func TestSameSeedSameRecords(t *testing.T) {
	t.Parallel()
	for _, persons := range []int{1, 5, 60} {
		one, _ := made(9, persons)
		two, _ := made(9, persons)
		for what, rows := range map[string][2]any{
			"absences":     {one.Absences.All(), two.Absences.All()},
			"attendances":  {one.Attendances.All(), two.Attendances.All()},
			"projects":     {one.Projects.All(), two.Projects.All()},
			"pay":          {one.Compensations.All(), two.Compensations.All()},
			"documents":    {one.Documents.All(), two.Documents.All()},
			"reports":      {one.Reports.All(), two.Reports.All()},
			"candidates":   {one.Candidates.All(), two.Candidates.All()},
			"applications": {one.Applications.All(), two.Applications.All()},
		} {
			if diff := cmp.Diff(rows[0], rows[1], cmpopts.IgnoreUnexported(records.Document{})); diff != "" {
				t.Errorf("%d persons, %s:\n%s", persons, what, diff)
			}
		}
	}
}

func TestAbsenceDays(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		parsed, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for name, test := range map[string]struct {
		absence records.Absence
		unit    string
		want    []float64
	}{
		"Friday to Monday":   {records.Absence{Start: at("2026-09-04 00:00"), End: at("2026-09-08 00:00")}, records.UnitDay, []float64{1, 1}},
		"half at both ends":  {records.Absence{Start: at("2026-09-07 00:00"), End: at("2026-09-10 00:00"), HalfDayStart: true, HalfDayEnd: true}, records.UnitDay, []float64{0.5, 1, 0.5}},
		"a weekend":          {records.Absence{Start: at("2026-09-05 00:00"), End: at("2026-09-07 00:00")}, records.UnitDay, nil},
		"whole day in hours": {records.Absence{Start: at("2026-09-07 00:00"), End: at("2026-09-08 00:00")}, records.UnitHour, []float64{8}},
		"part of a day":      {records.Absence{Start: at("2026-09-07 09:30"), End: at("2026-09-07 11:00")}, records.UnitHour, []float64{1.5}},
	} {
		var got []float64
		sum := 0.0
		for _, day := range test.absence.Days(test.unit) {
			got = append(got, day.Value)
			sum += day.Value
		}
		if diff := cmp.Diff(test.want, got); diff != "" || test.absence.Total(test.unit) != sum {
			t.Errorf("%s: total %v\n%s", name, test.absence.Total(test.unit), diff)
		}
	}
	open := records.Absence{Start: at("2026-09-07 00:00")}
	if days := open.Total(records.UnitDay); days < 20 || days > 23 {
		t.Errorf("a month without an end has %v days", days)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	r, _ := made(1, 5)
	table := r.CompensationTypes
	before := table.All()
	refuse := errors.New("no")
	if err := table.Change(before[0].ID, func(row *records.CompensationType, _ []records.CompensationType) error {
		row.Name = "half done"
		return refuse
	}); !errors.Is(err, refuse) {
		t.Errorf("Change: %v", err)
	}
	if _, err := table.Add(func([]records.CompensationType) (records.CompensationType, error) {
		return records.CompensationType{}, refuse
	}); !errors.Is(err, refuse) {
		t.Errorf("Add: %v", err)
	}
	if err := table.Remove("nobody"); !errors.Is(err, records.ErrNotFound) {
		t.Errorf("Remove: %v", err)
	}
	if err := table.Change("nobody", nil); !errors.Is(err, records.ErrNotFound) {
		t.Errorf("Change of nothing: %v", err)
	}
	if diff := cmp.Diff(before, table.All()); diff != "" {
		t.Errorf("a refused change left traces:\n%s", diff)
	}
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			id := "new " + strconv.Itoa(i)
			_, _ = table.Add(func([]records.CompensationType) (records.CompensationType, error) {
				return records.CompensationType{ID: id}, nil
			})
			_ = table.Change(id, func(row *records.CompensationType, _ []records.CompensationType) error {
				row.Name = "changed"
				return nil
			})
			if row, ok := table.Find(id); !ok || row.Name != "changed" {
				t.Errorf("%s: %+v", id, row)
			}
			if i%2 == 0 {
				_ = table.Remove(id)
			}
		})
	}
	wait.Wait()
	if got := len(table.All()); got != len(before)+10 {
		t.Errorf("%d rows, want %d", got, len(before)+10)
	}
	if len(before) != 2 {
		t.Error("a slice that was handed out has changed")
	}
}
