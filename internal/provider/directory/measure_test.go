//go:build unix

package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

const (
	// manyPersons is the head count of a large company.
	manyPersons = 10_000
	// readVariable makes the test binary read persons instead of running tests; it
	// holds the arguments of the data source.
	readVariable = "PERSONIO_TEST_READ_PERSONS"
	// gcPercent is what the plugin sets (main.go).
	gcPercent = 400
)

func TestMain(m *testing.M) {
	arguments := os.Getenv(readVariable)
	if arguments == "" {
		acctest.Main(m)
		return
	}
	if err := readPersons(arguments); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measured is what reading persons took in a process of its own, from the call
// over the plugin protocol to its answer.
type measured struct {
	// CPU is processor time: of the client, the data source and the framework.
	CPU time.Duration
	// Live is the most of the heap that was in use, in bytes.
	Live uint64
	// Memory is what the process has taken from the operating system, in bytes.
	Memory uint64
	// State is the length of the state on the wire, in bytes.
	State int
}

// readPersons reads personio_persons and prints what it took.
func readPersons(arguments string) error {
	debug.SetGCPercent(gcPercent)
	var given map[string]any
	if err := json.Unmarshal([]byte(arguments), &given); err != nil {
		return err
	}
	ctx, server := context.Background(), providerserver.NewProtocol6(acctest.NewProvider()())()
	schema, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: encode(schema.Provider, map[string]any{
		"base_url": os.Getenv("PERSONIO_BASE_URL"), "client_id": os.Getenv("PERSONIO_CLIENT_ID"), "client_secret": os.Getenv("PERSONIO_CLIENT_SECRET"),
		"max_requests_per_second": 10000.0,
	})})
	if err != nil || len(configured.Diagnostics) > 0 {
		return fmt.Errorf("configure: %v, %w", configured.Diagnostics, err)
	}
	const typeName = "personio_persons"
	request := &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: encode(schema.DataSourceSchemas[typeName], given)}
	stop, before := watchHeap(), processorTime()
	read, err := server.ReadDataSource(ctx, request)
	if err != nil {
		return err
	}
	m := measured{CPU: processorTime() - before, Live: stop(), Memory: metric("/memory/classes/total:bytes"), State: len(read.State.MsgPack)}
	for _, d := range read.Diagnostics {
		err = errors.Join(err, errors.New(d.Summary+": "+d.Detail))
	}
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(m))
}

// watchHeap looks at the live heap all the time. What it returns ends that and
// tells the most that it saw.
func watchHeap() (stop func() uint64) {
	end, most := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for live := uint64(0); ; {
			live = max(live, metric("/gc/heap/live:bytes"))
			select {
			case <-end:
				most <- live
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(end)
		return <-most
	}
}

func metric(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// encode makes a configuration of strings, numbers, and lists for sets of strings.
func encode(schema *tfprotov6.Schema, given map[string]any) *tfprotov6.DynamicValue {
	ty := schema.ValueType().(tftypes.Object)
	attributes := map[string]tftypes.Value{}
	for name, attributeType := range ty.AttributeTypes {
		value := given[name]
		if list, ok := value.([]any); ok {
			elements := make([]tftypes.Value, len(list))
			for i, element := range list {
				elements[i] = tftypes.NewValue(tftypes.String, element)
			}
			value = elements
		}
		attributes[name] = tftypes.NewValue(attributeType, value)
	}
	dynamic, err := tfprotov6.NewDynamicValue(ty, tftypes.NewValue(ty, attributes))
	if err != nil {
		panic(err)
	}
	return &dynamic
}

// measure reads persons of a sandbox in a process of its own.
func measure(tb testing.TB, box *sandbox.Sandbox, arguments map[string]any) (m measured) {
	tb.Helper()
	server := httptest.NewServer(box.Handler())
	defer server.Close()
	credential := box.AddCredential(sandbox.Credential{})
	executable, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	given, err := json.Marshal(arguments)
	if err != nil {
		tb.Fatal(err)
	}
	command := exec.CommandContext(tb.Context(), executable)
	command.Env = []string{
		readVariable + "=" + string(given), "TF_LOG_SDK=off", // As the plugin sets it.
		"PERSONIO_BASE_URL=" + server.URL, "PERSONIO_CLIENT_ID=" + credential.ClientID, "PERSONIO_CLIENT_SECRET=" + credential.ClientSecret,
	}
	var said strings.Builder
	command.Stderr = &said
	output, err := command.Output()
	if err == nil {
		err = json.Unmarshal(output, &m)
	}
	if err != nil {
		tb.Fatalf("%v: %s%s", err, output, &said)
	}
	return m
}

// tenKeys are the attributes that are read of many people.
var tenKeys = []any{"first_name", "last_name", "email", "status", "position", "department", "team", "office", "hire_date", "supervisor"}

// A company of 10,000: one request a page, and limits that leave room for a busy
// machine and the race detector; BenchmarkPersons tells the figures.
//
//nolint:paralleltest // It takes a processor, and its time counts.
func TestMeasureManyPersons(t *testing.T) {
	box := sandbox.New(sandbox.Options{Persons: manyPersons, Seed: 1})
	active := 0
	for _, person := range box.Company().People() {
		if person.Employment.Status != company.StatusInactive {
			active++
		}
	}
	pages := func(people, perPage int) int { return (people + perPage - 1) / perPage }
	for _, test := range []struct {
		name      string
		arguments map[string]any
		v1, v2    int
	}{
		{"everybody", map[string]any{"attributes": tenKeys}, pages(manyPersons, 100), 0},
		{"a filter", map[string]any{"attributes": tenKeys, "status": "ACTIVE"}, pages(manyPersons, 100), pages(active, 50)},
		{"a filter, names only", map[string]any{"attributes": tenKeys[:3], "status": "ACTIVE"}, 0, pages(active, 50)},
		{"a few", map[string]any{"attributes": tenKeys, "ids": someIDs(box, 3)}, 1 + 3, 1},
	} {
		box.ResetRequests()
		got := measure(t, box, test.arguments)
		t.Logf("%s: CPU %s, live heap %d MB, taken %d MB, state %d KB", test.name, got.CPU, got.Live>>20, got.Memory>>20, got.State>>10)
		requests := map[string]int{}
		for _, request := range box.Requests() {
			name, _, _ := strings.Cut(strings.TrimPrefix(request.Path, "/v1/company/employees"), "?")
			switch {
			case name == "/attributes":
				name = "attributes"
			case strings.HasPrefix(request.Path, "/v1/"):
				name = "v1"
			}
			requests[name]++
		}
		want := map[string]int{"/v2/auth/token": 1, "attributes": 1, "v1": test.v1, "/v2/persons": test.v2}
		for _, name := range []string{"/v2/auth/token", "attributes", "v1", "/v2/persons"} {
			if requests[name] != want[name] {
				t.Errorf("%s: %d requests of %s, want %d", test.name, requests[name], name, want[name])
			}
			delete(requests, name)
		}
		if len(requests) > 0 {
			t.Errorf("%s: other requests: %v", test.name, requests)
		}
		if got.CPU > 6*time.Second || got.Live > 150<<20 {
			t.Errorf("%s: CPU %s, live heap %d MB", test.name, got.CPU, got.Live>>20)
		}
	}
}

// someIDs are the ids of n people far from each other, none of them on the first
// page.
func someIDs(box *sandbox.Sandbox, n int) (ids []any) {
	people := box.Company().People()
	for i := range n {
		ids = append(ids, fmt.Sprint(people[(i+1)*len(people)/(n+1)].ID))
	}
	slices.Reverse(ids)
	return ids
}

// BenchmarkPersons reads ten attributes of 10,000 people. The figures have limits
// of their own: 2 seconds of processor time, and 150 MB of live heap.
func BenchmarkPersons(b *testing.B) {
	box := sandbox.New(sandbox.Options{Persons: manyPersons, Seed: 1})
	var total measured
	for b.Loop() {
		m := measure(b, box, map[string]any{"attributes": tenKeys})
		total.CPU += m.CPU
		total.Live, total.Memory = max(total.Live, m.Live), max(total.Memory, m.Memory)
	}
	b.ReportMetric(total.CPU.Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(float64(total.Live>>20), "live-MB")
	b.ReportMetric(float64(total.Memory>>20), "taken-MB")
}
