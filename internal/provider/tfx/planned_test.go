package tfx_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

func TestPlanned(t *testing.T) {
	t.Parallel()
	var lists tfx.Planned[tfx.AttributeList]
	if _, ok := lists.Planned("1"); ok {
		t.Error("what was never planned is there")
	}
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			id := fmt.Sprint(n)
			lists.Plan(id, tfx.AttributeList{})
			lists.Plan(id, tfx.AttributeList{Known: true, Keys: []string{id}})
			if list, ok := lists.Planned(id); !ok || !list.Known || !slices.Equal(list.Keys, []string{id}) {
				t.Errorf("%s: %v, %v", id, list, ok)
			}
		})
	}
	wait.Wait()
}
