package syncrule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// A daily rule runs every day once, also when the clock jumps or goes back.
func TestNextRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cron, zone, after string
		want              []string
	}{
		"without jump": {"0 4 * * *", "UTC", "2027-03-27T12:00:00Z", []string{"2027-03-28T04:00:00Z", "2027-03-29T04:00:00Z"}},
		"zone that jumps before": {
			"0 4 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", []string{"2027-03-28T02:00:00Z", "2027-03-29T02:00:00Z"},
		},
		"skipped": {
			"30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", []string{"2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"},
		},
		"skipped twice is made up for once": {
			"*/30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", []string{"2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z", "2027-03-29T00:30:00Z"},
		},
		"skipped on a day that is not its own": {
			"30 2 * * 1", "Europe/Berlin", "2027-03-27T12:00:00Z", []string{"2027-03-29T00:30:00Z", "2027-04-05T00:30:00Z"},
		},
		"skipped midnight": {
			"0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", []string{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		},
		"jump just passed": {
			"30 2 * * *", "Europe/Berlin", "2027-03-28T01:00:00Z", []string{"2027-03-29T00:30:00Z"},
		},
		"shown twice": {
			"30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", []string{"2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"},
		},
		"several shown twice": {
			"*/30 2 * * *", "Europe/Berlin", "2027-10-31T00:00:00Z", []string{"2027-10-31T00:30:00Z", "2027-11-01T01:00:00Z"},
		},
		"every hour, forth": {
			"0 * * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", []string{"2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z"},
		},
		"every hour, back": {
			"0 * * * *", "Europe/Berlin", "2027-10-31T00:00:00Z", []string{"2027-10-31T01:00:00Z", "2027-10-31T02:00:00Z"},
		},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range c.want {
			next := NextRun(gatewayapi.SyncRuleConfig{Active: true, Schedule: &gatewayapi.SyncSchedule{Cron: c.cron, TimeZone: c.zone}}, after)
			if next == nil {
				t.Fatalf("%s: never", name)
			}
			got = append(got, next.Format(time.RFC3339))
			after = *next
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNextRunOfNone(t *testing.T) {
	t.Parallel()
	daily := &gatewayapi.SyncSchedule{Cron: "0 4 * * *", TimeZone: "UTC"}
	for name, c := range map[string]gatewayapi.SyncRuleConfig{
		"not active": {Schedule: daily}, "no schedule": {Active: true},
	} {
		if next := NextRun(c, time.Now()); next != nil {
			t.Errorf("%s: next run at %v", name, next)
		}
	}
}
