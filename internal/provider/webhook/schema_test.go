package webhook

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var managed resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &managed)
	parity.Check[model](t, managed.Schema)
	var listed list.ListResourceSchemaResponse
	NewListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &listed)
	parity.Check[queryModel](t, listed.Schema)
	data := func(d datasource.DataSource) parity.Typed {
		var resp datasource.SchemaResponse
		d.Schema(t.Context(), datasource.SchemaRequest{}, &resp)
		return resp.Schema
	}
	parity.Check[webhookModel](t, data(NewDataSource()))
	parity.Check[listModel](t, data(NewListDataSource()))
	parity.Check[deliveriesModel](t, data(NewDeliveriesDataSource()))
	parity.Check[eventsModel](t, data(NewEventsDataSource()))
	act := func(a action.Action) parity.Typed {
		var resp action.SchemaResponse
		a.Schema(t.Context(), action.SchemaRequest{}, &resp)
		return resp.Schema
	}
	parity.Check[pingModel](t, act(NewPingAction()))
	parity.Check[testEventModel](t, act(NewTestEventAction()))
	parity.Check[redeliveryModel](t, act(NewRedeliveryAction()))
}

// Windows cover every event once, in order, and none holds too many.
func TestDivide(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		moments := rapid.SliceOfN(rapid.IntRange(0, 400), 0, 500).Draw(t, "moments")
		var times []time.Time
		count := map[time.Time]int{}
		for _, m := range moments {
			at := start.Add(time.Duration(m) * time.Millisecond)
			times = append(times, at)
			count[at]++
		}
		windows, ok := divide(times)
		if !ok {
			t.Fatal("no moment has more than a hundred")
		}
		covered := 0
		for n, w := range windows {
			inside := 0
			for at, events := range count {
				if !at.Before(w.from) && !at.After(w.to) {
					inside += events
				}
			}
			if inside != w.events || inside > 100 || inside == 0 || n > 0 && !w.from.After(windows[n-1].to) {
				t.Fatalf("window %d of %d: %v holds %d", n, len(windows), w, inside)
			}
			covered += inside
		}
		if covered != len(times) {
			t.Fatalf("%d of %d covered", covered, len(times))
		}
	})
	same := make([]time.Time, 101)
	if _, ok := divide(same); ok {
		t.Error("101 events of one moment were divided")
	}
}
