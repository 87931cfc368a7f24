package syncer_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// TestRunHarmsNobody damages what Personio answers, in every way at once, and
// asserts that only those lose their account who are in an undamaged answer with
// a status that the filter rejects.
func TestRunHarmsNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SampledFrom([]int{3, 101, 120}).Draw(t, "people")
		r := newRigForProperty(people)
		if _, err := r.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.target.users["foreign"] = scim.Resource{"id": "foreign", "userName": "service@example.com", "active": true}
		leavers := map[string]bool{}
		for range rapid.IntRange(0, 7).Draw(t, "leavers") {
			id := rapid.IntRange(1, people).Draw(t, "leaver")
			r.set(id, "status", rapid.SampledFrom([]any{"inactive", "leave", "ACTIVE?"}).Draw(t, "status"))
			leavers[fmt.Sprintf("p%d@example.com", id)] = true
		}
		unclear := drawUnclear(t, r, people)
		damaged := drawDamage(t, r)
		result, err := r.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for name, active := range r.active() {
			if active {
				continue
			}
			if !leavers[name] || unclear[name] {
				t.Fatalf("%s was deactivated", name)
			}
			if damaged && result.Status == gatewayapi.RunFailed {
				t.Fatalf("%s was deactivated by a run that failed: %s", name, result.Error)
			}
		}
		if strings.Contains(result.Error+r.journal.messages(), "@example.com") {
			t.Fatal("a message shows an e-mail address")
		}
		// Once the damage is gone, a run ends where it should.
		r.personio.page = nil
		for i := range r.personio.people {
			if _, ok := r.personio.people[i]["status"].(string); !ok {
				r.set(i+1, "status", "active")
			}
		}
		if result, err := r.run(t.Context()); err != nil || result.Status != gatewayapi.RunSuccessful {
			t.Fatalf("%+v, %v\n%s", result, err, r.journal.messages())
		}
		for name, active := range r.active() {
			if want := !leavers[name] || unclear[name]; active != want {
				t.Fatalf("at last %s is active: %t, want %t", name, active, want)
			}
		}
	})
}

func newRigForProperty(people int) *rig {
	r := newRig(nopTB{}, people)
	r.in.Rule.MaxDeprovision = "50%"
	return r
}

// nopTB lets a rig be made outside of a test of its own.
type nopTB struct{ testing.TB }

func (nopTB) Helper() {}

// drawUnclear makes the status of some people unreadable.
func drawUnclear(t *rapid.T, r *rig, people int) map[string]bool {
	unclear := map[string]bool{}
	for range rapid.IntRange(0, 2).Draw(t, "unclear") {
		id := rapid.IntRange(1, people).Draw(t, "unclear person")
		if rapid.Bool().Draw(t, "left out") {
			delete(r.personio.people[id-1], "status")
		} else {
			r.set(id, "status", map[string]any{"type": "Riddle"})
		}
		unclear[fmt.Sprintf("p%d@example.com", id)] = true
	}
	return unclear
}

// drawDamage damages some of the next answers.
func drawDamage(t *rapid.T, r *rig) bool {
	type blow struct{ page, kind, at int }
	var blows []blow
	asked := len(r.personio.requests)
	for range rapid.IntRange(0, 4).Draw(t, "blows") {
		blows = append(blows, blow{
			asked + rapid.IntRange(1, 4).Draw(t, "page"), rapid.IntRange(0, 7).Draw(t, "kind"), rapid.IntRange(0, 99).Draw(t, "at"),
		})
	}
	r.personio.page = func(n int, body map[string]any) (int, string) {
		status, raw := 200, ""
		for _, b := range blows {
			rows := body["data"].([]any)
			if b.page != n {
				continue
			}
			switch b.kind {
			case 0: // a row is missing
				if b.at < len(rows) {
					body["data"] = append(append([]any{}, rows[:b.at]...), rows[b.at+1:]...)
				}
			case 1: // rows are missing
				body["data"] = rows[:min(b.at, len(rows))]
			case 2: // a row is there twice
				if b.at < len(rows) {
					body["data"] = append(append([]any{}, rows...), rows[b.at])
				}
			case 3: // the total is another
				body["metadata"].(map[string]any)["total_elements"] = b.at
			case 4: // everybody loses an attribute
				for _, row := range rows {
					delete(row.(map[string]any)["attributes"].(map[string]any), "status")
				}
			case 5: // a row takes another's place
				if b.at > 0 && b.at < len(rows) {
					rows[b.at] = rows[b.at-1]
				}
			case 6:
				raw = `{"success":true,"metadata":{"total_elements":3},"data":[{"attri`
			case 7:
				status = 503
			}
		}
		return status, raw
	}
	return len(blows) > 0
}
